"""The assets that hold forecasters, trained and linear, and the best configuration."""

from attnconn_assets.assets.forecasters.champion import make_champion
from attnconn_assets.assets.forecasters.cohort_model import make_cohort_model
from attnconn_assets.assets.forecasters.linear_forecasters import make_linear_forecasters
from attnconn_assets.assets.forecasters.pooled_moments import make_pooled_moments
from attnconn_assets.assets.forecasters.session_models import (
    make_finetuned_model,
    make_session_model,
)
from attnconn_assets.building.spec import AssetSpec
from attnconn_assets.study.study import Study

__all__ = ["specs"]

_KINDS = frozenset({"pytorch", "mlflow"})


def specs(study: Study) -> list[AssetSpec]:
    """Linear forecasters; a model per configuration, per session, and fine-tuned on each."""
    return [
        _pooled_moments(study),
        _linear_forecasters(study),
        _cohort_model(study),
        _session_model(study),
        _finetuned(study),
        _champion(study),
    ]


def _pooled_moments(study: Study) -> AssetSpec:
    return AssetSpec(
        "pooled_moments",
        make_pooled_moments,
        "whole",
        settings={"test_fraction": study.test_fraction, "lags": study.baseline_lags},
        needs={"time_series": "session"},
        description="Sums of the lagged second moments of the cohort's training frames, by "
        "groups of subjects: what linear forecasters take from everybody but the subject.",
        group="forecasters",
        kinds=frozenset({"safetensors", "mlflow"}),
    )


def _linear_forecasters(study: Study) -> AssetSpec:
    return AssetSpec(
        "linear_forecasters",
        make_linear_forecasters,
        "session",
        settings={"test_fraction": study.test_fraction, "lags": study.baseline_lags},
        needs={"time_series": "session", "pooled_moments": "whole"},
        description="Every linear forecaster, fitted on the session's first frames and judged "
        "on its test frames. Those called cohort-informed also rest on other subjects' data.",
        group="forecasters",
    )


def _cohort_model(study: Study) -> AssetSpec:
    common = {
        "test_fraction": study.test_fraction,
        "folds": study.cross_fit_folds,
        "dealt": study.cross_fit_seed,
    }
    return AssetSpec(
        "group_forecaster",
        make_cohort_model,
        "configuration",
        settings={**common, "configurations": study.configurations},
        settings_of=lambda name: {**common, "configuration": study.configurations[name]},
        sweep_of=study.experiment_of,
        needs={"time_series": "session"},
        description="One forecaster per configuration, trained on the cohort: on the train "
        "subjects where the study names them, else cross-fitted over subjects.",
        group="forecasters",
        kinds=_KINDS,
    )


def _session_model(study: Study) -> AssetSpec:
    return AssetSpec(
        "subject_forecaster",
        make_session_model,
        "session",
        settings={
            "test_fraction": study.test_fraction,
            "configuration": study.subject_configuration,
        },
        needs={"time_series": "session"},
        description="One forecaster per session, trained on the session's first frames alone.",
        group="forecasters",
        kinds=_KINDS,
    )


def _finetuned(study: Study) -> AssetSpec:
    start = study.read_out[0]
    return AssetSpec(
        "finetuned_forecaster",
        make_finetuned_model,
        "session",
        settings={
            "test_fraction": study.test_fraction,
            "start": start,
            "configuration": study.fine_tuned_configuration,
        },
        needs={"time_series": "session", "group_forecaster": "configuration"},
        from_configuration=start,
        description=f"The cohort's forecaster ({start}), fine-tuned on the session.",
        group="forecasters",
        kinds=_KINDS,
    )


def _champion(study: Study) -> AssetSpec:
    return AssetSpec(
        "champion",
        make_champion,
        "whole",
        settings={"configurations": tuple(study.configurations)},
        needs={"group_forecaster": "configuration"},
        description="The configuration of the highest R² on validation frames, registered in "
        "MLflow as champion.",
        group="forecasters",
        kinds=frozenset({"mlflow"}),
    )
