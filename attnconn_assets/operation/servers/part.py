"""A process of `attnconn dev`: started, restarted when it ends, and ended with its children."""

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
# Seconds before a restart; doubled each time, and reset once the process has run for a minute.
_FIRST_PAUSE, _LONGEST_PAUSE, _STOOD = 1.0, 30.0, 60.0


@dataclass
class Part:
    """A process that is restarted when it ends, unless it is needed by all others.

    It has its own process group, because Dagster starts children that survive a signal to their
    parent.

    Attributes
    ----------
    name, command
        Name and command line of the process.
    ends_by
        Signal on which it ends cleanly.
    needed
        Whether all processes end when it ends.
    took
        What else ends with it, for the message.
    """

    name: str
    command: list[str]
    ends_by: int = signal.SIGINT
    needed: bool = False
    took: str = ""
    _process: "subprocess.Popen[bytes] | None" = None
    _since: float = 0.0
    _pause: float = _FIRST_PAUSE
    _again: float | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process in a new session and process group."""
        self._process = subprocess.Popen(  # noqa: S603
            self.command, env=dict(environment), start_new_session=True
        )
        self._since, self._again = time.monotonic(), None

    @property
    def pid(self) -> int | None:
        """Process id, which is also the group's id; None before the start."""
        return None if self._process is None else self._process.pid

    def ended(self) -> int | None:
        """Return the exit status; None while it runs and before the start."""
        return None if self._process is None else self._process.poll()

    def keep(self, environment: Mapping[str, str]) -> None:
        """Restart the process after a pause if it has ended."""
        status, now = self.ended(), time.monotonic()
        if status is None:
            if now - self._since > _STOOD:
                self._pause = _FIRST_PAUSE
            return
        if self._again is None:
            self.signal(signal.SIGKILL)  # children that are left hold its port
            self._again, self._pause = now + self._pause, min(2 * self._pause, _LONGEST_PAUSE)
            took = f". {self.took}" if self.took else ""
            message = f"{self.name} ended with status {status}; starting it again{took}"
            print(message, file=sys.stderr)
        elif now >= self._again:
            self.start(environment)

    def signal(self, number: int) -> None:
        """Send a signal to the process group, if it was started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def lives(self) -> bool:
        """Whether a process of the group still runs."""
        if self._process is None:
            return False
        self._process.poll()
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Endable(Protocol):
    """One or more processes that are ended together."""

    @property
    def ends_by(self) -> int:
        """Signal on which they end cleanly."""
        ...

    def lives(self) -> bool:
        """Whether one of them still runs."""
        ...

    def signal(self, number: int) -> None:
        """Send them a signal."""
        ...


def end(parts: Sequence[Endable]) -> None:
    """Signal each to end cleanly, wait, and kill those that still run."""
    for killing in (False, True):
        deadline = time.monotonic() + _TIMEOUT
        for part in parts:
            if part.lives():
                part.signal(signal.SIGKILL if killing else part.ends_by)
        while any(part.lives() for part in parts) and time.monotonic() < deadline:
            time.sleep(0.1)
