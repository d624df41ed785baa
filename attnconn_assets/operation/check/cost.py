"""Cost: estimates of a study's time, memory and disk space.

Source of the constants: a run of ``studies/hcp_sample.yaml`` (14 sessions of 600 frames and 94
regions, seven methods, 324 partitions) on 2 idle cores of an AMD EPYC: 150 s, at most 0.9 GB of
memory, 0.13 GB on disk; and the original study's training step, 252 GFLOP. They are scaled by
frames, regions and sessions. Another machine, other methods or work beside it can make a run
several times slower or faster.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from attnconn_assets.assets.catalogue import specs
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.operation.check.findings import Findings
from attnconn_assets.operation.disks import free_space
from attnconn_assets.study.experiment import Configuration
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError
from attnconn_core.export import FORMATS
from attnconn_core.records import Cohort
from attnconn_core.sources import SessionShape, Source

__all__ = ["Cost", "check_cost", "cost_of"]

_GB = 2**30
_PARTITION = 0.2  # seconds per partition for Dagster, MLflow and the store
# Seconds per frame and pair of regions: for one matrix or linear forecaster of a session, ...
_LINEAR = 1e-8
_START = 8e-8  # ... for the linear start of a model, ...
_TRAINING = 1e-11  # ... and for one epoch, per hidden dimension and rank of the queries.
_SCORES = 4.0  # seconds per score of a small cohort, with its permutations
_BASE = 0.8 * _GB  # the libraries
_MATRIX = 8  # bytes per pair of regions
_WEIGHTS = 130  # bytes per pair of regions, in the model of a session
_COPIES = 3  # of the largest array, while it is processed

_LINEAR_GROUPS = ("forecasts", "connectivity", "penalties")


@dataclass(frozen=True)
class Cost:
    """What a study may take: seconds, and bytes of memory and disk."""

    seconds: float
    memory: float
    disk: float

    def __str__(self) -> str:
        hours = self.seconds / 3600
        took = f"{hours:.1f} h" if hours >= 1 else f"{max(1, round(self.seconds / 60))} min"
        return (
            f"roughly {took} on two cores, {self.memory / _GB:.1f} GB of memory and "
            f"{max(self.disk / _GB, 0.01):.2g} GB on disk to make everything"
        )


def check_cost(
    study: Study,
    source: Source,
    shapes: Mapping[str, SessionShape],
    cohort: Cohort,
    findings: Findings,
) -> None:
    """Estimate the cost, and warn if the machine has less memory or disk space."""
    if not shapes or not cohort.sessions:
        return
    regions = max((shape.regions or 0 for shape in shapes.values()), default=0)
    if not regions:
        try:
            regions = len(source.region_table().regions)
        except AttnconnError as error:
            findings.errors.append(f"the regions can't be read: {error}")
            return
    frames = max(shape.frames for shape in shapes.values())
    cost = cost_of(study, len(cohort.sessions), frames, regions)
    findings.plan.append(f"{cost} (an estimate, scaled from the sample study)")
    memory, disk = _memory(), float(free_space(study.store_folder))
    if cost.memory > memory:
        findings.warnings.append(
            f"about {cost.memory / _GB:.1f} GB of memory may be needed; this machine has "
            f"{memory / _GB:.1f} GB: a coarser atlas or a smaller batch_size needs less"
        )
    if cost.disk > disk:
        findings.warnings.append(
            f"about {cost.disk / _GB:.1f} GB may be stored; {study.store_folder} has room for "
            f"{disk / _GB:.1f} GB: `store` in the study can name another folder"
        )


def cost_of(study: Study, sessions: int, frames: int, regions: int) -> Cost:
    """Estimate the cost of making everything in a study.

    Parameters
    ----------
    study
        The study.
    sessions, frames, regions
        Their numbers; frames of the longest session.
    """
    every, pairs = specs(study), regions**2
    of_sessions = [spec for spec in every if spec.partitioned == "session"]
    seconds = _PARTITION * (len(of_sessions) * sessions + len(every) - len(of_sessions))
    lengths = 1 + len(study.scan_lengths)
    memory = _COPIES * max(
        _MATRIX * sessions * pairs,
        _MATRIX * frames * regions * study.baseline_lags,
        4.0 * sessions * frames * regions,
    )
    disk = 4.0 * sessions * frames * regions
    for spec in every:
        disk += _disk_of(spec, sessions, pairs, lengths)
        if spec.group == "scores":
            seconds += _SCORES * max(1.0, sessions * pairs / (14 * 94**2))
        elif spec.partitioned == "session" and spec.group in _LINEAR_GROUPS:
            seconds += _LINEAR * sessions * frames * pairs * _penalties(spec)
        for configuration in _trained(spec):
            model, training = configuration.model, configuration.training
            passes = training.epochs * training.ensemble * (2 if training.refit else 1)
            start = _START if model.initialisation == "linear" else 0.0
            width = model.hidden_dim * (model.query_rank or model.hidden_dim)
            seconds += (start + _TRAINING * passes * width) * sessions * frames * pairs
            memory = max(memory, 4.0 * training.batch_size * pairs * model.hidden_dim)
    return Cost(seconds, _BASE + memory, disk)


def _trained(spec: BuildSpec) -> Iterator[Configuration]:
    """Yield the configurations that an asset trains."""
    if spec.group != "forecasters":
        return
    configurations = spec.settings.get("configurations")
    if isinstance(configurations, Mapping):
        yield from configurations.values()
    own = spec.settings.get("configuration")
    if isinstance(own, Configuration):
        yield own


def _penalties(spec: BuildSpec) -> int:
    """Return the number of penalties at which an asset estimates each session."""
    return len(spec.settings["penalty"].values) if "penalty" in spec.settings else 1


def _disk_of(spec: BuildSpec, sessions: int, pairs: int, lengths: int) -> float:
    """Return the bytes of an asset's matrices, models or exported files."""
    if spec.partitioned != "session":
        return 0.0
    match spec.group:
        case "connectivity":
            return float(_MATRIX * sessions * pairs * lengths)
        case "repeats":
            return float(_MATRIX * sessions * pairs * 4)
        case "penalties":
            return float(_MATRIX * sessions * pairs * lengths * _penalties(spec))
        case "forecasters":
            return float(_WEIGHTS * sessions * pairs)
        case "export":
            size = sum(FORMATS[name].size for name in spec.settings["formats"])
            return float(size * sessions * pairs * len(spec.settings["methods"]))
        case _:
            return 0.0


def _memory() -> float:
    """Return the machine's memory in bytes; infinite if unknown."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return float("inf")
