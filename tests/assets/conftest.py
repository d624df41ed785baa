"""Studies small enough to run whole in a test, and an instance of Dagster for each."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from attnconn_assets.study import Study, load_study

REPOSITORY = Path(__file__).resolve().parents[2]

TINY_EXPERIMENT = {
    "group": {
        "base": {
            "model": {"input_window": 3, "hidden_dim": 4, "input_layers": 1,
                      "prediction_layers": 1, "bottleneck_dim": 2},
            "training": {"epochs": 1, "batch_size": 64},
        },
    },
    "subject": {
        "model": {"input_window": 3, "hidden_dim": 4, "input_layers": 1,
                  "prediction_layers": 1, "bottleneck_dim": 2},
        "training": {"epochs": 2, "batch_size": 64},
    },
}  # fmt: skip

TINY_STUDY = {
    "name": "tiny",
    "title": "Four simulated subjects",
    "source": "simulated",
    "n_subjects": 4,
    "n_regions": 5,
    "n_frames": 120,
    "experiments": ["../experiments/tiny.yaml"],
    "cross_fit_folds": 2,
    "scan_lengths": [60],
    "granger": {"lags": 2, "alpha": 1.0},
    "fingerprint": {"permutations": 20},
    "behaviour": {"folds": 3, "targets": ["Score"]},
}

WriteStudy = Callable[..., Path]


@pytest.fixture
def write_study(tmp_path: Path) -> WriteStudy:
    """Write the tiny study with some keys changed (None removes one); return its path."""

    def write(**changes: object) -> Path:
        content = {k: v for k, v in {**TINY_STUDY, **changes}.items() if v is not None}
        for folder in ("studies", "experiments"):
            (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / "experiments" / "tiny.yaml").write_text(yaml.safe_dump(TINY_EXPERIMENT))
        path = tmp_path / "studies" / f"{content['name']}.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return write


@pytest.fixture
def tiny_study(write_study: WriteStudy) -> Study:
    """Four simulated subjects, two sessions each, five regions."""
    return load_study(write_study())


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance that is gone with the test."""
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A DAGSTER_HOME with the project's own settings."""
    folder = tmp_path / ".dagster"
    folder.mkdir()
    shutil.copy(REPOSITORY / "dagster.yaml", folder / "dagster.yaml")
    return folder
