"""A store that is away when a run begins: nothing is made again in its place."""

import os
import shutil

import pytest
import yaml

from attnconn_assets import definitions
from attnconn_assets.__main__ import main
from attnconn_assets.instance.home import open_instance
from attnconn_assets.operation import runner
from attnconn_assets.operation.jobs import refresh
from attnconn_assets.operation.sensors import follow
from attnconn_assets.study.claim import CLAIM, claim
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StoreError
from tests.assets.operation.test_sensors import Ticks


@pytest.fixture
def made(write_study, run_line, tmp_path, monkeypatch):
    """A small study, run: its file, and the study."""
    home = tmp_path / "home"
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(home))
    file = write_study(n_subjects=2)
    # Of the first asset alone: the others would make every test wait a minute for nothing.
    every = runner.specs
    monkeypatch.setattr(runner, "specs", lambda study: every(study)[:1])
    study = load_study(file)
    with open_instance() as instance:
        claim(study, file, home)
        run_line(study, instance)
    return file, study


@pytest.mark.parametrize("left", ["no folder", "an empty folder"])
def test_a_run_is_refused_and_goes_on_when_the_store_is_back(made, run_line, capsys, left):
    file, study = made
    store, away = study.store_folder, study.store_folder.with_name("away")
    store.rename(away)
    if left == "an empty folder":
        store.mkdir()
    for command in ("run", "seed", "verify", "check"):
        assert main(["--study", os.fspath(file), command]) == 1
        said = "".join(capsys.readouterr())
        assert f"the store of {study.name} must hold what was made; {store} is " in said
        assert "mount it" in said
        assert "run `attnconn clean`" in said
        assert store.is_dir() == (left == "an empty folder")
    with open_instance() as instance, pytest.raises(StoreError, match="knows 4 stored partitions"):
        run_line(study, instance)  # as the sensors' runs do
    assert not list(store.glob("*"))

    shutil.rmtree(store, ignore_errors=True)
    away.rename(store)
    with open_instance() as instance:
        outcome, _ = run_line(study, instance)
    assert (outcome.made, outcome.standing) == (0, 4)


def test_dagster_s_page_leaves_the_mount_point_empty(made, monkeypatch):
    file, study = made
    monkeypatch.setenv("ATTNCONN_STUDY", os.fspath(file))
    store = study.store_folder
    away = store.rename(store.with_name("away"))
    assert definitions._selected().name == study.name
    assert not store.exists()
    away.rename(store)
    (store / CLAIM).unlink()
    definitions._selected()
    assert (store / CLAIM).is_file()


def test_a_store_that_is_gone_for_good_is_forgotten_and_made_again(made, run_line, capsys):
    file, study = made
    shutil.rmtree(study.store_folder)
    study.store_folder.mkdir()
    assert main(["clean", "--study", os.fspath(file), "--yes"]) == 0
    assert study.store_folder.is_dir()  # a disk may be mounted there
    with open_instance() as instance:
        outcome, _ = run_line(study, instance)
    assert outcome.made == 4
    main(["check", "--study", os.fspath(file)])
    assert "must hold what was made" not in capsys.readouterr().out


def test_a_new_home_knows_nothing_of_a_store_and_makes_it(made, run_line, tmp_path, monkeypatch):
    _, study = made
    shutil.rmtree(study.store_folder)
    monkeypatch.setenv("DAGSTER_HOME", os.fspath(tmp_path / "another home"))
    with open_instance() as instance:
        outcome, _ = run_line(study, instance)
    assert outcome.made == 4


def test_a_key_that_points_elsewhere_is_told_where_the_results_lie(made, capsys):
    file, study = made
    content = yaml.safe_load(file.read_text())
    for folder, told in (("elsewhere", f"lie in {study.usual_store}: remove `store`"), ("", "")):
        file.write_text(yaml.safe_dump({**content, **({"store": folder} if folder else {})}))
        main(["--study", os.fspath(file), "check"])
        said = capsys.readouterr().out
        assert told in said
        assert ("must hold what was made" in said) == bool(folder)
        assert "clean" not in said


def test_the_sensor_requests_nothing_while_the_store_is_away(made):
    _, study = made
    study.store_folder.rename(study.store_folder.with_name("away"))
    with open_instance() as instance:
        skipped = Ticks(follow(study, refresh(study)), instance).skipped()
    assert skipped.startswith(f"the store of {study.name} must hold what was made")
