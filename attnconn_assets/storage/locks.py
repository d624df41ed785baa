"""What two processes must not do at once."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

__all__ = ["alone", "is_free"]


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
