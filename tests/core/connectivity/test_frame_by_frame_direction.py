"""Patel's tau, the likelihood ratios and the oriented partial: direction without lags."""

import numpy as np
import pytest

from attnconn_core.connectivity import LikelihoodRatio, OrientedPartial, PatelTau, ShrinkagePartial
from attnconn_core.connectivity.patel import patel_tau
from attnconn_core.errors import ParameterError
from attnconn_core.scoring import recover
from attnconn_core.sources import read_known_truth


def driven(rng, shape=lambda x: x, frames=4000):
    """x drives y; both have skewed, heavy-tailed noise of their own."""
    x, e = rng.exponential(size=(2, frames)) ** 1.5
    return np.stack([x, 0.7 * x + shape(e)], axis=1)


def test_tau_equals_the_published_formula(noise, as_series):
    values = noise.astype(np.float64)
    low, high = np.percentile(values, [10, 90], axis=0)
    active = np.clip((values - low) / (high - low), 0, 1)
    found = patel_tau(as_series(noise))
    for a in range(5):
        for b in range(5):
            theta1 = (active[:, a] * active[:, b]).mean()
            theta2 = active[:, a].mean() - theta1
            theta3 = active[:, b].mean() - theta1
            if theta2 >= theta3:
                tau = 1 - (theta1 + theta3) / (theta1 + theta2)
            else:
                tau = (theta1 + theta2) / (theta1 + theta3) - 1
            assert found[b, a] == pytest.approx(-tau, abs=1e-6)
    assert np.array_equal(found, -found.T)
    assert np.array_equal(PatelTau().estimate(as_series(noise)).values, np.maximum(found, 0))


def test_tau_bears_a_region_that_is_mostly_still(as_series):
    values = np.zeros((100, 2))
    values[::30] = 1.0
    values[:, 1] += np.arange(100)
    assert np.isfinite(patel_tau(as_series(values))).all()


@pytest.mark.parametrize("measure", ["tanh", "skew"])
def test_ratios_equal_the_published_formula(noise, as_series, measure):
    z = noise.astype(np.float64)
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    if measure == "skew":
        z = z * np.sign((z**3).mean(axis=0))
    found = LikelihoodRatio(measure).estimate(as_series(noise)).values
    for x in range(5):
        for y in range(5):
            a, b = z[:, x], z[:, y]
            one, other = (
                ((a * np.tanh(b)).mean(), (np.tanh(a) * b).mean())
                if measure == "tanh"
                else ((a**2 * b).mean(), (a * b**2).mean())
            )
            expected = (a * b).mean() * (one - other)
            assert found[y, x] == pytest.approx(max(expected, 0), abs=1e-6)


@pytest.mark.parametrize("measure", ["tanh", "skew"])
@pytest.mark.parametrize("sign", [1, -1])
def test_ratios_find_the_driver_of_values_that_are_not_normal(as_series, measure, sign):
    rng = np.random.default_rng(0)
    values = driven(rng) * [1, sign]
    found = LikelihoodRatio(measure).estimate(as_series(values)).values
    assert found[1, 0] > 0 == found[0, 1]


def test_normal_values_tell_no_direction(as_series):
    rng = np.random.default_rng(1)
    right = 0
    for _ in range(200):
        x, e = rng.standard_normal((2, 300))
        values = LikelihoodRatio().estimate(as_series(np.stack([x, x + e], axis=1))).values
        right += values[1, 0] > values[0, 1]
    assert 75 <= right <= 125  # 3.5 standard errors around chance


def test_the_measure_must_be_known():
    with pytest.raises(ParameterError, match="one of tanh, skew, entropy; got 'cosh'"):
        LikelihoodRatio("cosh")


def test_oriented_partial_averages_to_the_partial(noise, as_series):
    found = OrientedPartial().estimate(as_series(noise)).values
    partial = np.abs(ShrinkagePartial().estimate(as_series(noise)).values)
    assert np.allclose((found + found.T) / 2, partial)
    assert found.min() >= 0
    assert np.abs(found - found.T).max() > 0.001


@pytest.mark.parametrize(("network", "least"), [(1, 0.80), (3, 0.87)])
def test_on_feedback_networks_it_finds_edges_and_directions(shared, network, least):
    folder = shared / "data/ground_truth/sanchez_romero"
    data = read_known_truth(folder / f"Network{network}_amp.npz", "sanchez", 1.2).head(10)
    scores = [
        [recover(each.estimate(series).values, truth) for each in (OrientedPartial(), PatelTau())]
        for series, truth in zip(data.series, data.truths, strict=True)
    ]
    assert np.mean([both[0].auprc for both in scores]) > least
    assert np.mean([both[1].orientation for both in scores]) > 0.7
