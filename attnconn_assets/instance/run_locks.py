"""Locks of unfinished runs, by which runs of killed processes are found and ended.

The run of a killed process would stay "started" forever and keep its place in the queue, because
Dagster can't ask whether the process is alive. Therefore every run holds a lock, which the system
releases when the process ends.
"""

import contextlib
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from attnconn_assets.instance.pools import free_places
from attnconn_assets.storage.locks import is_free, locked

__all__ = ["announced", "announced_command", "commands_going_on", "end_orphans"]

_MOMENT = 1.0  # seconds
_BY = "="  # between the name of a study and the id of a command; no study has it in its name


@contextlib.contextmanager
def announced(instance: dg.DagsterInstance, run_id: str, part: str = "run") -> Iterator[None]:
    """Hold a lock of a run in this context; nested contexts need different values of `part`."""
    file = _folder(instance) / f"{run_id}.{part}"
    with locked(file):
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


@contextlib.contextmanager
def announced_command(instance: dg.DagsterInstance, study: str) -> Iterator[None]:
    """Hold a lock of a command that makes results of a study, in this context."""
    with announced(instance, f"{study}{_BY}{uuid.uuid4().hex}", "command"):
        yield


def commands_going_on(instance: dg.DagsterInstance, study: str) -> int:
    """Return the number of commands that make results of a study at the moment."""
    files = _folder(instance).glob(f"{study}{_BY}*.command")
    return sum(not is_free(file) for file in files)


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """End the unfinished runs whose lock is free; return their ids."""
    parts: dict[str, list[Path]] = defaultdict(list)
    for file in _folder(instance).iterdir():
        parts[file.stem].append(file)
    ended = []
    for run_id, files in parts.items():
        if any(_is_new(file) or not is_free(file) for file in files):
            continue
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "its process was killed")
            ended.append(run_id)
        free_places(instance, run_id)
        for file in files:
            file.unlink(missing_ok=True)
    return ended


def _is_new(file: Path) -> bool:
    """Whether a lock file was made within the last second, so that it may not be locked yet.

    A time in the future doesn't count: the clock was set back.
    """
    try:
        return abs(time.time() - file.stat().st_mtime) < _MOMENT
    except FileNotFoundError:
        return True


def _folder(instance: dg.DagsterInstance) -> Path:
    folder = Path(instance.root_directory) / "attnconn-running"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
