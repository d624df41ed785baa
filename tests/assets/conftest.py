"""Studies small enough to run whole in a test, and an instance of Dagster for each."""

import functools
import itertools
import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pytest
import yaml

from attnconn_assets.operation.outcome import Outcome, Step
from attnconn_assets.operation.runner import materialise_stale
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.tracking.tracking import Tracking
from tests.hcp_tree import Tree, cortex

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


def write_study_to(folder: Path, **changes: object) -> Path:
    """Write the tiny study with some keys changed (None removes one); return its path."""
    content = {k: v for k, v in {**TINY_STUDY, **changes}.items() if v is not None}
    for name in ("studies", "experiments"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "experiments" / "tiny.yaml").write_text(yaml.safe_dump(TINY_EXPERIMENT))
    path = folder / "studies" / f"{content['name']}.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture(scope="session")
def empty_tracking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database of MLflow: its migrations take longer than many a test."""
    folder = tmp_path_factory.mktemp("tracking") / "mlruns"
    Tracking(folder=str(folder)).client()
    return folder


@pytest.fixture
def write_study(tmp_path: Path, empty_tracking: Path) -> WriteStudy:
    """Write the tiny study with some keys changed into the test's own folder."""
    shutil.copytree(empty_tracking, tmp_path / "mlruns")
    return functools.partial(write_study_to, tmp_path)


class Told:
    """Remembers what the runner says."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self.n_made = 0
        self.messages: list[str] = []

    def step(self, step: Step) -> None:
        self.steps[step.asset] = step

    def made(self) -> None:
        self.n_made += 1

    def said(self, message: str) -> None:
        self.messages.append(message)

    def remade(self) -> set[str]:
        return {name for name, step in self.steps.items() if step.to_make}


def make_line(
    study: Study, instance: dg.DagsterInstance, models: bool = True
) -> tuple[Outcome, Told]:
    told = Told()
    return materialise_stale(study, instance, told, models=models), told


@pytest.fixture
def run_line() -> Callable[..., tuple[Outcome, Told]]:
    """Make all of a study that isn't as it would be made today, and remember what is told."""
    return make_line


@dataclass(frozen=True)
class Line:
    """A study whose whole line is made, and how that went."""

    folder: Path
    study: Study
    instance: dg.DagsterInstance
    outcome: Outcome
    told: Told

    def run(self, **changes: object) -> tuple[Outcome, Told]:
        """Make what isn't as the study, with some keys changed, would make it."""
        study = load_study(write_study_to(self.folder, **changes))
        return make_line(study, self.instance)


def copied(instance: dg.DagsterInstance) -> dg.DagsterInstance:
    """Return another instance in memory that knows what this one knows."""
    other = dg.DagsterInstance.ephemeral()
    for kind in ("run_storage", "event_log_storage"):
        here, there = getattr(instance, kind), getattr(other, kind)
        connections = (each._held_conn.connection.driver_connection for each in (here, there))
        source, target = connections
        source.backup(target)
    other.event_log_storage._storage_id = instance.event_log_storage._storage_id
    return other


@pytest.fixture(scope="session")
def whole_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The tiny study, its whole line made once: modules look at copies of it."""
    folder = tmp_path_factory.mktemp("whole")
    study = load_study(write_study_to(folder))
    with dg.DagsterInstance.ephemeral() as instance:
        outcome, told = make_line(study, instance)
        assert outcome.failed == {}
        yield Line(folder, study, instance, outcome, told)


@pytest.fixture(scope="module")
def line(whole_line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The tiny study, its whole line made: for a module's tests to look at and change, in order."""
    folder = tmp_path_factory.mktemp("line")
    shutil.copytree(whole_line.folder, folder, dirs_exist_ok=True)
    study = load_study(folder / "studies" / "tiny.yaml")
    with copied(whole_line.instance) as instance:
        yield replace(whole_line, folder=folder, study=study, instance=instance)


@pytest.fixture(scope="module")
def line_of_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line of two methods; the scans of its four subjects are files in the folder `scans`."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "scans").mkdir()
    rng = np.random.default_rng(0)
    for subject, session in itertools.product("abcd", ("test", "retest")):
        path = folder / "scans" / f"sub-{subject}_ses-{session}.npy"
        np.save(path, rng.normal(size=(120, 5)))
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    files = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    few = {"methods": ["pearson", "attention_subject"], "reliability": {"seeds": 1}}
    study = load_study(write_study_to(folder, **{**simulated, **files, **few}))
    with dg.DagsterInstance.ephemeral() as instance:
        outcome, told = make_line(study, instance)
        assert outcome.failed == {}
        yield Line(folder, study, instance, outcome, told)


@pytest.fixture(scope="session")
def line_of_cifti(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line of two methods that exports files; scans and atlas are CIFTI files of four regions."""
    folder = tmp_path_factory.mktemp("cifti")
    tree, rng = Tree(folder / "hcp"), np.random.default_rng(5)
    for subject, session in itertools.product("1234", ("", "_retest")):
        values = rng.normal(size=(120, 20))
        values[1:, 5:10] += values[:-1, :5]  # the second region follows the first
        tree.dense(subject + session, "rfMRI_REST", cortex(), 100 + values)
    names = {key: f"region {'ABCD'[key - 1]}" for key in (1, 2, 3, 4)}
    tree.atlas("four_regions.dlabel.nii", np.repeat([1, 2, 3, 4], 5), names)
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "scan_lengths"))
    files = {"source": "hcp", "root": "../hcp", "atlas": "../four_regions.dlabel.nii"}
    files |= {"frames_per_run": 60}
    few = {"methods": ["pearson", {"granger": {"lags": 1, "alpha": 1.0}}]}
    export = {"export": {"formats": ["bids", "cifti", "scores"]}}
    people = {"Subject": range(1, 5), "Group": ["ill", "well"] * 2, "Score": [3, 1, 4, 2]}
    pd.DataFrame(people).to_csv(folder / "people.csv", index=False)
    tests = {
        "significance": {"methods": ["granger"], "surrogates": 19},
        "phenotypes": "../people.csv",
        "contrast": {"column": "Group", "first": "ill", "second": "well", "permutations": 20},
    }
    path = write_study_to(folder, **{**simulated, **files, **few, **tests, **export})
    study = load_study(path)
    with dg.DagsterInstance.ephemeral() as instance:
        outcome, told = make_line(study, instance)
        assert outcome.failed == {}
        yield Line(folder, study, instance, outcome, told)


@pytest.fixture
def load_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Tracking, str], Any]]:
    """Load a model by its address in a database, as MLflow's own API does."""
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own types of language models
        import mlflow.pyfunc

    def load(tracking: Tracking, address: str) -> Any:
        tracking.client()
        mlflow.set_tracking_uri(tracking.database)
        mlflow.set_registry_uri(tracking.database)
        return mlflow.pyfunc.load_model(address)

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    yield load
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


@pytest.fixture
def tiny_study(write_study: WriteStudy) -> Study:
    """Four simulated subjects, two sessions each, five regions."""
    return load_study(write_study())


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance in memory: an event costs some 30 ms on a disk."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A DAGSTER_HOME with the project's own settings."""
    folder = tmp_path / ".dagster"
    folder.mkdir()
    shutil.copy(REPOSITORY / "dagster.yaml", folder / "dagster.yaml")
    return folder
