"""The catalogue: all assets of a study, and its store and MLflow tracking."""

import dataclasses

import dagster as dg

from attnconn_assets.assets.connectivity import specs as connectivity
from attnconn_assets.assets.export import specs as export
from attnconn_assets.assets.forecasters import specs as forecasters
from attnconn_assets.assets.inputs import specs as inputs
from attnconn_assets.assets.report import specs as report
from attnconn_assets.assets.scores import specs as scores
from attnconn_assets.building.asset import build_asset
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StudyError

__all__ = ["assets", "experiment_notes", "resources", "specs", "store_of", "tracking_of"]

# Groups whose assets are always made; others are made only if an asset reads them.
_ENDS = ("inputs", "scores", "report", "export")

# Descriptions of MLflow's experiments that hold the runs of several assets.
_SHARED = {
    "connectivity": "Matrices: one run per method and session.",
    "other_seeds": "Forecasters trained with other random seeds, to see what depends on the seed.",
    "penalties": "Matrices at every penalty that identification can choose from.",
    "repeats": "Matrices of each half of a session, and by models with other seeds.",
    "significance": "Tests of every edge against surrogates: one run per method and session.",
}


def specs(study: Study) -> list[BuildSpec]:
    """Return the specs of all assets of a study, each after the assets that it reads."""
    rooms = (inputs, forecasters, connectivity, scores, report, export)
    wanted = _wanted([spec for room in rooms for spec in room.specs(study)])
    return [_with_quality(spec) if study.exclude.given else spec for spec in wanted]


def _wanted(everything: list[BuildSpec]) -> list[BuildSpec]:
    """Return the specs without those that nothing reads, such as models that no method needs."""
    needs = {spec.name: spec.needs for spec in everything}
    waiting = [spec.name for spec in everything if spec.group in _ENDS]
    kept: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in kept:
            continue
        if name not in needs:
            readers = sorted(reader for reader, needed in needs.items() if name in needed)
            raise StudyError(
                f"{', '.join(readers)} needs the asset {name}, which the study doesn't have: "
                "if it is a method, name it under methods"
            )
        kept.add(name)
        waiting += needs[name]
    if "group_forecaster" in kept:
        kept.add("champion")
    return [spec for spec in everything if spec.name in kept]


def _with_quality(spec: BuildSpec) -> BuildSpec:
    """Add `quality`, which the study's rules use, to the needs of an asset with a cohort."""
    if spec.partitioned == "session" or "session" not in spec.needs.values():
        return spec
    return dataclasses.replace(spec, needs={**spec.needs, "quality": "session"})


def experiment_notes(study: Study) -> dict[str, str]:
    """Return a study's MLflow experiments with their descriptions.

    An experiment that several assets share has a description of its own.
    """
    described = {spec.experiment or spec.name: spec.description for spec in specs(study)}
    return described | {name: _SHARED[name] for name in described if name in _SHARED}


def resources(study: Study) -> dict[str, dg.ConfigurableResource]:
    """Return Dagster's resources: the study's store and its MLflow tracking."""
    return {"store": store_of(study), "tracking": tracking_of(study)}


def store_of(study: Study) -> Store:
    """Return the study's store."""
    return Store(root=str(study.store_folder))


def tracking_of(study: Study) -> Tracking:
    """Return the study's MLflow tracking."""
    return Tracking(folder=str(study.tracking_folder), page=study.tracking_page)


def assets(study: Study) -> dg.Definitions:
    """Return the Dagster definitions of all assets, run in one process."""
    every = specs(study)
    return dg.Definitions(
        assets=[build_asset(study, spec, every) for spec in every],
        resources=resources(study),
        executor=dg.in_process_executor,
    )
