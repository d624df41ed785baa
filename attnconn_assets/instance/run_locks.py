"""Who is still at work: runs whose process is gone are ended as failed.

A process that is killed leaves its run as started, for ever: Dagster can't ask a process
of this machine whether it lives, and a run that never ends keeps its place in the queue.
So every run holds a lock while it goes on, which the system lets go with the process.
"""

import contextlib
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from attnconn_assets.instance.pools import free_places
from attnconn_assets.storage.locks import alone, is_free

__all__ = ["announced", "end_orphans"]

_MOMENT = 1.0  # seconds


@contextlib.contextmanager
def announced(instance: dg.DagsterInstance, run_id: str, part: str = "run") -> Iterator[None]:
    """Hold a run's lock as long as the body goes on; one a part, where parts lie in each other."""
    file = _folder(instance) / f"{run_id}.{part}"
    with alone(file):
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """End the runs that were announced and whose process is gone; return their ids."""
    parts: dict[str, list[Path]] = defaultdict(list)
    for file in _folder(instance).iterdir():
        parts[file.stem].append(file)
    ended = []
    for run_id, files in parts.items():
        if any(_is_new(file) or not is_free(file) for file in files):
            continue
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "the process that made it is gone: it was killed")
            ended.append(run_id)
        free_places(instance, run_id)
        for file in files:
            file.unlink(missing_ok=True)
    return ended


def _is_new(file: Path) -> bool:
    """Whether a file may have been made a moment ago and be about to be locked.

    One that was made in the future isn't: the clock was set back since.
    """
    try:
        return abs(time.time() - file.stat().st_mtime) < _MOMENT
    except FileNotFoundError:
        return True


def _folder(instance: dg.DagsterInstance) -> Path:
    folder = Path(instance.root_directory) / "attnconn-running"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
