"""A single asset that a person makes after a scan was replaced says what it was made from."""

from types import SimpleNamespace

import numpy as np
import pytest

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.building.making import make
from attnconn_assets.building.platform import Platform
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import load_study

SESSIONS = ("sub-1_ses-1", "sub-1_ses-2", "sub-2_ses-1", "sub-2_ses-2")


class Runs:
    """Makes partitions of a study of files, each in a Dagster run of its own."""

    def __init__(self, study):
        self.study = load_study(study)
        self.specs = {spec.name: spec for spec in specs(self.study)}
        self.logged = []

    def make(self, asset, *partitions):
        log = SimpleNamespace(info=lambda _: None, warning=self.logged.append)
        shared = resources(self.study)
        run = Platform(
            self.study, **shared, log=log, dagster_run="run", specs=[*self.specs.values()]
        )
        return [make(run, self.specs[asset], partition) for partition in partitions][-1]


@pytest.fixture
def runs(write_study, tmp_path):
    scans = tmp_path / "scans"
    scans.mkdir()
    for seed, session in enumerate(SESSIONS):
        np.save(scans / f"{session}.npy", np.random.default_rng(seed).normal(size=(120, 5)))
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    files = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    runs = Runs(write_study(**simulated, **files, methods=["pearson"]))
    for asset in ("time_series", "quality"):
        runs.make(asset, *SESSIONS)
    runs.make("cohort", WHOLE)
    return runs


def test_a_result_of_scans_as_they_are_has_no_warning(runs):
    assert "warning" not in runs.make("pearson", *SESSIONS).shown
    assert "warning" not in runs.make("pooled_moments", WHOLE).shown
    assert runs.logged == []


def test_a_result_of_scans_that_were_replaced_says_so(runs, tmp_path):
    runs.make("pearson", *SESSIONS)
    replaced = np.random.default_rng(9).normal(size=(110, 5))
    np.save(tmp_path / "scans" / "sub-2_ses-1.npy", replaced)
    of_its_session = runs.make("pearson", "sub-2_ses-1").shown["warning"]
    of_all = runs.make("pooled_moments", WHOLE).shown["warning"]
    assert of_its_session.startswith("made from earlier scans: those of sub-2_ses-1 have changed")
    assert of_all == of_its_session
    assert runs.logged[-1] == f"pooled_moments of all: {of_all}"
    assert "warning" not in runs.make("pearson", "sub-1_ses-1").shown
    # What reads the scan has nothing to warn of, and afterwards nothing else has.
    assert "warning" not in runs.make("time_series", "sub-2_ses-1").shown
    assert "warning" not in runs.make("pooled_moments", WHOLE).shown
