"""Significant directions: none in normal noise, the true ones where they are strong."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from attnconn_core.connectivity import Directed
from attnconn_core.connectivity.directed import Direction
from attnconn_core.errors import ParameterError
from attnconn_core.records import TimeSeries
from attnconn_core.scoring.edges.directions import direction_agreement, significant_directions


def as_series(values):
    regions = tuple(f"region-{number}" for number in range(values.shape[1]))
    return TimeSeries((values,), 0.7, regions)


def direction(log_odds, p):
    """A direction from the upper triangle's values."""
    upper = np.triu_indices(4, 1)
    odds, p_value = np.zeros((4, 4)), np.eye(4)
    odds[upper], p_value[upper] = log_odds, p
    return Direction(odds - odds.T, odds - odds.T, np.maximum(p_value, p_value.T))


def test_normal_noise_has_no_directions():
    rng = np.random.default_rng(0)
    found = [
        Directed().direction(as_series(np.cumsum(rng.standard_normal((300, 10)), axis=0) / 9))
        if walk
        else Directed().direction(as_series(rng.standard_normal((300, 10))))
        for walk in (False, True)
        for _ in range(6)
    ]
    counts = [significant_directions(each).sum() for each in found]
    assert sum(count > 0 for count in counts) <= 2
    assert sum(counts) <= 3
    signs = [direction_agreement(a, b).signs for a, b in zip(found[::2], found[1::2], strict=True)]
    assert np.mean(signs) == pytest.approx(0.5, abs=0.12)


def test_strong_directions_are_found_and_right():
    rng = np.random.default_rng(1)
    network = np.diag(np.full(5, 0.6), -1)  # a chain: 0 → 1 → … → 5
    mixing = np.linalg.inv(np.eye(6) - network).T
    one, other = (
        Directed().direction(as_series(rng.laplace(size=(1500, 6)) @ mixing)) for _ in range(2)
    )
    edges = significant_directions(one)
    assert edges[network != 0].mean() >= 0.8
    assert not edges[network.T != 0].any()
    agreement = direction_agreement(one, other)
    assert agreement.pairs == 15
    assert agreement.edges[0] == edges.sum()
    assert agreement.significant_signs > 0.9


def test_the_rate_is_benjamini_and_hochbergs():
    p = np.array([0.001, 0.009, 0.024, 0.04, 0.2, 0.9])
    odds = np.array([1.0, -1.0, 2.0, -0.5, 0.3, 1.0])
    edges = significant_directions(direction(odds, p))
    rejected = multipletests(p, 0.05, method="fdr_bh")[0]
    assert np.array_equal((edges | edges.T)[np.triu_indices(4, 1)], rejected)
    assert not (edges & edges.T).any()
    assert edges[0, 1]  # source 1 drives target 0: its log odds are positive
    assert edges[2, 0]


def test_agreement_counts_signs():
    p = np.array([0.001, 0.002, 0.9, 0.9, 0.9, 0.9])
    one = direction(np.array([1.0, 2.0, 3.0, 1.0, 1.0, -2.0]), p)
    other = direction(np.array([1.0, -2.0, 1.0, 1.0, -1.0, -2.0]), np.full(6, 0.5))
    found = direction_agreement(one, other)
    assert (found.pairs, found.edges) == (6, (2, 0))
    assert found.signs == pytest.approx(4 / 6)
    assert found.significant_signs == 0.5
    assert np.isnan(direction_agreement(other, one).significant_signs)


def test_what_can_not_be_compared_is_refused():
    one = direction(np.ones(6), np.ones(6))
    with pytest.raises(ParameterError, match="rate must lie between 0 and 1; got 1"):
        significant_directions(one, 1.0)
    with pytest.raises(ParameterError, match="same regions, at least 2; got 4 and 3"):
        direction_agreement(one, Direction(*(each[:3, :3] for each in one)))
