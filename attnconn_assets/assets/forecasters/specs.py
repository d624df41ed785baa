"""The assets that hold forecasters, trained and linear, and the best configuration."""

from typing import Any

from attnconn_assets.assets.forecasters.champion import make_champion
from attnconn_assets.assets.forecasters.cohort_model import make_cohort_model
from attnconn_assets.assets.forecasters.linear_forecasters import make_linear_forecasters
from attnconn_assets.assets.forecasters.pooled_moments import make_pooled_moments
from attnconn_assets.assets.forecasters.reseeded import (
    make_reseeded_finetuned_model,
    make_reseeded_session_model,
)
from attnconn_assets.assets.forecasters.session_models import (
    make_finetuned_model,
    make_session_model,
)
from attnconn_assets.assets.forecasters.shared_penalty import make_shared_penalty
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.building.windows import Window
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.study import Study
from attnconn_core.connectivity.method import Method
from attnconn_core.errors import StudyError

__all__ = [
    "cohort_asset",
    "cross_fitting",
    "fine_tuning",
    "model_window",
    "reseeded_asset",
    "seeds",
    "specs",
]

_KINDS = frozenset({"pytorch", "mlflow"})


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of linear forecasters, cohort models, session models and fine-tuned models.

    Models with other seeds follow, which the score reliability compares with them.
    """
    forecaster_specs = [
        _pooled_moments(study),
        _linear_forecasters(study),
        _shared_penalty(),
        _cohort_model(study),
        _session_model(study),
        _finetuned(study),
        _champion(study),
    ]
    for number in seeds(study):
        forecaster_specs += [_reseeded_cohort_model(study, name, number) for name in study.read_out]
        forecaster_specs += [
            _reseeded_session_model(study, number),
            _reseeded_finetuned(study, number),
        ]
    return forecaster_specs


def seeds(study: Study) -> range:
    """Return the numbers of further seeds; a configuration's own seed is number 1."""
    return range(2, study.reliability.seeds + 1)


def reseeded_asset(method: Method, number: int) -> tuple[str, Kind]:
    """Return the asset with a method's models of another seed, and its kind of partitions."""
    match method.needs:
        case "cohort model":
            return cohort_asset(str(method.configuration), number), "whole"
        case "session model":
            return f"subject_forecaster_seed_{number}", "session"
        case "fine-tuned model":
            return f"finetuned_forecaster_seed_{number}", "session"
    raise StudyError(f"method {method.name} has no trained model; it needs {method.needs}")


def cohort_asset(configuration: str, number: int) -> str:
    """Return the name of the asset with a configuration's cohort models of another seed."""
    return f"group_forecaster_{configuration}_seed_{number}"


def cross_fitting(study: Study) -> dict[str, Any]:
    """Return the settings of training on the cohort: test fraction and folds."""
    return {
        "test_fraction": study.test_fraction,
        "folds": study.cross_fit_folds,
        "dealt": study.cross_fit_seed,
    }


def model_window(*configurations: Configuration) -> Window:
    """Return the consecutive frames that the models of some configurations need."""
    return Window(
        max(configuration.model.window for configuration in configurations), ("input_window",)
    )


def _pooled_moments(study: Study) -> BuildSpec:
    return BuildSpec(
        "pooled_moments",
        make_pooled_moments,
        "whole",
        settings={**cross_fitting(study), "lags": study.baseline_lags},
        needs={"time_series": "session"},
        window=Window(study.baseline_lags + 1, ("baseline_lags",)),
        description="Sums of the lagged second moments of the cohort's training frames, by "
        "groups of subjects. Linear forecasters use those of the other subjects.",
        group="forecasts",
        kinds=frozenset({"safetensors", "mlflow"}),
    )


def _linear_forecasters(study: Study) -> BuildSpec:
    return BuildSpec(
        "linear_forecasters",
        make_linear_forecasters,
        "session",
        settings={"test_fraction": study.test_fraction, "lags": study.baseline_lags},
        needs={"time_series": "session", "pooled_moments": "whole"},
        window=Window(study.baseline_lags + 1, ("baseline_lags",)),
        description="Every linear forecaster, fitted on the session's first frames and scored "
        "on its test frames. Those called cohort-informed also use other subjects' data.",
        group="forecasts",
    )


def _shared_penalty() -> BuildSpec:
    return BuildSpec(
        "shared_penalty",
        make_shared_penalty,
        "whole",
        settings={},
        needs={"linear_forecasters": "session"},
        description="The penalty that shrinks every session towards other subjects: that of the "
        "hierarchical VAR with the best forecasts of validation frames, averaged over sessions. "
        "It is the same for all, so that matrices don't differ by their shrinkage.",
        group="forecasts",
        kinds=frozenset({"mlflow"}),
    )


def _cohort_model(study: Study) -> BuildSpec:
    common = cross_fitting(study)
    return BuildSpec(
        "group_forecaster",
        make_cohort_model,
        "configuration",
        settings={**common, "configurations": study.configurations},
        settings_of=lambda name: {**common, "configuration": study.configurations[name]},
        sweep_of=study.experiment_of,
        needs={"time_series": "session"},
        window=model_window(*study.configurations.values()),
        description="One forecaster per configuration, trained on the cohort: on the training "
        "subjects if the study names them, otherwise cross-fitted over subjects.",
        group="forecasters",
        kinds=_KINDS,
        trains=True,
    )


def _session_model(study: Study) -> BuildSpec:
    return BuildSpec(
        "subject_forecaster",
        make_session_model,
        "session",
        settings={
            "test_fraction": study.test_fraction,
            "configuration": study.subject_configuration,
        },
        needs={"time_series": "session"},
        window=model_window(study.subject_configuration),
        description="One forecaster per session, trained on the session's first frames alone.",
        group="forecasters",
        kinds=_KINDS,
        trains=True,
    )


def fine_tuning(study: Study, number: int = 1) -> dict[str, Any]:
    """Return the part of a spec on the start of fine-tuning with a seed: settings and needs.

    A configuration that starts linear needs other subjects' moments; any other needs the cohort
    model of the same seed.
    """
    configuration = study.fine_tuned_configuration.reseeded(number)
    settings: dict[str, Any] = {"configuration": configuration}
    if configuration.model.initialisation == "linear":
        settings["start"] = None
        needs: dict[str, Kind] = {"pooled_moments": "whole", "shared_penalty": "whole"}
        return {"settings": settings, "needs": needs}
    name = study.read_out[0]
    if number == 1:
        settings["start"] = ("group_forecaster", name)
        needs = {"group_forecaster": "configuration"}
        return {"settings": settings, "needs": needs, "from_configuration": name}
    settings["start"] = (cohort_asset(name, number), WHOLE)
    return {"settings": settings, "needs": {cohort_asset(name, number): "whole"}}


def _finetuned(study: Study) -> BuildSpec:
    begins = fine_tuning(study)
    return BuildSpec(
        "finetuned_forecaster",
        make_finetuned_model,
        "session",
        settings={"test_fraction": study.test_fraction, **begins.pop("settings")},
        needs={"time_series": "session", **begins.pop("needs")},
        window=model_window(study.fine_tuned_configuration),
        description=f"One forecaster per session ({study.read_out[0]}) that starts from the "
        "cohort's model or VAR and is fine-tuned on the session.",
        group="forecasters",
        kinds=_KINDS,
        trains=True,
        **begins,
    )


def _champion(study: Study) -> BuildSpec:
    return BuildSpec(
        "champion",
        make_champion,
        "whole",
        settings={
            "configurations": tuple(study.configurations),
            "parameters": {name: each.parameters() for name, each in study.configurations.items()},
        },
        needs={"group_forecaster": "configuration"},
        calls=("attnconn_core.figures.sweeps",),
        description="The configuration with the highest R² on validation frames, registered in "
        "MLflow as champion.",
        group="forecasters",
        kinds=frozenset({"mlflow"}),
    )


def _reseeded_cohort_model(study: Study, name: str, number: int) -> BuildSpec:
    return BuildSpec(
        cohort_asset(name, number),
        make_cohort_model,
        "whole",
        settings={
            **cross_fitting(study),
            "configuration": study.configurations[name].reseeded(number),
        },
        needs={"time_series": "session"},
        window=model_window(study.configurations[name]),
        description=f"The cohort's forecaster {name}, trained with seed number {number}.",
        group="forecasters",
        kinds=_KINDS,
        trains=True,
        experiment="other_seeds",
        run_label=f"{study.name} {name} seed {number}",
    )


def _reseeded_session_model(study: Study, number: int) -> BuildSpec:
    return BuildSpec(
        f"subject_forecaster_seed_{number}",
        make_reseeded_session_model,
        "session",
        settings={
            "test_fraction": study.test_fraction,
            "configuration": study.subject_configuration.reseeded(number),
            "seed_share": study.reliability.seed_share,
        },
        needs={"time_series": "session"},
        window=model_window(study.subject_configuration),
        description=f"The session's forecaster, trained with seed number {number}.",
        group="forecasters",
        kinds=_KINDS,
        trains=True,
        experiment="other_seeds",
        run_label=f"subject seed {number}",
    )


def _reseeded_finetuned(study: Study, number: int) -> BuildSpec:
    begins = fine_tuning(study, number)
    return BuildSpec(
        f"finetuned_forecaster_seed_{number}",
        make_reseeded_finetuned_model,
        "session",
        settings={
            "test_fraction": study.test_fraction,
            "seed_share": study.reliability.seed_share,
            **begins["settings"],
        },
        needs={"time_series": "session", **begins["needs"]},
        window=model_window(study.fine_tuned_configuration),
        description=f"The session's fine-tuned forecaster, trained with seed number {number}.",
        group="forecasters",
        kinds=_KINDS,
        trains=True,
        experiment="other_seeds",
        run_label=f"fine-tuned seed {number}",
    )
