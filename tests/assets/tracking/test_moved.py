"""A folder of MLflow's that was moved or copied is left alone by its copy, and holds all itself."""

import contextlib
import hashlib
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from attnconn_assets.storage.databases import relocate
from attnconn_assets.tracking.moved import follow_folder
from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig, save_forecaster

ORIGIN = Origin("tiny", "pearson", "sub-1_ses-test", "dagster-1", "abc")
NAME = "tiny_group_forecaster"
ODD = "ä b [x]"  # what a URI writes otherwise than a path


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A folder with a run that has a figure and two models, one of them registered."""
    folder = tmp_path_factory.mktemp("original") / "mlruns"
    tracking = Tracking(folder=str(folder))
    model = folder.parent / "base.safetensors"
    forecaster = AttentionForecaster(
        ForecasterConfig(input_window=4, hidden_dim=4), np.zeros(3), np.ones(3)
    )
    save_forecaster(model, forecaster.eval(), ("a", "b", "c"))
    tags = {"sha256": hashlib.sha256(model.read_bytes()).hexdigest()}
    parameters = {"inside": folder / "x", "outside": model}
    with tracking.run("connectivity", "pearson", ORIGIN, parameters) as run:
        run.figure("matrix.png", b"png")
        run.model("base", model, tags["sha256"])
        tracking.register(NAME, model, run.id, tags, "champion")
    return closed(folder)


def content(folder: Path) -> dict[str, bytes]:
    """All but the note by which processes that only read a database know of each other."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".db-shm")
    return {str(path): path.read_bytes() for path in files}


def values(folder: Path, table: str, *columns: str) -> list[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(folder / "mlflow.db")) as database:
        return database.execute(
            f"select {', '.join(columns)} from {table} order by 1"  # noqa: S608
        ).fetchall()


def closed(folder: Path) -> Path:
    """Write back what the database has ahead, so that its file may be copied."""
    with contextlib.closing(sqlite3.connect(folder / "mlflow.db")) as database:
        database.execute("pragma wal_checkpoint(truncate)")
    return folder


def copied(folder: Path, there: Path) -> Path:
    shutil.copytree(closed(folder), there)
    return there


def test_a_copy_holds_all_and_writes_nothing_into_the_original(
    original, tmp_path, caplog, load_model
):
    before = content(original)
    there = copied(original, tmp_path / ODD / "mlruns")
    copy = Tracking(folder=str(there))
    with copy.run("connectivity", "pearson", ORIGIN, {}) as run:
        run.figure("matrix.png", b"png")
    assert content(original) == before
    (told,) = [record.message for record in caplog.records if "moved" in record.message]
    assert told == f"{there} was moved from {original}: MLflow's 6 locations now point here"

    with hidden(original):
        client = copy.client()
        for each in client.search_runs([run.experiment_id]):
            (listed,) = client.list_artifacts(each.info.run_id, "figures")
            assert listed.path == "figures/matrix.png"
        assert load_model(copy, f"models:/{NAME}@champion") is not None
    (logged,) = client.search_logged_models([run.experiment_id])
    assert logged.artifact_location.startswith(there.as_uri())
    kept = dict(values(there, "params", "key", "value"))
    assert kept["inside"] == str(there / "x")
    assert kept["outside"] == str(original.parent / "base.safetensors")


@contextlib.contextmanager
def hidden(folder: Path):
    away = folder.rename(folder.with_name("hidden"))
    try:
        yield
    finally:
        away.rename(folder)


def test_nothing_is_written_where_nothing_was_moved(original, tmp_path, caplog):
    folder = copied(original, tmp_path / ODD / "mlruns")
    Tracking(folder=str(folder)).client()
    caplog.clear()
    before = content(closed(folder))
    Tracking(folder=str(folder)).client()
    assert content(closed(folder)) == before
    assert caplog.text == ""


def test_it_follows_again_and_again_and_says_it_each_time(original, tmp_path, caplog):
    folder = copied(original, tmp_path / "0" / "mlruns")
    for number in (1, 2, 1):
        there = tmp_path / str(number) / "mlruns"
        there.parent.mkdir(exist_ok=True)
        folder = folder.rename(there)
        follow_folder(folder / "mlflow.db")
        follow_folder(folder / "mlflow.db")
        assert values(folder, "runs", "artifact_uri")[0][0].startswith(folder.as_uri())
    assert caplog.text.count("was moved from") == 3


def test_what_an_earlier_version_wrote_into_the_original_from_a_copy_is_followed_too(
    original, tmp_path, caplog
):
    """Its new experiments lie in the copy, and its old ones in the original."""
    folder = copied(original, tmp_path / "mlruns")
    with contextlib.closing(sqlite3.connect(folder / "mlflow.db")) as database, database:
        database.execute(
            "insert into experiments (name, artifact_location, lifecycle_stage, workspace) "
            "values ('report', ?, 'active', 'default')",
            ((folder / "artifacts" / "report").as_uri(),),
        )
    there = folder.rename(tmp_path / "there")
    follow_folder(there / "mlflow.db")
    located = values(there, "experiments", "artifact_location", "name")
    assert {place for place, name in located if name != "Default"} == {
        (there / "artifacts" / name).as_uri() for name in ("connectivity", "report")
    }
    first, second = sorted((original, tmp_path / "mlruns"))
    assert f"was moved from {first} and {second}: MLflow's 7 locations" in caplog.text


def test_locations_elsewhere_stay(original, tmp_path):
    """Of others that MLflow's users make, and of folders whose names only begin alike."""
    folder = copied(original, tmp_path / "mlruns")
    client = Tracking(folder=str(folder)).client()
    elsewhere = {
        "bucket": "s3://lab/mlruns/artifacts/bucket",
        "disk": (tmp_path / "disk" / "artifacts").as_uri(),
        "alike": (tmp_path / "mlruns-old" / "artifacts" / "x").as_uri(),
    }
    for name, location in elsewhere.items():
        client.create_experiment(name, location)
    in_store = (tmp_path / "store" / "a.safetensors").as_uri()
    client.create_model_version(NAME, in_store)
    copy = Tracking(folder=str(copied(folder, tmp_path / "there"))).client()
    for name, location in elsewhere.items():
        assert copy.get_experiment_by_name(name).artifact_location == location
    assert in_store in {each.source for each in copy.search_model_versions()}


def test_a_renamed_experiment_is_followed_too(original, tmp_path):
    there = copied(original, tmp_path / "mlruns")
    with contextlib.closing(sqlite3.connect(there / "mlflow.db")) as database, database:
        database.execute("delete from model_versions")
        database.execute("update experiments set name = 'ours' where name = 'connectivity'")
    follow_folder(there / "mlflow.db")
    located = dict(values(there, "experiments", "name", "artifact_location"))
    assert located["ours"] == (there / "artifacts" / "connectivity").as_uri()


def test_files_that_stayed_behind_are_named(original, tmp_path, caplog):
    shutil.copy(original / "mlflow.db", tmp_path)
    follow_folder(tmp_path / "mlflow.db")
    assert f"copy artifacts/ and models/ from {original}" in caplog.text


OPEN = """
import sys
from pathlib import Path
from attnconn_assets.tracking.moved import follow_folder
follow_folder(Path(sys.argv[1]))
"""


def test_of_processes_that_open_it_at_once_one_moves_it(original, tmp_path):
    database = copied(original, tmp_path / "mlruns") / "mlflow.db"
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("begin immediate")  # until all of them have seen that it was moved
        openers = [
            subprocess.Popen(
                [sys.executable, "-c", OPEN, str(database)], stderr=subprocess.PIPE, text=True
            )
            for _ in range(3)
        ]
        time.sleep(3)
        assert [opener.poll() for opener in openers] == [None] * 3
        other.rollback()
    said = [opener.communicate()[1] for opener in openers]
    assert [opener.returncode for opener in openers] == [0, 0, 0], said
    assert sum("was moved from" in told for told in said) == 1, said
    assert values(database.parent, "runs", "artifact_uri")[0][0].startswith(tmp_path.as_uri())


def test_a_database_that_nobody_may_write_to_is_opened(original, tmp_path, caplog, monkeypatch):
    database = copied(original, tmp_path / "mlruns") / "mlflow.db"
    connect, asked = sqlite3.connect, f"{database.as_uri()}?mode=ro"
    monkeypatch.setattr(sqlite3, "connect", lambda _, **given: connect(asked, uri=True, **given))
    follow_folder(database)
    assert (
        "its locations point to another folder and can't be changed: attempt to write a readonly"
        in caplog.text
    )


@pytest.mark.parametrize("text", ["{0}", "{0}/a", '{{"path": "{0}/a"}}', "file://{0}/a", "({0})"])
def test_a_folder_is_found_where_it_is_named_as_a_whole(text):
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table held (value text)")
        for folder in ("/old/one", "/old/one-2", "/older/old/one", "/old/one.bak"):
            database.execute("insert into held values (?)", (text.format(folder),))
        assert relocate(database, [Path("/old/one")], Path("/new")) == 1
        kept = [row[0] for row in database.execute("select value from held")]
    others = [text.format(each) for each in ("/old/one-2", "/older/old/one", "/old/one.bak")]
    assert kept == [text.format("/new"), *others]
