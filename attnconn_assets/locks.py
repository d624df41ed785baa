"""What two processes must not do at once."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

__all__ = ["alone"]


@contextlib.contextmanager
def alone(file: Path) -> Iterator[None]:
    """Let one process or thread at a time pass; `file` is made if it isn't there."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
