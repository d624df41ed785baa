"""What each released version has made opens with today's code, and stays as far as it holds."""

import contextlib
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from alembic import command
from mlflow.store.db.utils import InitialBase, _get_alembic_config
from sqlalchemy import create_engine

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.instance.databases import HistoryError
from attnconn_assets.instance.home import open_instance
from attnconn_assets.storage.databases import revision_of
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.verification import inventory, verify
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import TrackingError
from attnconn_core.results import Results
from tests.assets.release import (
    ARCHIVE,
    COUNTS,
    DATA,
    NOWHERE,
    REPOSITORY,
    attnconn,
    databases,
    unpack,
)

RELEASES = sorted(DATA.glob("version-*"))


@dataclass(frozen=True)
class Release:
    """What a released version has made, laid out in a folder."""

    folder: Path
    study: Study
    counts: dict[str, int]

    @property
    def home(self) -> Path:
        return self.folder / ".dagster"


def set_revision(database: Path, revision: str) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("update alembic_version set version_num = ?", (revision,))


def known_runs(study: Study) -> frozenset[str]:
    return tracking_of(study).run_table(study.name).known


def follow(told: str) -> None:
    """Run the command that a refusal names."""
    (asked,) = re.findall(r"then run `([^`]+)`", told)
    done = subprocess.run(
        shlex.split(asked),
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def migrate(study: Study) -> None:
    """Open the databases; where they are refused, do what the refusal says."""
    try:
        with open_instance():
            pass
    except HistoryError as refusal:
        follow(str(refusal))
    try:
        tracking_of(study).client()
    except TrackingError as refusal:
        follow(str(refusal))


@pytest.fixture(scope="module", params=RELEASES, ids=lambda place: place.name)
def release(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("release").resolve()
    unpack(request.param / ARCHIVE, folder)
    study = load_study(folder / "studies" / "small.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(folder / ".dagster"))
        migrate(study)
        yield Release(folder, study, json.loads((request.param / COUNTS).read_text()))


def test_there_is_a_release():
    assert RELEASES


def test_the_databases_know_no_folder_but_this(release):
    for path in databases(release.folder):
        assert NOWHERE.encode() not in path.read_bytes(), path


def test_the_store_is_whole_and_read(release):
    store = store_of(release.study)
    assert sum(1 for _ in store.entries()) == release.counts["partitions"]
    assert list(verify(store, inventory(store))) == []
    results = Results(release.study.store_folder)
    assert results.matrix("pearson", "sub-001_ses-test").values.shape == (5, 5)
    assert results.series("sub-001_ses-test").values.shape == (120, 5)
    assert "accuracy" in results.table("fingerprint", "scores")


def test_earlier_runs_and_models_are_listed(release):
    with open_instance() as instance:
        assert instance.get_runs_count() == release.counts["dagster_runs"]
        (key,) = [key for key in instance.all_asset_keys() if key.path[-1] == "pearson"]
        assert len(instance.get_materialized_partitions(key)) == 8
    client = tracking_of(release.study).client()
    assert len(known_runs(release.study)) == release.counts["mlflow_runs"]
    champion = client.get_model_version_by_alias("small_group_forecaster", "champion")
    assert champion.source.startswith(release.folder.as_uri())


def test_a_run_makes_what_is_stale_and_keeps_the_rest(release, run_line):
    """Last: it changes what is there."""
    store = store_of(release.study)
    before = {(each.asset, each.partition): each for each in store.entries()}
    runs_before = known_runs(release.study)
    with open_instance() as instance:
        dagster_before = {run.run_id for run in instance.get_runs()}
        outcome, _ = run_line(release.study, instance)
        assert (outcome.failed, outcome.waiting) == ({}, {})
        assert dagster_before <= {run.run_id for run in instance.get_runs()}
        _, told = run_line(release.study, instance)
    assert told.n_made == 0
    assert runs_before <= known_runs(release.study)
    for each in store.entries():
        old = before.get((each.asset, each.partition))
        if old is None or each.made_by["at"] == old.made_by["at"]:
            continue
        as_made = (old.recipe, old.inputs) == (each.recipe, each.inputs)
        assert not as_made, f"{each.asset} of {each.partition} was made anew for nothing"
    assert store.entry("report", WHOLE).facts
    assert (release.study.store_folder / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize("place", ["history/runs.db", "history/runs/index.db"])
def test_an_older_dagster_is_refused_with_the_command_that_migrates_it(release, place):
    with open_instance() as instance:
        known = instance.get_runs_count()
    set_revision(release.home / place, "6b7fb194ff9c")
    with (
        pytest.raises(HistoryError, match=r"of an older Dagster: end `attnconn dev`") as refused,
        open_instance(),
    ):
        pass
    assert str(refused.value).startswith(str(release.home / place))
    follow(str(refused.value))
    with open_instance() as instance:
        assert isinstance(instance, dg.DagsterInstance)
        assert instance.get_runs_count() == known


def write_as_of(revision: str, made: Path, older: Path) -> None:
    """Write MLflow's database as an older version would have it.

    MLflow's own migrations make the tables, as far as they had come then, and every row is
    written with the columns that there were.
    """
    url = f"sqlite:///{older}"
    engine = create_engine(url)
    InitialBase.metadata.create_all(engine)
    engine.dispose()
    command.upgrade(_get_alembic_config(url), revision)
    with contextlib.closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("attach ? as made", (str(made),))
        tables = connection.execute("select name from main.sqlite_master where type = 'table'")
        for (table,) in tables.fetchall():
            then, now = (
                {row[1] for row in connection.execute(f"pragma {where}.table_info({table})")}
                for where in ("main", "made")
            )
            if table == "alembic_version" or not then & now:
                continue
            both = ", ".join(sorted(then & now))
            connection.execute(f"delete from main.{table}")  # noqa: S608
            connection.execute(
                f"insert into main.{table} ({both}) select {both} from made.{table}"  # noqa: S608
            )


@pytest.mark.parametrize("revision", ["acf3f17fdcc7", "1971f2d9a75b"], ids=["2023", "lately"])
def test_an_older_mlflow_is_refused_until_it_is_migrated(release, tmp_path, revision):
    tracking = Tracking(folder=str(tmp_path / "mlruns"))  # MLflow opens a path once
    database = tmp_path / "mlruns" / "mlflow.db"
    database.parent.mkdir()
    write_as_of(revision, release.folder / "mlruns" / "mlflow.db", database)
    with pytest.raises(TrackingError, match=f"revision is '{revision}', of an older") as refused:
        tracking.client()
    assert revision_of(database) == revision
    follow(str(refused.value))
    assert revision_of(database) != revision
    client = tracking.client()
    name = release.study.name
    assert tracking.run_table(name).known == known_runs(release.study)
    entry = store_of(release.study).entry("group_forecaster", "base")
    run = client.get_run(entry.made_by["mlflow_run"])
    told = entry.tracked[0]
    assert run.data.params.items() >= told["parameters"].items()
    assert run.data.metrics.keys() >= told["metrics"].keys()
    champion = client.get_model_version_by_alias("small_group_forecaster", "champion")
    assert champion.source.startswith(tmp_path.as_uri())  # where the database lies now
    # And so does the command line, given the study's own folder with this database in it.
    shutil.copytree(release.folder, tmp_path, dirs_exist_ok=True, ignore=lambda *_: ["mlruns"])
    traced = attnconn(tmp_path, "trace", run.info.run_id)
    assert traced.returncode == 0, traced.stderr
    assert "group_forecaster/base" in traced.stdout
