"""The processes of this machine, each known by its id and by when it started.

An id alone names nobody for long: the system gives it to another process once the first has ended.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Process", "running"]

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
_PS = ("ps", "-A", "-o", "pid=,pgid=,stat=,lstart=")


@dataclass(frozen=True)
class Process:
    """A process.

    Attributes
    ----------
    pid, group
        Its id, and that of its process group.
    started
        When it started, as the system says it: the same for as long as it runs, and another for a
        later process with the same id.
    """

    pid: int
    group: int
    started: str


def running() -> dict[int, Process]:
    """Return every process that runs, by its id; one that ended and wasn't buried doesn't."""
    found = _from_proc() if _BOOT.exists() else _from_ps()
    return {process.pid: process for process in found}


def _from_proc() -> Iterator[Process]:
    """Read them from Linux: clock ticks since this boot."""
    boot = _BOOT.read_text(encoding="ascii").strip()
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        # What stands in brackets, the command's name, may hold spaces and brackets.
        state, _, group, *others = stat.rpartition(")")[2].split()
        if state not in "ZX":
            yield Process(int(entry.name), int(group), f"{boot}/{others[16]}")


def _from_ps() -> Iterator[Process]:
    """Ask ps, as where there is no /proc: seconds of the clock."""
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    listed = subprocess.run(_PS, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    for line in listed.stdout.splitlines():
        pid, group, state, started = line.split(maxsplit=3)
        if not state.startswith("Z"):
            yield Process(int(pid), int(group), started.strip())
