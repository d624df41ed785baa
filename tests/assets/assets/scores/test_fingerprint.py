"""The fingerprint as an asset: what its tables hold."""

import numpy as np
import pandas as pd
import pytest

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.settings import FingerprintSettings
from attnconn_assets.study.study import load_study
from attnconn_core.parcellation import RegionTable
from attnconn_core.scoring import fingerprint, identification_intervals, intraclass_correlation
from attnconn_core.scoring.fingerprint.tables import (
    Stacks,
    comparison_table,
    further_tables,
    score_row,
)


def test_the_tables_of_a_study(write_study, run_line, instance):
    fingerprint = {"permutations": 20, "resamples": 50, "reconstruct": True}
    study = load_study(
        write_study(methods=["pearson", "granger"], n_subjects=8, fingerprint=fingerprint)
    )
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    entry = store.entry("fingerprint", "all")
    tables = {
        name: read_table(store.path(entry, f"{name}.parquet"))
        for name in ("scores", "comparison", "edges", "hits", "reconstruction")
    }
    scores = tables["scores"].set_index("method")
    shares = ("accuracy", "accuracy_test_to_retest", "accuracy_retest_to_test", "accuracy_strict")
    for score in (*shares, "i_diff", "auc", "mean_rank", "cohens_d", "margin_mean"):
        assert (scores[f"{score}_lower"] <= scores[score] + 1e-12).all()
        assert (scores[score] <= scores[f"{score}_upper"] + 1e-12).all()
    assert tables["comparison"][["first", "second"]].to_numpy().tolist() == [["pearson", "granger"]]
    assert tables["edges"].groupby("method").size().to_dict() == {"pearson": 10, "granger": 20}
    assert np.allclose(tables["hits"][["pearson", "granger"]].mean(), scores["accuracy"])
    assert tables["reconstruction"]["subjects"].tolist() == [8, 8]


@pytest.fixture
def stacks():
    rng = np.random.default_rng(0)
    own = rng.normal(size=(10, 6, 6))
    test, retest = (own + rng.normal(size=own.shape) for _ in range(2))
    return Stacks(test, retest, True, np.repeat([0, 1], 5))


def test_networks_split_edges_where_the_atlas_has_any(stacks):
    names = tuple(f"r{n}" for n in range(6))
    table = RegionTable(names, ("a", "a", "a", "b", "b", "b"), grouping="network")
    found = further_tables({"m": stacks}, table, FingerprintSettings())
    assert found["networks"]["group"].tolist() == ["a", "b"]
    assert found["network_pairs"]["edges"].sum() == 30
    assert set(further_tables({"m": stacks}, RegionTable(names), FingerprintSettings())) == {
        "edges"
    }
    halves = [
        intraclass_correlation(np.stack([t[:, 1, [0]], r[:, 1, [0]]], axis=1))[0]
        for _, t, r in stacks.by_pool()
    ]
    edge = found["edges"].query("target == 'r1' and source == 'r0'")
    assert edge["icc"].item() == pytest.approx(np.mean(halves))


def test_methods_are_compared_subject_by_subject(stacks):
    good = fingerprint(stacks.test, stacks.test + 1e-9 * stacks.retest, permutations=0)
    bad = fingerprint(stacks.test, stacks.retest[::-1].copy(), permutations=0)
    row = comparison_table({"good": good, "bad": bad}).iloc[0]
    assert row["difference"] == pytest.approx(good.hits.mean() - bad.hits.mean())
    assert row["p_holm"] < 0.05
    assert comparison_table({"good": good}).empty
    told = pd.Series(score_row("good", good, identification_intervals(good, 20)))
    assert told["accuracy"] == told["accuracy_upper"] == 1


def test_a_pool_that_is_too_small_to_be_rebuilt_says_so(stacks):
    settings = FingerprintSettings(reconstruct=True)
    found = further_tables({"m": stacks}, RegionTable(tuple("abcdef")), settings)["reconstruction"]
    assert found["subjects"].tolist() == [5, 5]
    assert found["i_diff"].isna().all()
    assert set(found["why_not"]) == {"reconstruction needs at least 8 subjects; got 5"}
