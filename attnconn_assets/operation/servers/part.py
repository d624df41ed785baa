"""A process of `attnconn dev`: started, started again when it ends, and ended with all it began."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Part", "end"]

_TIMEOUT = 15.0  # seconds between asking a process to end and killing it
# Seconds before a part is started again: twice as long each time, until it has stood for a while.
_FIRST_PAUSE, _LONGEST_PAUSE, _STOOD = 1.0, 30.0, 60.0


@dataclass
class Part:
    """A process of its own, which is started again when it ends, unless all need it.

    It gets a process group of its own, as Dagster starts processes that outlive a signal to
    their parent.

    Attributes
    ----------
    name, command
        Of the process.
    ends_by
        The signal by which it ends cleanly.
    needed
        Whether its end is the end of all.
    """

    name: str
    command: list[str]
    ends_by: int = signal.SIGINT
    needed: bool = False
    _process: "subprocess.Popen[bytes] | None" = None
    _since: float = 0.0
    _pause: float = _FIRST_PAUSE
    _again: float | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process, in a session and process group of its own."""
        self._process = subprocess.Popen(  # noqa: S603
            self.command, env=dict(environment), start_new_session=True
        )
        self._since, self._again = time.monotonic(), None

    @property
    def pid(self) -> int | None:
        """The id of its process, which is that of the group; None if it isn't started yet."""
        return None if self._process is None else self._process.pid

    def ended(self) -> int | None:
        """Return the status with which it ended; None while it runs or isn't started yet."""
        return None if self._process is None else self._process.poll()

    def keep(self, environment: Mapping[str, str]) -> None:
        """Start it again if it has ended, after a pause."""
        status, now = self.ended(), time.monotonic()
        if status is None:
            if now - self._since > _STOOD:
                self._pause = _FIRST_PAUSE
            return
        if self._again is None:
            self.signal(signal.SIGKILL)  # what it started and left behind holds its port
            self._again, self._pause = now + self._pause, min(2 * self._pause, _LONGEST_PAUSE)
            print(f"{self.name} ended with status {status}; it is started again", file=sys.stderr)
        elif now >= self._again:
            self.start(environment)

    def signal(self, number: int) -> None:
        """Send its process group a signal, if there is one."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def lives(self) -> bool:
        """Whether a process of its group is left."""
        if self._process is None:
            return False
        self._process.poll()
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Endable(Protocol):
    """One or several processes that are ended together."""

    @property
    def ends_by(self) -> int:
        """The signal by which they end cleanly."""
        ...

    def lives(self) -> bool:
        """Whether one of them is left."""
        ...

    def signal(self, number: int) -> None:
        """Send them a signal."""
        ...


def end(parts: Sequence[Endable]) -> None:
    """Ask each as it ends cleanly, wait, and kill what is left of it."""
    for killing in (False, True):
        deadline = time.monotonic() + _TIMEOUT
        for part in parts:
            if part.lives():
                part.signal(signal.SIGKILL if killing else part.ends_by)
        while any(part.lives() for part in parts) and time.monotonic() < deadline:
            time.sleep(0.1)
