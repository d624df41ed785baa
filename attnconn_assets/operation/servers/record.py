"""The one `attnconn dev` of a home of Dagster's, and the processes that a killed one left behind.

Two would run two daemons on one home, which Dagster doesn't support. While it runs, it holds a lock
that the system lets go of with the process, and keeps a record of its parts: when it is killed
they live on, and hold its ports.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attnconn_assets.operation.servers.part import Part, end
from attnconn_assets.operation.servers.process import Process, running
from attnconn_assets.storage.locks import taken
from attnconn_core.errors import InputError

__all__ = ["Record", "only_one"]

_LOCK, _RECORD = ".attnconn-dev.lock", "attnconn-dev.json"


class Record:
    """What the `attnconn dev` of a home has started.

    Parameters
    ----------
    file
        Where it is kept.
    page
        Address of Dagster's page.
    """

    def __init__(self, file: Path, page: str) -> None:
        self._file, self._page = file, page
        self._noted: list[int | None] | None = None

    def note(self, parts: Sequence[Part]) -> None:
        """Write down which processes the parts are now, if that isn't written yet."""
        now = [part.pid for part in parts]
        if now == self._noted:
            return
        processes = running()
        known = [
            {
                "name": part.name,
                "pid": part.pid,
                "started": processes[part.pid].started,
                "ends_by": int(part.ends_by),
            }
            for part in parts
            if part.pid in processes
        ]
        drawn_up = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        content = {"process": os.getpid(), "page": self._page, "parts": known}
        drawn_up.write_text(json.dumps(content, indent=1), encoding="utf-8")
        os.replace(drawn_up, self._file)
        self._noted = now

    def remove(self) -> None:
        """Forget it: all has ended."""
        self._file.unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(home: Path, page: str) -> Iterator[Record]:
    """Be the one `attnconn dev` of a home, and end what a killed one left behind.

    Parameters
    ----------
    home
        Dagster's.
    page
        Address of Dagster's page, for whoever tries to start another.

    Raises
    ------
    InputError
        If there is one already.
    """
    file = home / _RECORD
    with taken([home / _LOCK]) as held:
        former = _read(file)
        if not held:
            known = f": process {former['process']}, {former['page']}" if former else ""
            raise InputError(
                f"attnconn dev of this home runs already{known}. Use its pages, or end it first; "
                f"for a second study set DAGSTER_HOME to another folder (now {home})"
            )
        if left := _left_behind(former):
            end(left)
            told = ", ".join(f"{each.name} ({each.leader.pid})" for each in left)
            print(f"attnconn dev was killed (process {former['process']}); ended now: {told}")
        record = Record(file, page)
        record.note([])
        try:
            yield record
        finally:
            record.remove()


@dataclass(frozen=True)
class _LeftBehind:
    """A part whose `attnconn dev` is gone, with all processes of its group."""

    name: str
    leader: Process
    members: tuple[Process, ...]
    ends_by: int

    def lives(self) -> bool:
        return bool(self._living())

    def signal(self, number: int) -> None:
        for process in self._living():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process.pid, number)

    def _living(self) -> list[Process]:
        """Those that are still the same processes."""
        now = running()
        return [each for each in self.members if now.get(each.pid) == each]


def _left_behind(record: Mapping[str, Any]) -> list[_LeftBehind]:
    """Find the recorded processes that still run; one with a recorded id may be another."""
    now = running()
    found = []
    for part in record.get("parts", ()):
        leader = now.get(part["pid"])
        if leader is not None and leader.started == part["started"]:
            members = tuple(each for each in now.values() if each.group == leader.pid)
            found.append(_LeftBehind(part["name"], leader, members, part["ends_by"]))
    return found


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # there is none, or the disk was full
        return {}
