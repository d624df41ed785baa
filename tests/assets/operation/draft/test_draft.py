"""A first study file: what is found in a folder of scans, and a file that is valid as it is."""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import yaml

from attnconn_assets.__main__ import main
from attnconn_assets.operation.check.check import check
from attnconn_assets.operation.draft.draft import SCHEMA, draft_study
from attnconn_assets.operation.draft.guess import (
    file_paths,
    guessed_source,
    needed_keys,
    phenotype_table,
    valid_name,
)
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """A folder of four subjects' scans, and a table of the subjects beside it."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "Rest scans"
    folder.mkdir()
    rng = np.random.default_rng(0)
    subjects = [f"sub-{number:02}" for number in range(1, 5)]
    for subject in subjects:
        for session in (1, 2):
            frames = pd.DataFrame(rng.normal(size=(120, 5)), columns=list("abcde"))
            frames.to_csv(folder / f"{subject}_ses-{session}.csv", index=False)
    table = pd.DataFrame({"participant_id": subjects, "iq": range(4), "sex": list("MFMF")})
    table.to_csv(tmp_path / "participants.tsv", sep="\t", index=False)
    return folder


def uncommented(text: str) -> str:
    """The same file with its suggestions taken."""
    return re.sub(
        r"^# (?=(?:methods|sessions|phenotypes|behaviour|exclude): )", "", text, flags=re.M
    )


def test_the_file_is_valid_and_says_what_was_found(scans, tmp_path):
    draft = draft_study(scans, None, None, {"repetition_time": 0.72})
    assert draft.file == tmp_path / "rest_scans.yaml"
    assert not draft.findings.errors
    text = draft.file.read_text()
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA}\n")
    assert "#   4 subjects, 8 sessions: 1 (4), 2 (4)\n" in text
    assert "repetition time 0.72 s, 5 regions" in text
    study = load_study(draft.file)
    assert (study.name, study.source, study.root) == ("rest_scans", "arrays", scans)
    assert yaml.safe_load(text)["root"] == "Rest scans"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("Rest scans", SCHEMA, "participants.tsv", "rest_scans.yaml")
    ]


def test_what_it_suggests_is_valid_too(scans, tmp_path):
    text = draft_study(scans, None, None, {"repetition_time": 0.72}).file.read_text()
    file = tmp_path / "more.yaml"
    file.write_text(uncommented(text))
    study = load_study(file)
    assert study.phenotypes == tmp_path / "participants.tsv"
    assert (study.behaviour.subject_column, study.behaviour.targets) == ("participant_id", ("iq",))
    assert study.exclude.min_minutes == 1
    assert study.sessions == ("1", "2")
    assert not check(study, seconds=5).errors
    assert "# A column of words needs numbers: coding: {sex: {M: 1, F: 2}}" in text
    schema = json.loads((tmp_path / SCHEMA).read_text())
    jsonschema.Draft7Validator(schema).validate(yaml.safe_load(file.read_text()))


def test_what_is_missing_stands_in_the_file(scans, tmp_path, capsys):
    assert main(["init", str(scans), "--output", "mine.yaml"]) == 1
    assert "check   (when the errors are corrected)" in capsys.readouterr().out
    text = (tmp_path / "mine.yaml").read_text()
    assert "# To correct:\n" in text
    assert "a repetition time must be given (repetition_time)" in text


def test_the_command_takes_keys_and_leads_to_a_run(scans, tmp_path, capsys):
    given = ["--set", "repetition_time=0.72", "--set", "methods=[pearson]"]
    assert main(["init", str(scans), *given]) == 0
    assert f"attnconn --study {tmp_path / 'rest_scans.yaml'} run" in capsys.readouterr().out
    assert load_study(tmp_path / "rest_scans.yaml").methods == ("pearson",)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"metods": []}, r"^--set metods=…: unknown key 'metods'; did you mean 'methods'\?"),
        ({"TR": 0.72}, r"^--set TR=…: unknown key 'TR'; did you mean 'repetition_time'\?"),
        ({"repetition_time": "fast"}, r"^--set repetition_time=…: repetition_time: .*got 'fast'"),
        ({"name": "Rest Scans"}, "name: must be at most 40 lower-case letters"),
    ],
)
def test_a_wrong_key_is_refused_and_nothing_is_written(scans, tmp_path, keys, complaint):
    with pytest.raises(StudyError, match=complaint):
        draft_study(scans, tmp_path / "rest_scans.yaml", None, keys)
    assert not list(tmp_path.glob("*.yaml"))
    assert not list(tmp_path.glob(".*.yaml"))


def test_a_file_that_is_there_is_kept(scans, tmp_path):
    (tmp_path / "rest_scans.yaml").write_text("mine")
    with pytest.raises(StudyError, match=r"rest_scans\.yaml: exists already and is kept"):
        draft_study(scans, None, None, {})
    assert (tmp_path / "rest_scans.yaml").read_text() == "mine"


def test_a_draft_that_nobody_edited_is_replaced(scans, tmp_path):
    first = draft_study(scans, None, None, {}).file
    assert "# To correct:" in first.read_text()
    draft_study(scans, None, None, {"repetition_time": 0.72})
    assert "# To correct:" not in first.read_text()
    first.write_text(first.read_text().replace("title: ", "title: My "))
    with pytest.raises(StudyError, match="exists already and is kept"):
        draft_study(scans, None, None, {"repetition_time": 0.8})
    assert "title: My " in first.read_text()


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("100307/MNINonLinear/Results/rfMRI_REST1_LR/x.dtseries.nii", "hcp"),
        ("sub-1/func/sub-1_task-rest_space-fsLR_den-91k_bold.dtseries.nii", "bids"),
        ("sub-1_ses-1.npy", "arrays"),
    ],
)
def test_the_source_is_guessed_from_the_names(tmp_path, file, source):
    if source == "bids":
        (tmp_path / "dataset_description.json").write_text('{"DatasetType": "derivative"}')
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).touch()
    assert guessed_source(tmp_path, file_paths(tmp_path)) == source


def test_of_several_tasks_rest_is_drafted():
    scans = [f"/d/sub-1/func/sub-1_task-{task}_bold.nii.gz" for task in ("nback", "rest")]
    assert needed_keys("bids", scans) == {"task": "rest"}
    assert needed_keys("bids", scans[1:]) == needed_keys("bids", scans[:1]) == {}
    assert needed_keys("arrays", scans) == {}


def test_the_table_of_subjects_may_lie_in_the_dataset_above_its_derivatives(tmp_path):
    derivatives = tmp_path / "derivatives" / "fmriprep"
    derivatives.mkdir(parents=True)
    assert phenotype_table(derivatives) is None
    table = tmp_path / "participants.tsv"
    table.touch()
    assert phenotype_table(derivatives) == table


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(StudyError, match=r"no file looks like a scan.*--source"):
        guessed_source(tmp_path, file_paths(tmp_path))
    with pytest.raises(StudyError, match="must be a folder of scans"):
        draft_study(Path("nowhere"), None, None, {})


def test_a_folder_of_series_with_other_names_is_refused_with_an_example_of_a_name(tmp_path):
    for subject in (1, 2):
        (tmp_path / f"subj{subject}_run1.csv").touch()
    told = "it holds 2 .csv files, none named .* subj1_run1.csv: rename it to sub-1_ses-1_run-1.csv"
    with pytest.raises(StudyError, match=told):
        guessed_source(tmp_path, file_paths(tmp_path))


def test_a_name_is_made_valid():
    assert [valid_name(text) for text in ("HCP (rest)", "7T", "a-b")] == [
        "hcp_rest",
        "study_7t",
        "a_b",
    ]
