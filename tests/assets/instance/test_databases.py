"""Dagster's databases: how long they are waited for, and what is said then."""

import contextlib
import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from attnconn_assets.instance import databases
from attnconn_assets.instance.databases import HistoryError, explained, require_known

OURS = "instance_class: {module: attnconn_assets.instance.event_log, class: Instance}\n"


def test_a_database_that_stays_locked_is_told_in_one_line(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(databases, "BUSY", 0.1)
    (tmp_path / "dagster.yaml").write_text(f"telemetry: {{enabled: false}}\n{OURS}")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        require_known(instance, tmp_path)
        database = tmp_path / "history" / "runs.db"
        with contextlib.closing(sqlite3.connect(database)) as other:
            other.execute("BEGIN EXCLUSIVE")
            held = r"databases must be free within 0.1 s; another process has locked one"
            with pytest.raises(HistoryError, match=held), explained(tmp_path):
                instance.run_storage.set_cursor_values({"a": "b"})
            other.rollback()
        with explained(tmp_path):
            instance.run_storage.set_cursor_values({"a": "b"})
