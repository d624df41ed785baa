"""The registry: versions that outlive the store's file, aliases that people may move."""

import functools
import hashlib
import os

import numpy as np
import pytest
import torch

from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig, save_forecaster

NAME = "tiny_group_forecaster"
REGIONS = ("a", "b", "c")


@pytest.fixture
def tracking(tmp_path):
    return Tracking(folder=str(tmp_path / "mlruns"))


@pytest.fixture
def register(tracking, tmp_path):
    """A function that stores a forecaster of a seed where the last one was, and registers it."""
    origin = Origin("tiny", "group_forecaster", "base", "dagster-1", "abc")
    with tracking.run("group_forecaster", "base", origin, {}) as run:
        pass
    path = tmp_path / "base.safetensors"

    def store_and_register(seed):
        config = ForecasterConfig(input_window=4, hidden_dim=4)
        generator = torch.Generator().manual_seed(seed)
        model = AttentionForecaster(config, np.arange(3.0), np.ones(3), generator=generator)
        save_forecaster(path, model.eval(), REGIONS)
        tags = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        return model, tracking.register(NAME, path, run.id, tags, "champion")

    return store_and_register


@pytest.fixture
def loaded(tracking, load_model):
    """A function that loads a model by its address."""
    return functools.partial(load_model, tracking)


def _version(tracking):
    return str(tracking.client().get_model_version_by_alias(NAME, "champion").version)


def test_a_model_is_registered_once_and_asked_for_by_its_alias(tracking, register):
    assert [register(seed)[1].version for seed in (1, 1, 2)] == ["1", "1", "2"]
    assert _version(tracking) == "2"
    assert register(1)[1].version == "1"  # an old champion may come back
    assert _version(tracking) == "1"


def test_an_earlier_version_can_still_be_loaded(register, loaded):
    models = [register(seed)[0] for seed in (1, 2)]
    windows = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    for version, model in enumerate(models, start=1):
        served = loaded(f"models:/{NAME}/{version}")
        expected = model(torch.as_tensor(windows))[0].detach().numpy()
        np.testing.assert_array_equal(served.predict(windows), expected)
    newest = loaded(f"models:/{NAME}@champion").predict(windows)
    np.testing.assert_array_equal(newest, expected)


def test_an_alias_that_a_person_moved_stays_until_it_is_deleted(tracking, register):
    register(1)
    register(2)
    client = tracking.client()
    client.set_registered_model_alias(NAME, "champion", "1")
    _, third = register(3)
    assert (third.version, third.moved_to) == ("3", "1")
    assert _version(tracking) == "1"
    assert tracking.moved_aliases(NAME) == {"champion": third}
    client.delete_registered_model_alias(NAME, "champion")
    _, again = register(3)
    assert again.moved_to is None
    assert _version(tracking) == "3"
    assert tracking.moved_aliases(NAME) == {}


def test_an_alias_that_was_moved_is_named_before_anything_is_registered(tracking, register):
    assert tracking.moved_aliases(NAME) == {}
    register(1)
    register(2)
    client = tracking.client()
    client.set_registered_model_alias(NAME, "champion", "1")
    client.set_registered_model_alias(NAME, "mine", "1")  # a person's own, which nothing chooses
    (registered,) = tracking.moved_aliases(NAME).values()
    assert (registered.version, registered.moved_to) == ("2", "1")
    client.set_registered_model_alias(NAME, "champion", "2")
    assert tracking.moved_aliases(NAME) == {}


def test_a_person_may_move_an_alias_to_what_is_chosen_next(tracking, register):
    register(1)
    register(2)
    tracking.client().set_registered_model_alias(NAME, "champion", "1")
    _, first = register(1)
    assert first.moved_to is None
    assert register(2)[1].moved_to is None
    assert _version(tracking) == "2"


def test_a_version_that_a_person_added_is_never_said_to_be_gone(tracking, register):
    register(1)
    client = tracking.client()
    mine = client.create_model_version(NAME, "s3://lab/model")
    register(2)
    assert client.get_model_version(NAME, mine.version).tags == {}


def test_a_version_whose_file_is_gone_says_so(tracking, register, tmp_path):
    register(1)
    client = tracking.client()
    source = (tmp_path / "no.safetensors").as_uri()
    old = client.create_model_version(NAME, source, tags={"sha256": "0"}).version
    register(2)
    assert client.get_model_version(NAME, old).tags["attnconn.gone"] == "true"
    assert "attnconn.gone" not in client.get_model_version(NAME, "1").tags


def test_a_copy_that_was_half_written_is_made_again(tracking, register, loaded):
    register(1)
    (place,) = (tmp for tmp in (os.scandir(f"{tracking.folder}/models/{NAME}")))
    os.unlink(f"{place.path}/MLmodel")
    assert register(1)[1].version == "1"
    assert loaded(f"models:/{NAME}@champion") is not None
