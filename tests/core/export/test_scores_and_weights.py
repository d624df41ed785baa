import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import load_file

from attnconn_core.connectivity import METHODS
from attnconn_core.errors import CheckpointError, ParameterError
from attnconn_core.export import FORMATS, check_formats, files_of
from attnconn_core.export.scores import score_files, tidy_scores
from attnconn_core.export.weights import weight_files
from attnconn_core.export.writing import write_file
from attnconn_core.forecasting import (
    AttentionForecaster,
    ForecasterConfig,
    load_forecaster,
    save_forecaster,
)
from tests.core.export.conftest import REGIONS, written


@pytest.fixture
def scored(study):
    scores = pd.DataFrame(
        {
            "score": ["fingerprint", "fingerprint", "forecast"],
            "measure": ["accuracy", "accuracy", "R²"],
            "method": ["pearson", "granger", "ar"],
            "value": [1 / 3, 0.5, np.nan],
            "lower": [0.1, 0.2, 0.3],
            "upper": [0.9, 0.8, 0.7],
            "n": [7.0, 7.0, 14.0],
            "kind": ["method", "method", "method"],
            "p": [0.01, 0.02, np.nan],
            "warning": ["", "don't", ""],
        }
    )
    verdicts = pd.DataFrame(
        {
            "score": ["fingerprint", "forecast"],
            "measure": ["accuracy", "R²"],
            "unit": ["subjects", "sessions"],
        }
    )
    return replace(study, scores=tidy_scores(scores, verdicts, METHODS.values()))


def test_scores_have_a_row_per_score_measure_and_method(scored):
    table = pd.read_csv(io.BytesIO(dict(score_files(scored))["scores.csv"]))
    assert table["unit"].tolist() == ["subjects", "subjects", "sessions"]
    assert table["label"].tolist()[:2] == ["Pearson", "Granger (ridge)"]
    assert table["label"].isna().tolist() == [False, False, True]  # not a method of connectivity
    assert table["value"][0] == 1 / 3
    assert not table.duplicated(["score", "measure", "method"]).any()


def test_both_files_hold_the_same(scored):
    files = dict(score_files(scored))
    parquet = pd.read_parquet(io.BytesIO(files["scores.parquet"]))
    csv = pd.read_csv(io.BytesIO(files["scores.csv"]), keep_default_na=False, na_values=[""])
    assert list(parquet) == list(csv)
    assert parquet["value"].equals(csv["value"])
    assert files == dict(score_files(scored))


def test_the_sidecar_describes_every_column_that_is_there(scored):
    scored = replace(scored, scores=scored.scores.assign(own=1.0))  # of a score in a package
    files = dict(score_files(scored))
    about = json.loads(files["scores.json"])
    table = pd.read_csv(io.BytesIO(files["scores.csv"]))
    assert {name for name in table if name not in about} == {"own"}
    assert "reference" not in about
    assert about["SoftwareName"] == scored.software.name


def test_without_scores_there_is_no_file(study):
    assert [*score_files(study)] == []


@pytest.fixture
def model(tmp_path):
    torch.manual_seed(1)
    config = ForecasterConfig(input_window=3, hidden_dim=4)
    forecaster = AttentionForecaster(config, torch.zeros(4), torch.ones(4))
    path = tmp_path / "stored.safetensors"
    save_forecaster(path, forecaster, REGIONS, {"subjects": "01"})
    return path


def test_weights_are_read_with_and_without_attnconn(tmp_path, study, model):
    study = replace(study, models={"group_forecaster_base": model})
    paths = written(tmp_path / "out", weight_files(study))
    path = paths["models/group_forecaster_base.safetensors"]
    forecaster, regions, note = load_forecaster(path)
    assert (regions, note) == (REGIONS, {"subjects": "01"})
    told = json.loads(paths["models/group_forecaster_base.json"].read_text())
    assert told["config"] == json.loads(forecaster.config.model_dump_json())
    assert told["config"]["input_window"] == 3
    assert (told["regions"], told["members"]) == (list(REGIONS), 1)
    tensors = load_file(path)  # numpy arrays: neither torch nor attnconn
    assert {name: list(each.shape) for name, each in tensors.items()} == told["tensors"]
    for name, tensor in forecaster.state_dict().items():
        np.testing.assert_array_equal(tensors[name], tensor.numpy())


def test_a_model_that_cannot_be_read_is_named(study, tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"x")
    with pytest.raises(CheckpointError, match=r"broken\.safetensors"):
        list(weight_files(replace(study, models={"broken": broken})))


def test_formats_are_named_once_and_known():
    assert check_formats(["edges", "bids", "edges"]) == ("edges", "bids")
    with pytest.raises(ParameterError, match=r"among bids, cifti, .*; got 'matlab'"):
        check_formats(["bids", "matlab"])


def test_no_two_formats_write_the_same_file(tested, contrasted, scored):
    both = replace(contrasted, scores=scored.scores)
    names = [name for exported in (tested, both) for name, _ in files_of(exported, FORMATS)]
    assert len(names) == len(set(names))
    assert {name.rpartition(".")[2] for name in names} >= {"tsv", "json", "nii", "graphml", "csv"}


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a.tsv"
    write_file(path, b"first")
    write_file(path, b"second")
    assert path.read_bytes() == b"second"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"third")
    assert [each.name for each in tmp_path.iterdir()] == ["a.tsv"]
    assert path.read_bytes() == b"second"
