"""What is said of a database that MLflow can't open."""

import contextlib
import sqlite3
from pathlib import Path

import pytest
from mlflow.store.db.utils import _get_latest_schema_revision

from attnconn_assets.storage.databases import revision_of
from attnconn_assets.tracking.soundness import discard_unfinished, explained, require_known
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import TrackingError


def write_database(path: Path, revision: str, experiments: int = 0) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table alembic_version (version_num)")
        connection.execute("insert into alembic_version values (?)", (revision,))
        connection.execute("create table experiments (name)")
        connection.executemany("insert into experiments values (?)", [("any",)] * experiments)


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("0584bdc529eb", "of an older MLflow: end `attnconn dev`, copy "),
        ("ffffffffffff", "written by a newer MLflow: install that one again, or move the"),
    ],
)
def test_another_version_is_named_with_what_to_do(tmp_path: Path, revision, told):
    database = tmp_path / "mlflow.db"
    write_database(database, revision)
    why = explained(Exception("Detected out-of-date database schema"), database)
    assert str(why).startswith(f"{database}: MLflow's database must be of ")
    assert f"its revision is {revision!r}, {told}" in str(why)
    assert explained(Exception("something else"), database) is None
    assert "damaged" in str(explained(Exception("file is not a database"), database))


@pytest.mark.parametrize("revision", ["0584bdc529eb", "ffffffffffff"])
def test_another_version_is_refused_before_mlflow_may_migrate_it(tmp_path: Path, revision):
    write_database(tmp_path / "mlflow.db", revision, experiments=1)
    with pytest.raises(TrackingError, match=f"its revision is '{revision}'"):
        require_known(tmp_path / "mlflow.db")


def test_what_was_ended_while_it_was_created_is_created_anew(tmp_path: Path):
    database = tmp_path / "mlflow.db"
    write_database(database, "0584bdc529eb")
    require_known(database)
    require_known(tmp_path / "none.db")
    assert Tracking(folder=str(tmp_path)).client().search_experiments()
    assert revision_of(database) == _get_latest_schema_revision()


def test_only_what_holds_nothing_is_discarded(tmp_path: Path):
    damaged, full = tmp_path / "damaged.db", tmp_path / "full.db"
    damaged.write_bytes(b"no database")
    write_database(full, "0584bdc529eb", experiments=1)
    for database in (damaged, full, tmp_path / "none.db"):
        there = database.exists()
        discard_unfinished(database)
        assert database.exists() == there


def test_the_installed_version_is_known_by_its_newest_migration(tmp_path: Path):
    Tracking(folder=str(tmp_path)).client()  # creates it
    assert revision_of(tmp_path / "mlflow.db") == _get_latest_schema_revision()
    require_known(tmp_path / "mlflow.db")
