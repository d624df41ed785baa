"""Allows one `attnconn dev` per Dagster home, and ends what a killed one left running.

Two would run two daemons on one home, which Dagster doesn't support. A running `attnconn dev`
holds a lock, which the system releases when the process ends. It also records its processes: if
it is killed, they keep running and keep its ports.
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
from attnconn_assets.storage.locks import locked_if_free
from attnconn_core.errors import InputError

__all__ = ["Record", "only_one"]

_LOCK, _RECORD = ".attnconn-dev.lock", "attnconn-dev.json"


class Record:
    """Record of the processes that an `attnconn dev` has started.

    Parameters
    ----------
    file
        File of the record.
    page
        Address of Dagster's page.
    """

    def __init__(self, file: Path, page: str) -> None:
        self._file, self._page = file, page
        self._noted: list[int | None] | None = None

    def note(self, parts: Sequence[Part]) -> None:
        """Write the current processes of the parts to the record, if they have changed."""
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
        """Remove the record, after all processes have ended."""
        self._file.unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(home: Path, page: str) -> Iterator[Record]:
    """Hold the lock of a home's `attnconn dev`, and end processes that a killed one left.

    Parameters
    ----------
    home
        Dagster's home.
    page
        Address of Dagster's page, shown to a second `attnconn dev`.

    Raises
    ------
    InputError
        If one is already running.
    """
    file = home / _RECORD
    with locked_if_free([home / _LOCK]) as held:
        former = _read_record(file)
        if not held:
            known = f": process {former['process']}, {former['page']}" if former else ""
            raise InputError(
                f"attnconn dev already runs for this Dagster home{known}. Use its pages, or end it "
                f"first; for a second study set DAGSTER_HOME to another folder (now {home})"
            )
        if left := _left_behind(former):
            end(left)
            parts = ", ".join(f"{part.name} ({part.leader.pid})" for part in left)
            print(
                f"attnconn dev was killed (process {former['process']}); its parts are ended now: "
                f"{parts}"
            )
        record = Record(file, page)
        record.note([])
        try:
            yield record
        finally:
            record.remove()


@dataclass(frozen=True)
class _LeftBehind:
    """A part of a killed `attnconn dev`, with all processes of its group."""

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
        """Return the members that still run."""
        now = running()
        return [member for member in self.members if now.get(member.pid) == member]


def _left_behind(record: Mapping[str, Any]) -> list[_LeftBehind]:
    """Return recorded parts that still run; ids that were reused don't count."""
    now = running()
    left = []
    for part in record.get("parts", ()):
        leader = now.get(part["pid"])
        if leader is not None and leader.started == part["started"]:
            members = tuple(process for process in now.values() if process.group == leader.pid)
            left.append(_LeftBehind(part["name"], leader, members, part["ends_by"]))
    return left


def _read_record(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # there is none, or the disk was full
        return {}
