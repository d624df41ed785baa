"""Dagster's event log in SQLite, with SQLAlchemy engines that are kept.

Dagster creates a new engine for every query, which loses SQLAlchemy's compiled statements: one
event then takes 20 to 35 ms, of which the disk takes 1 ms. Files, tables, transactions and
durability are the same as Dagster's. Each partition gets its own data version (see
`data_versions`). Without ``instance_class`` in ``dagster.yaml``, Dagster reads and writes the same
log, but more slowly.
"""

import contextlib
import functools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import yaml
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool, Pool, QueuePool

from attnconn_assets.instance.code_location import origin_of
from attnconn_assets.instance.data_versions import with_own_version
from attnconn_assets.instance.databases import BUSY, RunLog, ScheduleLog
from attnconn_core.errors import ParameterError

__all__ = ["EventLog", "Instance"]

_BACKFILLS = "backfill_interval_seconds"
_ENGINES = 8  # a run's log is read a few times in a row, then rarely


class EventLog(SqliteEventLogStorage):
    """Dagster's event log in SQLite, with an engine per file instead of one per query."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._made: set[str] = set()
        self._tables: set[str] = set()
        self._held = threading.local()
        # A connection to a run's log is closed after use, as in Dagster: closing updates the file,
        # which is how the page of an unfinished run sees new events.
        self._of_run = functools.lru_cache(_ENGINES)(functools.partial(self._engine, NullPool))
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "EventLog":
        """Open the log that an instance's settings describe."""
        return cls(inst_data=inst_data, **config_value)

    @contextlib.contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        """Connect to the log of one run."""
        name = str(run_id)
        if name not in self._made:
            with super().run_connection(run_id):  # creates it if needed
                self._made.add(name)
        with self._of_run(name).begin() as connection:
            yield connection

    @contextlib.contextmanager
    def index_connection(self) -> Iterator[Connection]:
        """Connect to the index of all runs' events."""
        held = getattr(self._held, "connection", None)
        if held is not None:
            yield held
            return
        with self._of_index.begin() as connection:
            yield connection

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event; a check's event and its verdict are stored in one transaction."""
        if event.dagster_event_type not in ASSET_CHECK_EVENTS:
            super().store_event(with_own_version(event))
            return
        with self._of_index.begin() as self._held.connection:
            try:
                super().store_event(event)
            finally:
                self._held.connection = None

    def store_event_batch(self, events: Sequence[dg.EventLogEntry]) -> None:
        """Store several events of a run; those of assets in one transaction per file.

        Dagster batches the events before a run and after a step. Events during a step are stored
        one by one.
        """
        together = [
            with_own_version(event) for event in events if event.dagster_event_type in ASSET_EVENTS
        ]
        if together:
            self._store_together(together)
        for event in events:
            if event.dagster_event_type not in ASSET_EVENTS:
                self.store_event(event)

    def _store_together(self, events: Sequence[dg.EventLogEntry]) -> None:
        inserts = [self.prepare_insert_event(event) for event in events]
        # Both files are committed together: if a batch fails, Dagster stores its events one by
        # one, and none may be stored already.
        with self.run_connection(events[0].run_id) as run, self.index_transaction() as index:
            for insert in inserts:
                run.execute(insert)
            stored = [index.execute(insert).inserted_primary_key for insert in inserts]
            ids = [key[0] for key in stored if key is not None]
            self._store_asset_event_tags(index, events, ids)
            # The table of assets holds the last event of each asset and kind.
            assets_and_types = [
                (event.get_dagster_event().asset_key, event.dagster_event_type) for event in events
            ]
            for number in {pair: number for number, pair in enumerate(assets_and_types)}.values():
                self._store_asset_event(index, events[number], ids[number])

    def has_table(self, table_name: str) -> bool:
        """Whether a table exists; remembered once it does."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def wipe(self) -> None:
        """Remove every run's log, and empty the index."""
        self._made.clear()
        super().wipe()

    def dispose(self) -> None:
        """Close all connections."""
        self._of_index.dispose()
        super().dispose()

    @functools.cached_property
    def _of_index(self) -> Engine:
        with super().index_connection():  # creates it if needed
            return self._engine(QueuePool, INDEX_SHARD_NAME)

    def _engine(self, pool_class: type[Pool], shard: str) -> Engine:
        return create_engine(
            self.conn_string_for_shard(shard), poolclass=pool_class, connect_args={"timeout": BUSY}
        )


class Instance(dg.DagsterInstance):
    """Dagster's instance, with an `EventLog` unless its settings name another log."""

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """Return the schema of settings beyond Dagster's own."""
        return {_BACKFILLS: dg.Field(int, is_required=False)}

    def create_run_for_job(
        self, job_def: dg.JobDefinition, *arguments: Any, **named: Any
    ) -> dg.DagsterRun:
        """Create the record of a run in this process, with the code location of its job."""
        if job_def.name == IMPLICIT_ASSET_JOB_NAME:
            named.setdefault("remote_job_origin", origin_of(job_def))
        return super().create_run_for_job(job_def, *arguments, **named)

    def get_backfill_settings(self) -> Mapping[str, Any]:
        """Return the settings of backfills; the daemon calls this once, before its first check.

        The pause between two checks is a constant in Dagster, not a setting, so it is set here.
        """
        from dagster._daemon import controller  # only the daemon has it loaded already

        seconds = self.get_ref().custom_instance_class_config.get(_BACKFILLS)
        if seconds is not None:
            if seconds < 1:
                raise ParameterError(f"{_BACKFILLS} must be at least 1; got {seconds}")
            controller.DEFAULT_DAEMON_INTERVAL_SECONDS = seconds
        return super().get_backfill_settings()

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, ConfigurableClassData | None]:
        """Return Dagster's defaults, with our classes for its databases."""
        defaults = dict(InstanceRef.config_defaults(base_dir))
        folder = os.path.join(base_dir, "history", "runs", "")
        defaults["event_log_storage"] = ConfigurableClassData(
            __name__, EventLog.__name__, yaml.safe_dump({"base_dir": folder})
        )
        for name, kind in (("run_storage", RunLog), ("schedule_storage", ScheduleLog)):
            own = defaults[name]
            if own is not None:
                defaults[name] = ConfigurableClassData(
                    kind.__module__, kind.__name__, own.config_yaml
                )
        parts = {
            name: {
                "module_name": data.module_name,
                "class_name": data.class_name,
                "config_yaml": data.config_yaml,
            }
            for name in ("run_storage", "event_log_storage", "schedule_storage")
            if (data := defaults[name])
        }
        return defaults | {
            "storage": ConfigurableClassData(
                "dagster._core.storage.legacy_storage", "CompositeStorage", yaml.safe_dump(parts)
            )
        }
