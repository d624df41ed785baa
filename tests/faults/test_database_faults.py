"""What becomes of MLflow's and Dagster's databases: newer, damaged, locked, lost."""

import contextlib
import json
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

LOCKED = 8.0  # seconds; Dagster itself waits 5 for its runs, MLflow 20
UNKNOWN = "ffffffffffff"


def revisions(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("select version_num from alembic_version")]


def set_revision(database: Path, revision: str) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update alembic_version set version_num = ?", (revision,))


def one_line(text: str) -> str:
    told = [line for line in text.splitlines() if line.startswith("attnconn: ")]
    assert len(told) == 1, text
    assert "Traceback" not in text
    return told[0]


@pytest.fixture
def databases(made):
    """Every database, by the name of who owns it and the file."""
    return {
        "MLflow": made.database,
        "Dagster runs": made.home / "history" / "runs.db",
        "Dagster events": made.home / "history" / "runs" / "index.db",
        "Dagster schedules": made.home / "schedules" / "schedules.db",
    }


def test_databases_of_a_newer_version_are_refused_and_stay_as_they_are(made, databases):
    for name, database in databases.items():
        owner = name.partition(" ")[0]
        (known,) = revisions(database)
        set_revision(database, UNKNOWN)
        refused = made.run()
        assert refused.status == 1, name
        told = one_line(refused.told)
        assert f"attnconn: {database}: {owner}'s database must be of a version that" in told
        assert f"its revision is '{UNKNOWN}', written by a newer {owner}" in told
        assert revisions(database) == [UNKNOWN]
        set_revision(database, known)
    again = made.run()
    assert again.status == 0, again.told
    assert again.counts == (0, 6, 0)
    assert made.damage() == made.strays() == []


@pytest.mark.parametrize("name", ["MLflow", "Dagster events"])
def test_a_damaged_database_is_named_and_can_be_moved_away(made, databases, name):
    database = databases[name]
    rubbish = b"no database\n" * 1000
    database.write_bytes(rubbish)
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    refused = made.run()
    assert refused.status == 1
    told = one_line(refused.told)
    assert str(database if name == "MLflow" else made.home) in told
    assert "damaged" in told
    assert database.read_bytes() == rubbish

    shutil.rmtree(made.home if "Dagster" in name else database.parent)
    made.home.mkdir(exist_ok=True)
    again = made.run()
    assert again.status == 0, again.told
    assert again.counts == (0, 6, 0)
    assert made.recorded() == made.sessions


@pytest.mark.parametrize("name", ["MLflow", "Dagster runs"])
def test_a_database_that_is_locked_when_a_run_begins_is_waited_for(make_place, name):
    place = make_place(sessions=6)
    assert place.start("seed").wait().status == 0
    database = place.database if name == "MLflow" else place.home / "history" / "runs.db"
    with contextlib.closing(sqlite3.connect(database, timeout=60)) as other:
        other.execute("BEGIN EXCLUSIVE")
        run = place.start()
        time.sleep(LOCKED + 4)  # it takes a while to begin
        assert run.poll() is None, run.told
        other.rollback()
    run.wait()
    assert run.status == 0, run.told
    assert run.counts == (6, 0, 0)
    assert place.recorded() == place.sessions
    assert place.damage() == place.strays() == []
    assert place.run().counts == (0, 6, 0)


def test_a_lost_home_of_dagster_is_filled_again_from_the_store(made):
    shutil.rmtree(made.home)
    again = made.run()
    assert again.status == 0, again.told
    assert again.counts == (0, 6, 0)
    assert made.recorded() == made.sessions == set(made.known())
    assert made.dagster_runs() == set()  # and with them their logs: the store has none
    assert again.told.count("Dagster didn't know 6 partitions that the store has") == 1

    shutil.rmtree(made.home / "history")  # its databases alone
    shutil.rmtree(made.home / "schedules")
    again = made.run()
    assert again.status == 0, again.told
    assert again.counts == (0, 6, 0)
    assert made.recorded() == made.sessions == set(made.known())
    assert "Dagster didn't know" not in made.run().told


def runs_of(database: Path) -> dict[str, dict[str, dict[str, str]]]:
    """What MLflow holds of every partition's run: its parameters, numbers and tags."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    with contextlib.closing(sqlite3.connect(database)) as connection:
        names = dict(connection.execute("select run_uuid, name from runs"))
        for table in ("params", "metrics", "tags"):
            rows = connection.execute(f"select run_uuid, key, value from {table}")  # noqa: S608
            for run, key, held in rows:
                found.setdefault(names[run], {}).setdefault(table, {})[key] = str(held)
    return found


def run_ids(place) -> set[str]:
    manifests = place.store.glob("*.json")
    return {json.loads(path.read_text())["made_by"]["mlflow_run"] for path in manifests}


def test_a_lost_database_of_mlflow_is_rebuilt_from_the_store(made):
    before, ids = runs_of(made.database), run_ids(made)
    content = {path.name: path.read_bytes() for path in made.store.glob("*.parquet")}
    for file in made.database.parent.glob("mlflow.db*"):
        file.unlink()
    again = made.run()
    assert again.status == 0, again.told
    assert again.counts == (0, 6, 0)  # nothing is computed
    assert again.told.count("MLflow's database lacked the runs of 6 partitions") == 1

    after = runs_of(made.database)
    assert after.keys() == before.keys()
    for name, held in after.items():
        assert held["tags"].items() >= before[name]["tags"].items()
        assert "curves" in held["tags"]["attnconn.rebuilt"]
        assert held["params"] == before[name]["params"]
        assert held["metrics"] == before[name]["metrics"]
    assert run_ids(made).isdisjoint(ids)
    assert set(made.tracked()) == {"FINISHED"}
    assert {path.name: path.read_bytes() for path in made.store.glob("*.parquet")} == content
    assert made.damage() == made.strays() == []
    third = made.run()
    assert third.counts == (0, 6, 0)
    assert "lacked the runs" not in third.told
    assert len(made.tracked()) == 6
