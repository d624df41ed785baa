"""Measure chunks of sessions: ``python -m benchmarks.chunks <what> <study>``.

`benchmarks.platform` runs this module in a process of its own. It measures the time that
Dagster, MLflow and the store add to the computation (``overhead``) and the memory of a chunk
(``memory``), or fills Dagster's log with events (``fill``). Dagster's instance is that of
DAGSTER_HOME; the result is the last line printed, in JSON.
"""

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from attnconn_assets.assets.catalogue import resources, specs, store_of
from attnconn_assets.assets.connectivity.matrix_checks import check_matrices
from attnconn_assets.assets.inputs.series_checks import check_series
from attnconn_assets.building.asset import build_asset
from attnconn_assets.building.partitions import add_sessions, session_partitions
from attnconn_assets.instance.home import open_instance
from attnconn_assets.storage import formats
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.connectivity import Pearson
from attnconn_core.figures import Album
from benchmarks.measure import peak_bytes

__all__ = ["Silent", "fill", "memory", "overhead"]

MEASURED = ("time_series", "pearson")
_SIZE = 25  # sessions in a chunk
_COUNTED = 3  # timed chunks, after a warm-up chunk
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
_STEP = {dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_SUCCESS}


class _Untold(TrackedRun):
    """An MLflow run that records nothing."""

    def __init__(self) -> None:
        self.id = self.experiment_id = "none"

    def _nothing(self, *_: object, **__: object) -> None:
        pass

    metrics = curve = picture = file = model = send = _nothing


class Silent(Tracking):
    """Tracking without MLflow."""

    @contextlib.contextmanager
    def run(self, *_: Any, **__: Any) -> Iterator[TrackedRun]:
        """Open a run that does nothing."""
        yield _Untold()


def overhead(study: Study, how: str = "tracked") -> dict[str, dict[str, float]]:
    """Return the seconds per session of a chunk's step and of its computation alone.

    Both are the fastest of three chunks.

    Parameters
    ----------
    study
        The study with the scans; results are written to its store.
    how
        ``tracked``, or ``silent`` without MLflow.
    """
    job = _job(study, silent=how == "silent")
    found = {}
    with open_instance() as instance:
        keys = _keys(study, instance)
        size = min(_SIZE, len(keys))
        starts = [number * size % (len(keys) - size + 1) for number in range(1 + _COUNTED)]
        chunks = [keys[start : start + size] for start in starts]
        for asset in MEASURED:
            # One right after the other, so that other work on the machine slows both alike.
            pairs = [
                (_step(job, instance, study, asset, chunk), _compute(study, asset, chunk))
                for chunk in chunks
            ]
            step, compute = (min(each[1:]) / size for each in zip(*pairs, strict=True))
            found[asset] = {"step": step, "compute": compute}
    return found


def memory(study: Study, asset: str) -> dict[str, int]:
    """Return the peak memory of a process that makes a chunk of the study's size."""
    job = _job(study, silent=False)
    with open_instance() as instance:
        chunk = _keys(study, instance)[: study.chunk]
        _step(job, instance, study, asset, chunk)
    return {"sessions": len(chunk), "bytes": peak_bytes()}


def fill(study: Study, count: str) -> dict[str, int]:
    """Report this many materialisations that no Dagster run made, spread over the sessions."""
    with open_instance() as instance:
        keys = _keys(study, instance)
        for number in range(int(count)):
            instance.report_runless_asset_event(
                dg.AssetMaterialization(
                    dg.AssetKey([study.name, "quality"]), partition=keys[number % len(keys)]
                )
            )
    return {"reported": int(count)}


def _job(study: Study, *, silent: bool) -> dg.JobDefinition:
    kept: dict[str, Any] = resources(study)
    if silent:
        kept["tracking"] = Silent(folder=str(study.tracking_folder))
    definitions = dg.Definitions(
        assets=[build_asset(study, spec) for spec in specs(study)],
        resources=kept,
        executor=dg.in_process_executor,
    )
    return definitions.resolve_implicit_global_asset_job_def()


def _keys(study: Study, instance: dg.DagsterInstance) -> list[str]:
    """Return every session in Dagster's order, because Dagster runs ranges of partitions."""
    add_sessions(study, instance, study.make_source().listing().sessions)
    return list(instance.get_dynamic_partitions(str(session_partitions(study).name)))


def _step(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    study: Study,
    asset: str,
    chunk: Sequence[str],
) -> float:
    """Make a chunk, and return the seconds from the start of its step to its success."""
    result = job.execute_in_process(
        run_config=_QUIET,
        instance=instance,
        asset_selection=[dg.AssetKey([study.name, asset])],
        tags=dict(zip(_RANGE, (chunk[0], chunk[-1]), strict=True)),
    )
    times = [entry.timestamp for entry in instance.all_logs(result.run_id, of_type=_STEP)]
    return max(times) - min(times)


def _compute(study: Study, asset: str, chunk: Sequence[str]) -> float:
    """Return the seconds that a chunk takes to read, estimate, check and draw."""
    store = store_of(study)
    source = study.make_source()
    sessions = {session.key: session for session in source.listing().sessions}
    entries = [store.entry("time_series", key) for key in chunk]
    table = source.region_table()
    began = time.perf_counter()
    album = Album(table)
    for key, entry in zip(chunk, entries, strict=True):
        if asset == "time_series":
            series = source.load(sessions[key])
            check_series(series, study.test_fraction)
            album.carpet(series)
        else:
            name = entry.files["series.parquet"].name
            series = formats.read_series(Path(store.root) / "time_series" / name)
            matrix = Pearson().estimate(series)
            check_matrices({series.n_frames: matrix})
            album.matrix(matrix, signed=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    what = {"overhead": overhead, "memory": memory, "fill": fill}[sys.argv[1]]
    print(json.dumps(what(load_study(Path(sys.argv[2])), *sys.argv[3:])))  # type: ignore[operator]
