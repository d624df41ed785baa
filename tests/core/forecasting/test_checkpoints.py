import json
import os
import pickle
import stat

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from attnconn_core.errors import CheckpointError, ParameterError
from attnconn_core.forecasting import (
    AttentionForecaster,
    load_forecaster,
    load_reference_checkpoint,
    save_forecaster,
)

REGIONS = ("a", "b", "ç", "d")


@pytest.fixture
def forecaster(small):
    return AttentionForecaster(small, np.arange(4, dtype=np.float32), np.ones(4, np.float32))


@pytest.fixture
def saved(tmp_path, forecaster):
    path = tmp_path / "model.safetensors"
    save_forecaster(path, forecaster, REGIONS, {"trained_on": "sub-1_ses-test"})
    return path


@pytest.mark.parametrize("extra", [{}, {"own_past": True}, {"query_rank": 2}])
def test_round_trip(tmp_path, small, extra):
    config = small.model_copy(update=extra)
    model = AttentionForecaster(config, np.arange(4, dtype=np.float32), np.ones(4, np.float32))
    save_forecaster(tmp_path / "m", model, REGIONS, {"by": "me"})
    loaded, regions, note = load_forecaster(tmp_path / "m")
    assert (loaded.config, regions, note) == (config, REGIONS, {"by": "me"})
    assert not loaded.training
    x = torch.linspace(-1, 1, 24).reshape(2, 4, 3)
    for mine, theirs in zip(loaded(x), model(x), strict=True):
        assert torch.equal(mine, theirs)
    loaded(x)[0].sum().backward()  # it can be trained on
    assert loaded.head[0].weight.grad is not None


def test_an_equal_model_is_an_equal_file(tmp_path, forecaster):
    note = {"study": "tiny", "asset": "subject_forecaster", "partition": "sub-1_ses-test"}
    files = set()
    for number in range(6):
        path = tmp_path / f"{number}.safetensors"
        save_forecaster(path, forecaster, REGIONS, dict(sorted(note.items(), reverse=number % 2)))
        files.add(path.read_bytes())
    assert len(files) == 1


def test_a_file_of_an_earlier_version_is_read(saved, tmp_path, forecaster):
    with safe_open(saved, framework="pt") as file:
        described = json.loads(file.metadata()["attnconn"])
    save_file(load_file(saved), tmp_path / "old.safetensors", described)
    loaded, regions, note = load_forecaster(tmp_path / "old.safetensors")
    assert (loaded.config, regions) == (forecaster.config, REGIONS)
    assert note == {"trained_on": "sub-1_ses-test"}


def test_writing_is_atomic(tmp_path, saved, forecaster, monkeypatch):
    before = saved.read_bytes()

    def full_disk(*_):
        raise OSError("no space")

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        save_forecaster(saved, forecaster, REGIONS)
    assert saved.read_bytes() == before
    assert os.listdir(tmp_path) == [saved.name]


def test_a_checkpoint_can_be_read_by_others(saved):
    assert stat.S_IMODE(saved.stat().st_mode) == 0o666 & ~_umask()


def _umask():
    now = os.umask(0)
    os.umask(now)
    return now


def test_every_cut_is_noticed(saved, tmp_path):
    whole = saved.read_bytes()
    for length in (0, 4, 8, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="must be a complete safetensors file"):
            load_forecaster(tmp_path / "cut")


def rewritten(path, tmp_path, metadata=None, tensors=None):
    """The checkpoint with something changed in it."""
    with safe_open(path, framework="pt") as file:
        described = json.loads(file.metadata()["attnconn"]) | (metadata or {})
    save_file(
        {**load_file(path), **(tensors or {})},
        tmp_path / "other",
        {"attnconn": json.dumps(described)},
    )
    return tmp_path / "other"


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        ({"format": "something else"}, "has 'something else'"),
        ({"config": "{}x"}, "must hold its config"),
        ({"config": json.dumps({"layers": 3})}, "must hold its config"),
        ({"regions": json.dumps(["a", "b"])}, "mean for each of its 2 regions; .* has 4"),
        ({"regions": json.dumps({"a": 1})}, "must be a list"),
        ({"note": "[]"}, "its note a mapping"),
        ({"note": "{"}, "must hold its config, regions and note"),
    ],
)
def test_foreign_metadata_is_refused(saved, tmp_path, metadata, complaint):
    with pytest.raises(CheckpointError, match=complaint):
        load_forecaster(rewritten(saved, tmp_path, metadata))


@pytest.mark.parametrize(
    ("tensors", "complaint"),
    [
        ({"more": torch.zeros(2)}, "unexpected: more"),
        ({"mean": torch.zeros(4, dtype=torch.float64)}, "mean .float64 .4,., not float32"),
        ({"attention.bias": torch.zeros(1)}, r"attention.bias \(float32 \(1,\), not float32 \(4"),
    ],
)
def test_foreign_tensors_are_refused(saved, tmp_path, tensors, complaint):
    with pytest.raises(CheckpointError, match=complaint):
        load_forecaster(rewritten(saved, tmp_path, tensors=tensors))


def test_a_false_config_asks_for_no_memory(saved, tmp_path, small):
    huge = small.model_copy(update={"hidden_dim": 4096, "input_layers": 64})
    with pytest.raises(CheckpointError, match="missing: "):
        load_forecaster(rewritten(saved, tmp_path, {"config": huge.model_dump_json()}))


def test_other_files_are_refused(tmp_path):
    with pytest.raises(CheckpointError, match="nowhere"):
        load_forecaster(tmp_path / "nowhere")
    with pytest.raises(CheckpointError, match="complete safetensors file"):
        load_forecaster(tmp_path)
    save_file({"x": torch.zeros(1)}, tmp_path / "bare")
    with pytest.raises(CheckpointError, match="has None"):
        load_forecaster(tmp_path / "bare")


def test_every_region_needs_a_name(tmp_path, forecaster):
    with pytest.raises(ParameterError, match="4 regions; got 3"):
        save_forecaster(tmp_path / "m", forecaster, REGIONS[:3])


class Bomb:
    """Writes a file if anyone unpickles it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("write", [torch.save, lambda x, path: path.write_bytes(pickle.dumps(x))])
def test_loading_runs_no_code(tmp_path, golden_config, write):
    written = tmp_path / "written by the file"
    write({"mean": Bomb(written)}, tmp_path / "bomb")
    with pytest.raises(CheckpointError, match="must contain only tensors"):
        load_reference_checkpoint(tmp_path / "bomb", golden_config)
    with pytest.raises(CheckpointError, match="complete safetensors file"):
        load_forecaster(tmp_path / "bomb")
    assert not written.exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"hidden_dim": 8}, r"of another shape or type: .*not float32 \(8, 8\)"),
        ({"input_layers": 4}, "missing: query_blocks.0.5.bias, .*…"),
        ({"prediction_layers": 2}, "unexpected: post_attention_blocks.0.3.bias"),
        ({"input_window": 1}, "shape or type"),
    ],
)
def test_a_reference_checkpoint_of_another_config_is_refused(
    golden, golden_config, change, complaint
):
    with pytest.raises(CheckpointError, match=complaint):
        load_reference_checkpoint(golden / "model.pt", golden_config.model_copy(update=change))


def test_what_is_no_reference_checkpoint_is_refused(golden, golden_config, tmp_path):
    torch.save([1, 2], tmp_path / "list")
    torch.save({"mean": 3.0}, tmp_path / "number")
    for name in ("list", "number"):
        with pytest.raises(CheckpointError, match="state dict with a mean"):
            load_reference_checkpoint(tmp_path / name, golden_config)
    whole = (golden / "model.pt").read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 100):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="must contain only tensors"):
            load_reference_checkpoint(tmp_path / "cut", golden_config)
    with pytest.raises(ParameterError, match="no own_past, query_rank"):
        load_reference_checkpoint(
            golden / "model.pt", golden_config.model_copy(update={"own_past": True})
        )


def test_a_reference_checkpoint_becomes_one_of_ours(golden_model, tmp_path):
    names = golden_model.series.regions
    save_forecaster(tmp_path / "m", golden_model.forecaster, names)
    loaded, _, _ = load_forecaster(tmp_path / "m")
    predicted = loaded(torch.from_numpy(golden_model.inputs))[0].detach().numpy()
    np.testing.assert_allclose(predicted, golden_model.predictions, rtol=1e-5, atol=1e-3)
