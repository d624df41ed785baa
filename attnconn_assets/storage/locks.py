"""What two processes must not do at once."""

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

__all__ = ["alone", "is_free", "taken"]


@contextlib.contextmanager
def alone(file: Path) -> Iterator[None]:
    """Let one process or thread at a time pass; `file` is made if it isn't there."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_free(file: Path) -> bool:
    """Whether nobody holds the lock of `alone` on a file that is there."""
    try:
        with file.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (FileNotFoundError, BlockingIOError):
        return False
    return True


@contextlib.contextmanager
def taken(files: Iterable[Path]) -> Iterator[set[Path]]:
    """Hold, of some locks, those that nobody holds; the others aren't waited for.

    The system lets go of them with the process; their files are removed at the end.
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
    """Whether a lock is that of the file; else who held it has just removed it."""
    try:
        return os.path.samestat(os.fstat(lock.fileno()), file.stat())
    except FileNotFoundError:
        return False
