"""The tables of the fingerprint."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.parcellation import RegionTable
from attnconn_core.scoring import fingerprint, identification_intervals, intraclass_correlation
from attnconn_core.scoring.fingerprint.pool_weights import Stacks
from attnconn_core.scoring.fingerprint.tables import (
    comparison_table,
    further_tables,
    score_row,
)

OPTIONS = {
    "similarity": "pearson",
    "normalise": "edgewise",
    "comparison": "test_to_retest",
    "bins": 10,
}


@pytest.fixture
def stacks():
    rng = np.random.default_rng(0)
    own = rng.normal(size=(10, 6, 6))
    test, retest = (own + rng.normal(size=own.shape) for _ in range(2))
    return Stacks(test, retest, True, np.repeat([0, 1], 5))


def test_networks_split_edges_where_the_atlas_has_any(stacks):
    names = tuple(f"r{n}" for n in range(6))
    table = RegionTable(names, ("a", "a", "a", "b", "b", "b"), grouping="network")
    found = further_tables({"m": stacks}, table, OPTIONS)
    assert found["networks"]["group"].tolist() == ["a", "b"]
    assert found["network_pairs"]["edges"].sum() == 30
    assert set(further_tables({"m": stacks}, RegionTable(names), OPTIONS)) == {"edges"}
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
    regions = RegionTable(tuple("abcdef"))
    found = further_tables({"m": stacks}, regions, OPTIONS, reconstruct_with=0)["reconstruction"]
    assert found["subjects"].tolist() == [5, 5]
    assert found["i_diff"].isna().all()
    assert set(found["why_not"]) == {"reconstruction needs at least 8 subjects; got 5"}
