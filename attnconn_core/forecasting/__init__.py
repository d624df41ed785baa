"""The attention forecaster: its architecture, fitting, reading and storage.

::

    config            what a forecaster is, and how it is trained
    presets           settings that belong together
    network           AttentionForecaster, out of layers, attention and pairwise
    ensemble          forecasters of several seeds, read as one
    fitting           fit, out of preparation, resident windows and trainer
    reading           forecasts and mean attention of a series
    moments           what every linear fit needs of a series
    linear            each region's own past, ridge VAR, and between them
    pooled_moments    the moments of a cohort, without any one subject's
    penalties         chosen on the last frames that may be learnt from
    hierarchical      a session's VAR, shrunk towards that of other people
    linear_kinds      the registry of linear forecasters: names, labels, what they rest on
    linear_forecasters   all of them fitted and judged on one scan
    skill             how much of the next frames a forecaster explains
    cross_fitting     whose scans train a group's models, and whose they are read on
    checkpoints       forecasters in files, the reference's among them
    pyfunc            a stored forecaster as MLflow calls models
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
    from attnconn_core.forecasting.pairwise import pairwise_score
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
    "pairwise_score",
    "save_forecaster",
    "shared_penalty",
]

# The modules that the names above come from while a type checker reads them.
_WITH_TORCH = ("checkpoints", "ensemble", "fitting", "network", "pairwise", "reading")


def __getattr__(name: str) -> object:
    """Import what needs torch, when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for each in _WITH_TORCH:
        module = import_extra(f"{__name__}.{each}", "torch", f"{__name__}.{name}")
        if name in module.__all__:
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} lists {name!r} and doesn't have it")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
