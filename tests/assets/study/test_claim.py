"""A study file has its store and its name for itself."""

import json
import re
import shutil

import pytest
import yaml

from attnconn_assets.commands import check
from attnconn_assets.study.claim import called_before, claim, claimed_by_another, namesake
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError


@pytest.fixture
def claimed(write_study, tmp_path):
    def claimed(file):
        claim(load_study(file), file, tmp_path / "home")

    file = write_study()
    claimed(file)
    claimed(file)  # again and again
    store_something(file)
    return file, claimed


def store_something(file, name="sub-1_ses-test.json"):
    place = load_study(file).store_folder / "time_series" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("{}")


def changed(file, copy, **keys):
    content = yaml.safe_load(file.read_text())
    copy.write_text(yaml.safe_dump({**content, **keys}))
    return copy


def test_a_copy_that_kept_the_name_is_refused(claimed):
    file, claimed = claimed
    copy = changed(file, file.with_name("copy.yaml"), title="another cohort")
    with pytest.raises(StudyError, match=rf"copy\.yaml: a study must have .* belong to {file}"):
        claimed(copy)
    claimed(changed(file, copy, name="another"))


def test_a_study_that_changed_its_name_is_told_where_its_results_lie(claimed, capsys):
    file, claimed = claimed
    former = load_study(file).store_folder
    assert called_before(load_study(file), file) == ""
    changed(file, file, name="renamed", store=None)
    renamed = load_study(file)
    told = called_before(renamed, file)
    assert f"{file} was called 'tiny' before. Its former results, in {former}" in told
    assert check(file) == 0
    assert told in capsys.readouterr().out
    claimed(file)
    shutil.rmtree(former)
    assert called_before(renamed, file) == ""


def test_one_name_with_two_stores_is_refused_too(claimed):
    file, claimed = claimed  # Dagster and MLflow know studies by name
    with pytest.raises(StudyError, match="a name and a store of its own"):
        claimed(changed(file, file.with_name("copy.yaml"), store="elsewhere"))


def test_two_names_with_one_store_are_refused(claimed):
    file, claimed = claimed
    store = str(load_study(file).store_folder)
    with pytest.raises(StudyError, match="a name and a store of its own"):
        claimed(changed(file, file.with_name("copy.yaml"), name="another", store=store))


def test_the_key_that_has_to_change_is_named(claimed):
    file, claimed = claimed
    study = load_study(file)
    store = str(study.store_folder)
    other = changed(file, file.with_name("copy.yaml"), name="another", store=store)
    told = rf"the store {store} belongs to {file}: change `store` in one"
    with pytest.raises(StudyError, match=told):
        claimed(other)
    with pytest.raises(StudyError, match=rf"'tiny' belongs to {file}: change `name` in one"):
        claimed(changed(file, other, store="elsewhere"))


@pytest.mark.parametrize(
    ("tracking", "why"),
    [
        ("../scans", "for MLflow alone; .*scans holds other things: sub-1_ses-test.npy"),
        ("../store/tiny", "outside the store"),
        ("../store/tiny/mlruns", "outside the store"),
    ],
)
def test_a_folder_of_other_things_does_not_hold_mlflow_s(write_study, tmp_path, tracking, why):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "sub-1_ses-test.npy").touch()
    file = write_study(tracking=tracking, store="../store/tiny")
    with pytest.raises(StudyError, match=f"tracking: must be a folder {why}"):
        claim(load_study(file), file, tmp_path / "home")


def test_what_a_lost_database_leaves_is_mlflow_s(write_study, tmp_path):
    (tmp_path / "left" / "artifacts").mkdir(parents=True)
    file = write_study(tracking="../left")
    claim(load_study(file), file, tmp_path / "home")


@pytest.mark.parametrize("store", ["..", "../bids"])
def test_a_folder_of_other_things_is_no_store(write_study, tmp_path, store, monkeypatch, capsys):
    bids = tmp_path / "bids" / "sub-1"
    bids.mkdir(parents=True)
    (bids / "sub-1_bold.json").write_text('{"RepetitionTime": 2}')
    file, home = write_study(store=store), tmp_path / "home"
    told = f"store: must be a folder for this study alone; {(file.parent / store).resolve()} holds"
    with pytest.raises(StudyError, match=re.escape(told)):
        claim(load_study(file), file, home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    assert check(file) == 1
    assert told in capsys.readouterr().out
    assert not list(tmp_path.rglob("study.json"))


def test_an_empty_disk_and_a_store_whose_note_is_gone_are_stores(write_study, tmp_path):
    file, home = write_study(store="../disk"), tmp_path / "home"
    (tmp_path / "disk" / "lost+found").mkdir(parents=True)
    claim(load_study(file), file, home)
    manifest = {"asset": "pearson", "partition": "sub-1_ses-test", "files": {}}
    place = tmp_path / "disk" / "pearson" / "sub-1_ses-test.json"
    place.parent.mkdir()
    place.write_text(json.dumps(manifest))
    (tmp_path / "disk" / "study.json").unlink()
    claim(load_study(file), file, home)


def test_a_study_that_was_renamed_or_moved_keeps_its_store(claimed):
    file, claimed = claimed
    moved = file.with_name("moved.yaml")
    shutil.move(file, moved)
    claimed(moved)


def test_a_name_that_its_study_gave_up_is_free(claimed):
    file, claimed = claimed
    copy = changed(file, file.with_name("copy.yaml"))
    changed(file, file, name="another")
    claimed(copy)


@pytest.mark.parametrize("changes", [{}, {"store": "elsewhere"}])
def test_a_study_that_never_stored_anything_keeps_nothing(write_study, tmp_path, changes):
    file, home = write_study(), tmp_path / "home"
    claim(load_study(file), file, home)
    store_something(file, ".sub-1_ses-test.failed")  # it was tried, and refused
    copy = changed(file, file.with_name("copy.yaml"), **changes)
    assert claimed_by_another(load_study(copy), copy, home) == ""
    claim(load_study(copy), copy, home)
    store_something(copy)
    with pytest.raises(StudyError, match=f"belongs? to {copy}: change `name`"):
        claim(load_study(file), file, home)


def test_a_study_that_makes_its_first_partition_has_its_name(write_study, tmp_path):
    file, home = write_study(), tmp_path / "home"
    claim(load_study(file), file, home)
    store_something(file, ".making-sub-1_ses-test")
    copy = changed(file, file.with_name("copy.yaml"))
    assert claimed_by_another(load_study(copy), copy, home) != ""


def test_a_damaged_note_is_nobody_s(claimed, tmp_path):
    file, claimed = claimed
    notes = [load_study(file).store_folder / "study.json", *tmp_path.rglob("study.json")]
    assert notes
    for note in notes:
        note.write_text("{")
    claimed(file)


def test_another_s_claim_can_be_asked_for_without_a_note(claimed, tmp_path):
    file, claimed = claimed
    home = tmp_path / "home"
    copy = changed(file, file.with_name("copy.yaml"))
    study = load_study(copy)
    assert f"belong to {file}: change `name`" in claimed_by_another(study, copy, home)
    assert claimed_by_another(load_study(file), file, home) == ""
    assert claimed_by_another(study, copy, tmp_path / "new home") != ""  # the store is the same
    assert not (tmp_path / "new home").exists()


def test_a_neighbour_of_the_same_name_is_said(write_study):
    file = write_study()
    study = load_study(file)
    assert namesake(study, file) == ""
    file.with_name("broken.yaml").write_text("{")
    changed(file, file.with_name("other.yaml"), name="another")
    assert namesake(study, file) == ""
    copy = changed(file, file.with_name("copy.yaml"))
    assert namesake(study, file).startswith(f"{copy} also has the name {study.name!r}")


def test_the_check_refuses_what_a_run_would(claimed, tmp_path, monkeypatch, capsys):
    file, _ = claimed
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    copy = changed(file, file.with_name("copy.yaml"))
    assert check(copy) == 1
    assert f"belong to {file}: change `name`" in capsys.readouterr().out
    check(file)
    said = capsys.readouterr().out
    assert "Errors" not in said
    assert f"{copy} also has the name" in said
