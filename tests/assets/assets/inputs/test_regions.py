"""Regions as an asset: they follow the files that name them."""

import numpy as np
import pandas as pd

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage.formats import read_regions
from attnconn_assets.study.study import load_study


def write_scans(folder, networks):
    folder.mkdir(exist_ok=True)
    for subject in "ab":
        for session in ("test", "retest"):
            values = np.random.default_rng(ord(subject)).normal(size=(120, 3))
            names = [f"7Networks_LH_{network}_{n}" for n, network in enumerate(networks, 1)]
            path = folder / f"sub-{subject}_ses-{session}.csv"
            pd.DataFrame(values, columns=names).to_csv(path, index=False)


def test_regions_that_scans_name_are_read_again_with_the_scans(
    write_study, run_line, instance, tmp_path
):
    write_scans(tmp_path / "scans", ("Vis", "Vis", "Default"))
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    arrays = {"source": "arrays", "root": "../scans", "repetition_time": 1.0}
    study = load_study(write_study(**simulated, **arrays, methods=["pearson"]))
    outcome, _ = run_line(study, instance)
    assert not any(name.startswith("regions") for name in outcome.failed)
    store = store_of(study)

    def groups():
        path = store.path(store.entry("regions", "all"), "regions.parquet")
        return read_regions(path).groups

    assert groups() == ("Vis", "Vis", "Default")
    write_scans(tmp_path / "scans", ("Vis", "Default", "Default"))
    _, told = run_line(study, instance)
    assert "regions" in told.remade()
    assert groups() == ("Vis", "Default", "Default")
