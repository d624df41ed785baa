import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import fingerprint, identify_by_group, mean_by_groups

GROUPS = ("a", "b", "a", "b", "a", "c", "a", "b")


def scans(rng):
    """Only the edges inside network a are a subject's own."""
    own = np.zeros((10, 8, 8))
    inside = np.array(GROUPS) == "a"
    own[:, np.outer(inside, inside)] = 3 * rng.normal(size=(10, int(inside.sum()) ** 2))
    return [own + rng.normal(size=own.shape) for _ in range(2)]


def test_the_network_that_tells_is_found():
    test, retest = scans(np.random.default_rng(0))
    table = identify_by_group(test, retest, GROUPS).set_index("group")
    assert list(table.index) == ["a", "b"]  # c has one region
    assert table["regions"].tolist() == [4, 3]
    assert table.loc["a", "accuracy"] > 0.9
    assert table.loc["b", "accuracy"] < 0.5
    members = [0, 2, 4, 6]
    alone = fingerprint(test[:, members][:, :, members], retest[:, members][:, :, members])
    assert table.loc["a", "i_diff"] == pytest.approx(alone.i_diff)


def test_a_network_without_edges_in_some_subject_costs_no_other():
    test, retest = scans(np.random.default_rng(0))
    b = np.flatnonzero(np.array(GROUPS) == "b")
    test[3][np.ix_(b, b)] = 0.0
    table = identify_by_group(test, retest, GROUPS, normalise="none").set_index("group")
    assert table.loc["a", "accuracy"] > 0.9
    assert np.isnan(table.loc["b", "accuracy"])
    assert "test subject 3" in table.loc["b", "why_not"]


def test_every_region_needs_a_group():
    test, retest = scans(np.random.default_rng(0))
    with pytest.raises(ParameterError, match="each of 8 regions; got 2"):
        identify_by_group(test, retest, ("a", "b"))


@pytest.mark.parametrize("directed", [True, False])
def test_means_are_of_the_edges_between_two_networks(directed):
    values = np.random.default_rng(1).normal(size=(8, 8))
    if not directed:
        values = values + values.T
    values[3, 1] = values[1, 3] = np.nan
    table = mean_by_groups(values, GROUPS, directed)
    assert table["edges"].sum() == (54 if directed else 27)
    row = table.query("target == 'a' and source == 'b'").iloc[0]
    block = values[np.ix_([0, 2, 4, 6], [1, 3, 7])]
    assert row["mean"] == pytest.approx(block.mean())
    assert row["edges"] == 12
    assert ("b", "a") in set(zip(table["target"], table["source"], strict=True)) or not directed
