"""The attention forecaster: its architecture, fitting, reading and storage.

::

    config            architecture and training settings of a forecaster
    presets           named pairs of an architecture and its training settings
    network           AttentionForecaster, built from layers, attention and pairwise
    ensemble          the mean of forecasters that differ only in their seed
    fitting           fit, using preparation, resident windows and trainer
    reading           forecasts and mean attention of a series
    moments           second moments of a series, used by every linear fit
    linear            each region's own past, ridge VAR, and forms between the two
    pooled_moments    moments of a cohort, without those of any one subject
    penalties         penalties chosen on the last training frames
    hierarchical      a session's VAR, shrunk towards that of other subjects
    linear_kinds      the registry of linear forecasters: names, labels, data they use
    linear_forecasters   all of them, fitted and scored on one scan
    skill             how much of the next frames a forecaster explains
    cross_fitting     which sessions each cohort model is trained on and applied to
    checkpoints       forecasters in files, including those of the original study
    pyfunc            a stored forecaster as an MLflow model
    annotations       the forecaster's class where torch needn't be imported

What needs torch, an extra, is imported when its name is first used: linear forecasters do
without.
"""

from typing import TYPE_CHECKING

from attnconn_core.extras import import_extra
from attnconn_core.forecasting.config import ForecasterConfig, TrainingConfig
from attnconn_core.forecasting.cross_fitting import GroupFold, group_folds
from attnconn_core.forecasting.hierarchical import (
    Prior,
    cohort_coefficients,
    hierarchical_var,
    lag_weighted_var,
    shared_penalty,
)
from attnconn_core.forecasting.linear_forecasters import LinearForecast, linear_forecasts
from attnconn_core.forecasting.linear_kinds import LINEAR_FORECASTERS, LinearKind
from attnconn_core.forecasting.penalties import ChosenFit
from attnconn_core.forecasting.pooled_moments import PooledMoments, deal
from attnconn_core.forecasting.presets import PRESETS, Preset
from attnconn_core.forecasting.skill import ForecastSkill, forecast_skill

if TYPE_CHECKING:
    from attnconn_core.forecasting.checkpoints import (
        load_forecaster,
        load_reference_checkpoint,
        save_forecaster,
    )
    from attnconn_core.forecasting.ensemble import Ensemble
    from attnconn_core.forecasting.fitting import Epoch, Fit, fit
    from attnconn_core.forecasting.network import AttentionForecaster
    from attnconn_core.forecasting.reading import (
        Forecast,
        MeanAttention,
        forecast,
        mean_attention,
    )

__all__ = [
    "LINEAR_FORECASTERS",
    "PRESETS",
    "AttentionForecaster",
    "ChosenFit",
    "Ensemble",
    "Epoch",
    "Fit",
    "Forecast",
    "ForecastSkill",
    "ForecasterConfig",
    "GroupFold",
    "LinearForecast",
    "LinearKind",
    "MeanAttention",
    "PooledMoments",
    "Preset",
    "Prior",
    "TrainingConfig",
    "cohort_coefficients",
    "deal",
    "fit",
    "forecast",
    "forecast_skill",
    "group_folds",
    "hierarchical_var",
    "lag_weighted_var",
    "linear_forecasts",
    "load_forecaster",
    "load_reference_checkpoint",
    "mean_attention",
    "save_forecaster",
    "shared_penalty",
]

# The modules that the names above come from while a type checker reads them.
_WITH_TORCH = ("checkpoints", "ensemble", "fitting", "network", "pairwise", "reading")


def __getattr__(name: str) -> object:
    """Import what needs torch, when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for submodule in _WITH_TORCH:
        module = import_extra(f"{__name__}.{submodule}", "torch", f"{__name__}.{name}")
        if name in module.__all__:
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} lists {name!r} and doesn't have it")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
