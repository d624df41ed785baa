"""The contrast of two groups as an asset."""

import numpy as np
import pandas as pd
import pytest

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.study import load_study


@pytest.fixture
def grouped(tmp_path):
    """Scans of two groups, in one of which two regions go together."""
    (tmp_path / "scans").mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for number in range(12):
        for session in ("test", "retest"):
            scan = rng.normal(size=(150, 5))
            if number < 6:
                scan[:, 1] += 2 * scan[:, 0]
            np.save(tmp_path / "scans" / f"sub-{number}_ses-{session}.npy", scan)
        rows.append((str(number), "ill" if number < 6 else "well", float(number % 5)))
    pd.DataFrame(rows, columns=["Subject", "Group", "Score"]).to_csv(
        tmp_path / "people.csv", index=False
    )
    return {
        **dict.fromkeys(("n_subjects", "n_regions", "n_frames")),
        "source": "arrays",
        "root": "../scans",
        "repetition_time": 1.0,
        "phenotypes": "../people.csv",
        "methods": ["pearson"],
    }


def test_groups_are_contrasted_where_they_differ(write_study, run_line, instance, grouped):
    contrast = {"column": "Group", "first": "ill", "second": "well", "size": "intensity"}
    study = load_study(write_study(**grouped, contrast=contrast))
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    entry = store.entry("group_contrast", "all")
    summary = read_table(store.path(entry, "scores.parquet"))
    assert summary["p"].tolist() == [pytest.approx(0, abs=0.05)]
    found = read_table(store.path(entry, "components.parquet"))
    first = found[found["component"] == 1]
    assert first["p"].max() < 0.05
    assert len(first) == 1
    assert first["t"].item() > 3
    assert "figure.png" in entry.files
    assert entry.facts["subjects of first"] == entry.facts["subjects of second"] == 6
    nobody = {**contrast, "first": "absent"}
    outcome, _ = run_line(load_study(write_study(**grouped, contrast=nobody)), instance)
    assert "Group is 'absent' for 0" in outcome.failed["group_contrast of all"]
