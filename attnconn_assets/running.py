"""Who is still at work: runs whose process is gone are ended as failed.

A process that is killed leaves its run as started, for ever: Dagster can't ask a process
of this machine whether it lives, and a run that never ends keeps its place in the queue.
So every run holds a lock while it goes on, which the system lets go with the process.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from attnconn_assets.locks import alone, is_free

__all__ = ["announced", "end_orphans"]


@contextlib.contextmanager
def announced(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Hold a run's lock as long as the body goes on."""
    file = _folder(instance) / run_id
    with alone(file):
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """End the runs that were announced and whose process is gone; return their ids."""
    ended = []
    for file in _folder(instance).iterdir():
        if not is_free(file):
            continue
        run = instance.get_run_by_id(file.name)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "the process that made it is gone: it was killed")
            ended.append(run.run_id)
        file.unlink(missing_ok=True)
    return ended


def _folder(instance: dg.DagsterInstance) -> Path:
    folder = Path(instance.root_directory) / "attnconn-running"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
