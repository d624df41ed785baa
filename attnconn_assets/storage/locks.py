"""File locks between processes."""

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

__all__ = ["is_free", "locked", "locked_if_free"]


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file, which is created if missing; wait while it is held."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_free(file: Path) -> bool:
    """Whether a file exists and no process holds its lock."""
    try:
        with file.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return False
    return True


@contextlib.contextmanager
def locked_if_free(files: Iterable[Path]) -> Iterator[set[Path]]:
    """Hold those of some locks that are free, without waiting for the others; yield them.

    The system releases them when the process ends. Their files are removed at the end.
    """
    with contextlib.ExitStack() as stack:
        held = set()
        for file in files:
            lock = stack.enter_context(file.open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if _is_there(lock, file):
                held.add(file)
                stack.callback(file.unlink, missing_ok=True)
        yield held


def _is_there(lock: IO[str], file: Path) -> bool:
    """Whether an open lock is still the file at its path; its holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), file.stat())
    except FileNotFoundError:
        return False
