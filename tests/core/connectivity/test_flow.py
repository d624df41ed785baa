"""Net flow and asymmetry equal what is counted by hand, their intervals what statsmodels finds."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from statsmodels.stats.weightstats import DescrStatsW

from attnconn_core.connectivity.flow import asymmetry, flow_agreement, flow_of, mean_interval
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity


def _matrix(values, method="granger", directed=True) -> Connectivity:
    values = np.asarray(values, dtype=float)
    return Connectivity(values, tuple("abcd"[: len(values)]), method, directed)


def test_every_subject_has_its_own_net_flow_in_the_order_of_the_matrices() -> None:
    first, second = np.random.default_rng(0).uniform(size=(2, 4, 4))
    flow = flow_of([_matrix(first), _matrix(second)])
    assert (flow.method, flow.regions) == ("granger", tuple("abcd"))
    for own, values in zip(flow.net, (first, second), strict=True):
        sent = [sum(values[t, s] for t in range(4) if t != s) for s in range(4)]
        received = [sum(values[t, s] for s in range(4) if t != s) for t in range(4)]
        np.testing.assert_allclose(own, np.subtract(sent, received))


def test_methods_agree_on_net_flow_as_scipy_says() -> None:
    granger, attention, third = np.random.default_rng(1).uniform(size=(3, 5, 4, 4))
    third[2:] = 1.0  # no flow in three subjects, who aren't counted
    flows = [
        flow_of([_matrix(each, method) for each in matrices])
        for method, matrices in (
            ("granger", granger),
            ("attention_subject", attention),
            ("x", third),
        )
    ]
    table = flow_agreement(flows)
    assert table[["first", "second"]].to_numpy().tolist() == [
        ["granger", "attention_subject"], ["granger", "x"], ["attention_subject", "x"],
    ]  # fmt: skip
    assert table["subjects"].tolist() == [5, 2, 2]
    assert (table["regions"] == 4).all()
    r = [spearmanr(*nets)[0] for nets in zip(flows[0].net, flows[1].net, strict=True)]
    ours = table.loc[0, ["r", "lower", "upper"]].astype(float)
    theirs = [float(end[0]) for end in mean_interval(np.array(r)[:, None])]
    np.testing.assert_allclose(ours, theirs)
    assert flow_agreement(flows[:1]).empty
    fewer = flow_of([_matrix(each, "y") for each in third[:3]])
    with pytest.raises(ParameterError, match="the same subjects"):
        flow_agreement([flows[0], fewer])


def test_a_groups_net_flow_is_that_with_other_groups_per_region() -> None:
    values = np.zeros((4, 4))
    values[1, 0] = 5.0  # from a to b, both in X: cancels
    values[2, 0], values[3, 1] = 2.0, 1.0  # from X to Y and from X to Z
    names, per_group = flow_of([_matrix(values)]).per_group(("X", "X", "Y", "Z"))
    assert names == ("X", "Y", "Z")
    np.testing.assert_allclose(per_group, [[1.5, -2.0, -1.0]])


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ([[9, 1], [1, 9]], 0.0),  # the diagonal doesn't count
        ([[0, 1], [0, 0]], 1.0),
        ([[0, 1], [-1, 0]], 1.0),
        ([[0, 3], [1, 0]], 0.5),
        ([[1, 0], [0, 1]], np.nan),
    ],
)
def test_asymmetry_is_the_share_that_differs_between_directions(values, share) -> None:
    assert asymmetry(_matrix(values)) == pytest.approx(share, nan_ok=True)


def test_intervals_are_t_intervals_over_subjects() -> None:
    values = np.random.default_rng(1).normal(size=(7, 3))
    mean, low, high = mean_interval(values)
    expected = DescrStatsW(values).tconfint_mean()
    np.testing.assert_allclose(mean, values.mean(axis=0))
    np.testing.assert_allclose((low, high), expected)


def test_a_single_subject_has_no_interval() -> None:
    mean, low, high = mean_interval(np.array([[1.0, 2.0]]))
    assert mean.tolist() == [1.0, 2.0]
    assert np.isnan([low, high]).all()


def test_what_has_no_net_flow_is_refused() -> None:
    matrix = _matrix(np.eye(2))
    with pytest.raises(ParameterError, match="0 matrices of 0 kinds"):
        flow_of([])
    with pytest.raises(ParameterError, match="2 matrices of 2 kinds"):
        flow_of([matrix, _matrix(np.eye(2), "rdcm")])
    with pytest.raises(ParameterError, match="needs a directed method; pearson"):
        flow_of([_matrix(np.eye(2), "pearson", directed=False)])
    with pytest.raises(ParameterError, match="got 1 for 2 regions"):
        flow_of([matrix]).per_group(("X",))
    with pytest.raises(ParameterError, match="needs a subject"):
        mean_interval(np.empty((0, 2)))
