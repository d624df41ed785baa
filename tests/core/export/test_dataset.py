import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from attnconn_core.export import (
    FORMATS,
    dataset_files,
    files_of,
    folder_of,
)
from tests.core.export.conftest import REGIONS, written


@pytest.fixture
def validated(tmp_path) -> Callable[[Path], list[dict]]:
    """What the BIDS validator finds in a folder, with the schema that it brings: no network."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    program = shutil.which("bids-validator-deno", path=path)
    if program is None:
        pytest.skip("needs bids-validator-deno, which the extra dev brings")

    def validate(folder: Path) -> list[dict]:
        environment = {**os.environ, "PATH": path, "DENO_DIR": str(tmp_path / "deno")}
        command = [program, "--format", "json", folder]
        ran = subprocess.run(command, capture_output=True, text=True, env=environment)
        return json.loads(ran.stdout)["issues"]["issues"]

    return validate


@pytest.fixture
def dataset(tmp_path, tested, contrasted) -> Path:
    """A whole dataset of one session, in every format that needs no compared score or model."""
    folder = tmp_path / "dataset"
    written(folder, [*dataset_files(contrasted), *files_of(contrasted, FORMATS)])
    written(folder / folder_of(tested.session), files_of(tested, FORMATS))
    return folder


def test_the_validator_accepts_the_dataset(dataset, validated):
    found = validated(dataset)
    assert [each for each in found if each["severity"] == "error"] == []


def test_only_suffixes_that_bids_lacks_are_kept_from_it(dataset, validated):
    (dataset / ".bidsignore").unlink()
    errors = [each for each in validated(dataset) if each["severity"] == "error"]
    assert {each["code"] for each in errors} == {"NOT_INCLUDED"}
    unknown = {re.split(r"[_/]", each["location"])[-1] for each in errors}
    assert unknown == {
        *("timeseries.tsv", "timeseries.json", "timeseries.ptseries.nii"),
        *("relmat.tsv", "relmat.json", "relmat.pconn.nii", "relmat.graphml"),
        *("contrast.tsv", "contrast.json", "edges.tsv", "edges.json"),
    }


def test_a_strange_file_is_found(dataset, validated):
    (dataset / "sub-01" / "notes.txt").write_text("mine")
    assert "NOT_INCLUDED" in {each["code"] for each in validated(dataset)}


def test_it_says_what_it_is_and_what_made_it(study):
    files = dict(dataset_files(study))
    told = json.loads(files["dataset_description.json"])
    assert told["DatasetType"] == "derivative"
    assert told["GeneratedBy"] == [
        {"Name": "attnconn", "Version": "9.9", "CodeURL": "https://example.org/attnconn"}
    ]
    assert told["SourceDatasets"] == [{"URL": "https://example.org/scans"}]
    readme = files["README.md"].decode()
    assert "`stat-pearsoncorrelation`: Pearson, undirected\n" in readme
    assert "`stat-granger`: Granger (ridge), directed. **Warning: don't interpret it**" in readme


def test_it_names_sessions_that_the_scores_are_without(study):
    assert "Excluded" not in dict(dataset_files(study))["README.md"].decode()
    study = replace(study, excluded={"sub-01_ses-test": "min_frames is 100"})
    readme = dict(dataset_files(study))["README.md"].decode()
    assert readme.endswith("- `sub-01_ses-test`: min_frames is 100\n")


def test_participants_have_their_names_in_the_study(tmp_path, study):
    paths = written(tmp_path, dataset_files(study))
    table = pd.read_csv(paths["participants.tsv"], sep="\t", dtype=str)
    assert table.to_dict("list") == {
        "participant_id": ["sub-01", "sub-b2"],
        "study_id": ["01", "b-2"],
    }


def test_regions_have_their_colours_and_networks(tmp_path, study):
    paths = written(tmp_path, files_of(study, ["bids"]))
    table = pd.read_csv(paths["seg-five_dseg.tsv"], sep="\t")
    assert table["name"].tolist() == list(REGIONS)
    assert table["index"].tolist() == [1, 2, 3, 4]
    assert table["color"].tolist() == ["#0033ff", "#4033ff", "#8033ff", "#bf33ff"]
    assert table["network"].tolist() == ["Vis", "Default", "Vis", "Vis"]
