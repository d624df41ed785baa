"""What is said of a database that MLflow can't open."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from attnconn_assets.tracking.soundness import explained


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("0584bdc529eb", "of an older one: end `attnconn dev`, copy "),
        ("ffffffffffff", "which a newer one has written: install that one again, or move the"),
    ],
)
def test_another_version_is_named_with_what_to_do(tmp_path: Path, revision, told):
    database = tmp_path / "mlflow.db"
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("create table alembic_version (version_num)")
        connection.execute("insert into alembic_version values (?)", (revision,))
    why = explained(Exception("Detected out-of-date database schema"), database)
    assert str(why).startswith(f"{database}: MLflow's database must be of ")
    assert f"its revision is {revision!r}, {told}" in str(why)
    assert explained(Exception("something else"), database) is None
    assert "damaged" in str(explained(Exception("file is not a database"), database))
