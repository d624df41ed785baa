"""The assets of methods, and those that the cohort prepares for some methods."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from attnconn_assets.assets.connectivity.cohort_directed import EVIDENCE, read_cohort_directed
from attnconn_assets.assets.connectivity.cohort_direction import make_cohort_direction
from attnconn_assets.assets.connectivity.cohort_model import read_cohort_model
from attnconn_assets.assets.connectivity.from_series import read_series
from attnconn_assets.assets.connectivity.granger import read_granger
from attnconn_assets.assets.connectivity.granger_order import make_granger_order
from attnconn_assets.assets.connectivity.matrices import make_matrices
from attnconn_assets.assets.connectivity.penalised import make_penalised
from attnconn_assets.assets.connectivity.penalty_files import penalised_asset
from attnconn_assets.assets.connectivity.reader import Reader
from attnconn_assets.assets.connectivity.repeat_files import repeats_asset
from attnconn_assets.assets.connectivity.repeats import make_repeats
from attnconn_assets.assets.connectivity.session_models import (
    read_finetuned_model,
    read_session_model,
)
from attnconn_assets.assets.connectivity.tangent import REFERENCE, read_tangent
from attnconn_assets.assets.connectivity.tangent_reference import make_tangent_reference
from attnconn_assets.assets.connectivity.trained_repeats import make_trained_repeats
from attnconn_assets.assets.forecasters.specs import (
    cohort_asset,
    cross_fitting,
    fine_tuning,
    model_window,
    reseeded_asset,
    seeds,
)
from attnconn_assets.building.spec import BuildSpec, Kind
from attnconn_assets.building.windows import Window
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.study import Study
from attnconn_core.connectivity.method import TRAINED, Method
from attnconn_core.errors import StudyError
from attnconn_core.scoring import ChoosesPenalties

__all__ = ["Reading", "penalised_of", "reading_of", "repeats_of", "specs"]


@dataclass(frozen=True)
class Reading:
    """How a method's estimator is prepared for a session.

    Attributes
    ----------
    reader
        Function that prepares the estimator.
    settings, needs, calls, from_configuration, window
        What the reader needs; see `BuildSpec`.
    trains
        Whether each part of a session needs its own model.
    """

    reader: Reader
    settings: Mapping[str, Any]
    needs: Mapping[str, Kind] = field(default_factory=dict)
    calls: tuple[str, ...] = ()
    from_configuration: str | None = None
    window: Window | None = None
    trains: bool = False


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of the connectivity assets.

    First come those that prepare something from the whole cohort, such as Granger's order; then
    those of every method and of its repeated estimates.
    """
    return [
        BuildSpec(
            "granger_order",
            make_granger_order,
            "whole",
            settings={"test_fraction": study.test_fraction, "granger": study.granger_settings},
            needs={"time_series": "session"},
            window=_granger_window(study),
            description="Granger's lags and α for the whole cohort, chosen on validation frames.",
            group="connectivity",
            kinds=frozenset({"mlflow"}),
        ),
        BuildSpec(
            REFERENCE,
            make_tangent_reference,
            "whole",
            settings={"test_fraction": study.test_fraction},
            needs={"time_series": "session"},
            description="Geometric mean of the training sessions' covariances (region, region).",
            group="connectivity",
        ),
        BuildSpec(
            EVIDENCE,
            make_cohort_direction,
            "whole",
            settings=cross_fitting(study),
            needs={"time_series": "session"},
            description="Sums of the evidence of directions in the cohort's training frames, by "
            "groups of subjects. directed_cohort uses those from outside a subject's pool.",
            group="connectivity",
            kinds=frozenset({"safetensors"}),
        ),
        *(_matrices(study, method) for method in study.chosen_methods),
        *(_repeats(study, method) for method in study.chosen_methods if _repeated(study, method)),
        *(_penalised(study, method) for method in study.chosen_methods if method.penalty),
    ]


def repeats_of(study: Study) -> dict[str, Kind]:
    """Return the assets with the repeated matrices of a study's methods."""
    repeated = (method for method in study.chosen_methods if _repeated(study, method))
    return {repeats_asset(method.name): "session" for method in repeated}


def penalised_of(study: Study, score: ChoosesPenalties) -> dict[str, Kind]:
    """Return the assets with matrices at the penalties that a score chooses from."""
    chosen = score.chooses_for(study.chosen_methods)
    return {penalised_asset(method.name): "session" for method in chosen}


def _repeated(study: Study, method: Method) -> bool:
    return study.reliability.split_half or bool(_other_seeds(study, method))


def _other_seeds(study: Study, method: Method) -> dict[str, Kind]:
    """Return the assets with a method's models of other seeds, from seed number 2."""
    numbers = seeds(study) if method.needs in TRAINED else ()
    return dict(reseeded_asset(method, number) for number in numbers)


def reading_of(study: Study, method: Method) -> Reading:
    """Return how a method's estimator is prepared, by the method's `needs`."""
    match method.needs:
        case "series":
            return Reading(read_series, {}, calls=(method.module,))
        case "cohort model":
            return _cohort_model(study, method)
        case "session model":
            return _session_model(study, method)
        case "fine-tuned model":
            return _finetuned(study, method)
    if method.name not in _READINGS:
        raise StudyError(
            f"method {method.name} needs a {method.needs}, which no reader provides: "
            "add one to _READINGS in attnconn_assets/assets/connectivity/specs.py"
        )
    return _READINGS[method.name](study)


def _matrices(study: Study, method: Method) -> BuildSpec:
    reading = reading_of(study, method)
    return BuildSpec(
        method.name,
        partial(make_matrices, reader=reading.reader),
        "session",
        settings={"method": method, "scan_lengths": study.scan_lengths, **reading.settings},
        needs={"time_series": "session", **reading.needs},
        window=reading.window,
        calls=reading.calls,
        from_configuration=reading.from_configuration,
        checked=True,
        trains=reading.trains and bool(study.scan_lengths),
        description=f"{method.label}: {method.description} (target, source).",
        group="connectivity",
        experiment="connectivity",
        run_label=method.name,
    )


def _penalised(study: Study, method: Method) -> BuildSpec:
    reading = reading_of(study, method)
    return BuildSpec(
        penalised_asset(method.name),
        partial(make_penalised, reader=reading.reader),
        "session",
        settings={
            "method": method,
            "penalty": method.penalty,
            "scan_lengths": study.scan_lengths,
            **reading.settings,
        },
        needs={"time_series": "session", **reading.needs},
        window=reading.window,
        calls=reading.calls,
        from_configuration=reading.from_configuration,
        description=f"{method.label} at every penalty that identification can choose.",
        group="penalties",
        experiment="penalties",
        run_label=method.name,
    )


def _repeats(study: Study, method: Method) -> BuildSpec:
    reading, other = reading_of(study, method), _other_seeds(study, method)
    trained = method.needs in TRAINED
    more: dict[str, Any] = {}
    needs: dict[str, Kind] = {}
    if trained:
        normalised = reading.settings.get("normalisation", "pooled") != "pooled"
        more = {
            "test_fraction": study.test_fraction,
            "reseeded": tuple(other),
            "rescale": normalised,
        }
    if other:
        second, needs = _second_half(study, method, reading)
        more |= second
    return BuildSpec(
        repeats_asset(method.name),
        partial(make_trained_repeats if trained else make_repeats, reader=reading.reader),
        "session",
        settings={
            "method": method,
            "split_half": study.reliability.split_half,
            **more,
            **reading.settings,
        },
        needs={
            "time_series": "session",
            method.name: "session",
            **reading.needs,
            **other,
            **needs,
        },
        calls=reading.calls,
        from_configuration=reading.from_configuration,
        trains=reading.trains and study.reliability.split_half,
        description=f"{method.label} from each half of a session, and by models with other seeds.",
        group="repeats",
        experiment="repeats",
        run_label=method.name,
    )


def _second_half(
    study: Study, method: Method, reading: Reading
) -> tuple[dict[str, Any], dict[str, Kind]]:
    """Return the settings and needs of the second half's model, which has another seed."""
    start: tuple[str, str] | None = None
    own: Configuration | None = None
    needs: dict[str, Kind] = {}
    match method.needs:
        case "cohort model":
            asset = cohort_asset(str(method.configuration), 2)
            start, needs = (asset, WHOLE), {asset: "whole"}
        case "fine-tuned model":
            begins = fine_tuning(study, 2)
            start, own = (begins["settings"][key] for key in ("start", "configuration"))
            needs = begins["needs"]
        case _:
            own = reading.settings["configuration"].reseeded(2)
    settings = {"second_start": start, "second_configuration": own}
    return settings, needs if study.reliability.split_half else {}


def _granger(study: Study) -> Reading:
    settings = {"test_fraction": study.test_fraction}
    return Reading(
        read_granger, settings, {"granger_order": "whole"}, window=_granger_window(study)
    )


def _granger_window(study: Study) -> Window:
    lags = study.granger_settings.lags
    if lags is None:
        return Window(study.granger_settings.max_lags + 1, ("granger.max_lags",))
    return Window(lags + 1, ("granger.lags",))


def _tangent(study: Study) -> Reading:  # noqa: ARG001
    return Reading(read_tangent, {}, {REFERENCE: "whole"})


def _cohort_directed(study: Study) -> Reading:  # noqa: ARG001
    return Reading(read_cohort_directed, {}, {EVIDENCE: "whole"})


def _cohort_model(study: Study, method: Method) -> Reading:
    name = str(method.configuration)
    return Reading(
        read_cohort_model,
        {
            "test_fraction": study.test_fraction,
            "normalisation": study.configurations[name].training.normalisation,
        },
        {"group_forecaster": "configuration"},
        calls=(method.module,),
        from_configuration=name,
        window=model_window(study.configurations[name]),
    )


def _session_model(study: Study, method: Method) -> Reading:
    return Reading(
        read_session_model,
        {"test_fraction": study.test_fraction, "configuration": study.subject_configuration},
        {"subject_forecaster": "session"},
        calls=(method.module,),
        window=model_window(study.subject_configuration),
        trains=True,
    )


def _finetuned(study: Study, method: Method) -> Reading:
    begins = fine_tuning(study)
    return Reading(
        read_finetuned_model,
        {"test_fraction": study.test_fraction, **begins.pop("settings")},
        {"finetuned_forecaster": "session", **begins.pop("needs")},
        calls=(method.module,),
        window=model_window(study.fine_tuned_configuration),
        trains=True,
        **begins,
    )


# Readings of the methods that need something from the cohort.
_READINGS = {"granger": _granger, "tangent": _tangent, "directed_cohort": _cohort_directed}
