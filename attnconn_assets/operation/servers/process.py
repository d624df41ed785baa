"""The processes of this machine, each identified by its id and its time of start.

An id alone isn't enough: the system reuses it after a process has ended.
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
        Ids of the process and of its process group.
    started
        Time of start as the system reports it. It doesn't change while the process runs, and
        differs for a later process with the same id.
    """

    pid: int
    group: int
    started: str


def running() -> dict[int, Process]:
    """Return all running processes by id, without zombies."""
    processes = _from_proc() if _BOOT.exists() else _from_ps()
    return {process.pid: process for process in processes}


def _from_proc() -> Iterator[Process]:
    """Read processes from Linux's /proc; times are clock ticks since boot."""
    boot = _BOOT.read_text(encoding="ascii").strip()
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has just ended
            continue
        # The command's name in brackets may itself contain spaces and brackets.
        state, _, group, *others = stat.rpartition(")")[2].split()
        if state not in "ZX":
            yield Process(int(entry.name), int(group), f"{boot}/{others[16]}")


def _from_ps() -> Iterator[Process]:
    """Read processes from ps, on systems without /proc; times are in whole seconds."""
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    listed = subprocess.run(_PS, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    for line in listed.stdout.splitlines():
        pid, group, state, started = line.split(maxsplit=3)
        if not state.startswith("Z"):
            yield Process(int(pid), int(group), started.strip())
