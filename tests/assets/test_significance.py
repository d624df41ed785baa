"""Significance as assets: edges against surrogates, and groups against each other."""

import numpy as np
import pandas as pd
import pytest

from attnconn_assets.catalogue import specs, store_of
from attnconn_assets.formats import read_table
from attnconn_assets.study import load_study
from attnconn_core.errors import StudyError

ASKED = {"methods": ["pearson", "granger", "attention_group_base"], "surrogates": 19}


def test_edges_of_every_session_have_p_and_q(write_study, run_line, instance):
    methods = ["pearson", "granger", "attention_group_base"]
    study = load_study(write_study(methods=methods, n_subjects=4, significance=ASKED))
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    session = sorted(store.partitions("pearson"))[0]
    for method, edges in (("pearson", 10), ("granger", 20), ("attention_group_base", 20)):
        entry = store.entry(f"significance_{method}", session)
        table = read_table(store.path(entry, "edges.parquet"))
        assert len(table) == edges
        assert table["p"].between(1 / 20, 1).all()
        assert (table["q"] >= table["p"] - 1e-12).all()
    # As the method's own asset has it, whole scan.
    own = read_matrix(store, "pearson", session)
    by_edge = read_table(store.path(store.entry("significance_pearson", session), "edges.parquet"))
    for row in by_edge.itertuples():
        assert own.loc[row.target, row.source] == pytest.approx(row.value)


def read_matrix(store, method, session):
    path = store.path(store.entry(method, session), "matrix.parquet")
    table = pd.read_parquet(path)
    whole = table[table["(frames)"] == table["(frames)"].max()]
    return whole.set_index("(target)").drop(columns="(frames)")


@pytest.fixture
def grouped(tmp_path):
    """Scans of two groups, in one of which two regions go together."""
    (tmp_path / "scans").mkdir()
    rng = np.random.default_rng(0)
    rows = []
    for number in range(12):
        scan = rng.normal(size=(150, 5))
        if number < 6:
            scan[:, 1] += 2 * scan[:, 0]
        for session in ("test", "retest"):
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


def test_nothing_is_tested_unless_asked(write_study):
    names = {spec.name for spec in specs(load_study(write_study()))}
    assert not any(name.startswith("significance") or name == "group_contrast" for name in names)
    with pytest.raises(StudyError, match=r"significance\.methods must be among .*got astrology"):
        load_study(write_study(significance={"methods": ["astrology"]}))
