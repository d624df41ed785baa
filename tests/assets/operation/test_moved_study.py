"""A study's folder that is copied is a study of its own: nothing goes into the original."""

import contextlib
import shutil
import sqlite3

import dagster as dg
import pytest

from attnconn_assets import commands
from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.study.study import load_study
from tests.assets.conftest import make_line, write_study_to

MODEL = "tiny_group_forecaster"


def content(folder):
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".db-shm"
    }


@pytest.fixture(scope="module")
def copied_line(line, tmp_path_factory):
    """The original's folder, and a copy's, as `cp -a` makes it while nothing runs."""
    tracking_of(line.study).client()
    with contextlib.closing(sqlite3.connect(line.study.tracking_folder / "mlflow.db")) as database:
        database.execute("pragma wal_checkpoint(truncate)")
    there = tmp_path_factory.mktemp("copy") / "lab"
    shutil.copytree(line.folder, there)
    return line.folder, there


def test_a_run_in_a_copy_leaves_the_original_alone(copied_line):
    original, there = copied_line
    before = content(original)
    study = load_study(write_study_to(there, granger={"lags": 1, "alpha": 2.0}))
    with dg.DagsterInstance.ephemeral() as instance:
        outcome, _ = make_line(study, instance)
    assert outcome.failed == {}
    assert outcome.made > 8
    assert content(original) == before
    entry = store_of(study).entry("granger", "sub-001_ses-test")
    run = tracking_of(study).client().get_run(entry.made_by["mlflow_run"])
    assert run.info.artifact_uri.startswith(there.as_uri())


def test_models_and_artifacts_of_a_copy_are_there_without_the_original(copied_line, load_model):
    original, there = copied_line
    away = original.rename(original.with_name("hidden"))
    try:
        study = load_study(there / "studies" / "tiny.yaml")
        tracking = tracking_of(study)
        assert load_model(tracking, f"models:/{MODEL}@champion") is not None
        for entry in store_of(study).entries():
            if "matrix.parquet" in entry.files:
                assert tracking.pictures(entry.made_by), entry.asset
        assert commands.verify(study, repair=False) == 0
    finally:
        away.rename(original)


def test_verify_names_registered_models_whose_files_are_gone(copied_line, capsys):
    """One that is stored is copied again by the next run; of another it is noted once."""
    study = load_study(copied_line[1] / "studies" / "tiny.yaml")
    tracking = tracking_of(study)
    client = tracking.client()
    champion = client.get_model_version_by_alias(MODEL, "champion")
    others = [each for each in client.search_model_versions() if each.version != champion.version]
    shutil.rmtree(study.tracking_folder / "models" / MODEL / champion.tags["sha256"][:16])
    fold = study.tracking_folder / "models" / MODEL / others[0].tags["sha256"][:16]
    (fold / "forecaster.safetensors").write_bytes(b"spoilt")
    earlier = client.create_model_version(
        MODEL, (fold.parent / "earlier").as_uri(), tags={"sha256": "0"}
    )
    for repair in (False, True):
        assert commands.verify(study, repair=repair) == 1
        told = capsys.readouterr().out
        assert f"models:/{MODEL}/{champion.version}  {fold.parent}" in told
        assert ": missing; the next run copies it from the store" in told
        assert "forecaster.safetensors: not what was registered (another SHA-256)" in told
        assert f"models:/{MODEL}/{earlier.version}" in told
        assert "the store no longer has this version's model" in told
        assert " 3 damaged" in told
    assert not fold.exists()
    assert commands.verify(study, repair=False) == 1
    assert f"models:/{MODEL}/{earlier.version}" not in capsys.readouterr().out
