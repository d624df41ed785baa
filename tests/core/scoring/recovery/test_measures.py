import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import Granger, Pearson
from attnconn_core.scoring import (
    CHANCE,
    compare_on_units,
    recovery_measures,
    recovery_scores,
    summarise_recovery,
)
from attnconn_core.sources import simulated_truth


@pytest.fixture(scope="module")
def scores():
    estimators = {"pearson": Pearson(), "granger": Granger(2, 1.0), "ours": Granger(1, 1.0)}
    return recovery_scores(estimators, simulated_truth("linear-5", 5, 0))[0]


@pytest.fixture(scope="module")
def table(scores):
    published = pd.DataFrame(
        [("GVAR", 0.7, 0.3, "2021")], columns=["method", "auroc", "auprc", "published"]
    )
    return pd.concat([summarise_recovery(scores), published], ignore_index=True)


def test_methods_are_compared_with_chance_over_data_sets(scores, table):
    measured = list(recovery_measures("linear-5", scores, table, ["ours"]))
    assert [each.measure for each in measured] == [
        "detection (AUPRC, either way)",
        "detection and direction (AUPRC)",
        "direction of one-way edges",
    ]
    assert {each.score for each in measured} == {"linear-5"}
    columns = ("auprc_undirected", "auprc", "orientation")
    for each, column in zip(measured, columns, strict=True):
        values = scores.pivot(index="data_set", columns="method", values=column)
        expected = compare_on_units(values[["pearson", "granger"]], values[CHANCE])
        assert each.compared.scores.equals(expected.scores)
        assert each.compared.pairs.equals(expected.pairs)


def test_what_nobody_is_tested_against_is_told_apart(scores, table):
    both_ways = list(recovery_measures("linear-5", scores, table, ["ours"]))[1]
    beside = both_ways.beside.set_index("method")
    assert list(both_ways.beside.columns) == ["kind", "method", "value"]
    assert beside["kind"].to_dict() == {
        "ours": "one model of all data sets",
        "chance": "null model",
        "self_loops_only": "null model",
        "GVAR": "published",
    }
    assert beside.loc["GVAR", "value"] == 0.3
    own = scores.loc[scores["method"] == "ours", "auprc"]
    assert np.isclose(beside.loc["ours", "value"], own.mean(), rtol=1e-14)


def test_a_measure_that_no_network_has_is_left_out(scores, table):
    unknown = scores.assign(orientation=np.nan)
    assert len(list(recovery_measures("linear-5", unknown, table))) == 2
