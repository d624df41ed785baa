"""Dagster's databases: how long to wait for a locked one, and errors that explain a bad one."""

import contextlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from attnconn_assets.storage.databases import is_damage, is_lock, newest, revision_of, stands_in
from attnconn_core.errors import AttnconnError

__all__ = ["BUSY", "HistoryError", "RunLog", "ScheduleLog", "explained", "require_known"]

BUSY = 30  # seconds to wait for another writer; Dagster waits 5 for two of its three databases

_MIGRATIONS = Path(dg.__file__).parent / "_core" / "storage" / "alembic" / "versions"
_ANEW = (
    "the next run makes a new one and records there what the store holds; the logs of Dagster's "
    "earlier runs stay in the old one"
)


class HistoryError(AttnconnError):
    """Dagster's databases can't be used."""


class _WithTimeout:
    """A storage of Dagster's that waits for another writer as long as the event log does."""

    _conn_string: str

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:
        """Open the storage that an instance's settings describe."""
        return cls.from_local(inst_data=inst_data, **config_value)  # type: ignore[attr-defined]

    @contextlib.contextmanager
    def connect(self) -> Iterator[Connection]:
        """Connect to the database."""
        engine = create_engine(
            self._conn_string, poolclass=NullPool, connect_args={"timeout": BUSY}
        )
        with engine.begin() as connection:
            yield connection


class RunLog(_WithTimeout, SqliteRunStorage):
    """Dagster's database of runs."""


class ScheduleLog(_WithTimeout, SqliteScheduleStorage):
    """Dagster's database of schedules and sensors."""


def require_known(instance: dg.DagsterInstance, home: Path) -> None:
    """Refuse databases whose tables are those of a newer or an older Dagster.

    Older ones can be migrated. Nothing here does so unasked: other processes may be using
    them, and a migration can't be undone.

    Raises
    ------
    HistoryError
        Naming the file and, for an older one, the command that migrates it.
    """
    places = (
        (instance.run_storage, SqliteRunStorage, "history/runs.db"),
        (instance.event_log_storage, SqliteEventLogStorage, "history/runs/index.db"),
        (instance.schedule_storage, SqliteScheduleStorage, "schedules/schedules.db"),
    )
    for storage, kind, place in places:
        file = home / place
        revision = revision_of(file) if isinstance(storage, kind) else None
        if revision is None or revision in newest(_MIGRATIONS):
            continue
        if stands_in(revision, _MIGRATIONS):
            command = shlex.join(["env", f"DAGSTER_HOME={home}", sys.executable, "-m", "dagster"])
            raise HistoryError(
                f"{file}: Dagster's database must be of the version that the installed Dagster "
                f"({dg.__version__}) writes; its revision is {revision!r}, of an older Dagster: "
                f"end `attnconn dev`, copy {home}, then run `{command} instance migrate`"
            )
        raise HistoryError(
            f"{file}: Dagster's database must be of a version that the installed Dagster "
            f"({dg.__version__}) knows; its revision is {revision!r}, written by a newer "
            f"Dagster: install that one again, or move {home} away ({_ANEW})"
        )


@contextlib.contextmanager
def explained(home: Path) -> Iterator[None]:
    """Turn errors about locked or damaged databases of Dagster into one line.

    Raises
    ------
    HistoryError
        If a database is damaged, or another process locks it for too long.
    """
    try:
        yield
    except DatabaseError as error:
        if is_lock(error):
            raise HistoryError(
                f"{home}: Dagster's databases must be free within {BUSY} s; another process has "
                "locked one for longer: end that process, and run again. What was made is kept"
            ) from error
        if is_damage(error):
            raise HistoryError(
                f"{home}: Dagster's databases must be as Dagster wrote them; one is damaged "
                f"({error.orig}): move {home} away ({_ANEW})"
            ) from error
        raise
