"""Measures of direction against explicit formulas, and a regression per pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.linalg import lstsq

from attnconn_core.connectivity import LikelihoodRatio
from attnconn_core.connectivity.direction_evidence import calibrated, innovations
from attnconn_core.connectivity.direction_measures import (
    MEASURES,
    direction,
    entropy,
    given_rest,
    rest_of,
)
from attnconn_core.errors import ParameterError, SeriesError


def standard(values):
    values = values - values.mean(axis=0)
    return values / values.std(axis=0)


def explicit(x, y, measure):
    """Evidence for x → y, by the published formulas, one pair at a time."""
    x, y = standard(x), standard(y)
    r = (x * y).mean()
    if measure == "tanh":
        return r * ((x * np.tanh(y)).mean() - (np.tanh(x) * y).mean())
    if measure == "skew":
        x, y = (each * (-1 if (each**3).mean() < 0 else 1) for each in (x, y))
        return (x * y).mean() * ((x**2 * y).mean() - (x * y**2).mean())
    s = np.sqrt(1 - r**2)
    return h(y) + h((x - r * y) / s) - h(x) - h((y - r * x) / s)


def h(u):
    peaked = np.mean(np.log(np.cosh(u))) - 0.37457
    return (
        (1 + np.log(2 * np.pi)) / 2
        - 79.047 * peaked**2
        - 7.4129 * np.mean(u * np.exp(-(u**2) / 2)) ** 2
    )


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(0)
    values = rng.exponential(size=(400, 6)) - 0.3 * rng.laplace(size=(400, 6))
    for target, source, weight in ((1, 0, 0.7), (2, 1, 0.5), (4, 2, -0.6), (5, 0, 0.4)):
        values[:, target] += weight * values[:, source]
    return standard(values)


@pytest.mark.parametrize("measure", list(MEASURES))
def test_each_measure_equals_its_published_formula(frames, measure):
    found = direction(frames, measure)
    for target, source in np.argwhere(~np.eye(6, dtype=bool)):
        expected = explicit(frames[:, source], frames[:, target], measure)
        assert found[target, source] == pytest.approx(expected, abs=2e-5)
    assert np.array_equal(found, -found.T)


@pytest.mark.parametrize("measure", list(MEASURES))
def test_given_the_rest_equals_a_regression_for_each_pair(frames, measure):
    (found,) = given_rest(rest_of(frames, ridge=0.0), measure)
    for target, source in np.argwhere(~np.eye(6, dtype=bool)):
        rest = np.delete(frames, [target, source], axis=1)
        pair = frames[:, [source, target]]
        left = pair - rest @ lstsq(rest, pair, rcond=None)[0]
        assert found[target, source] == pytest.approx(explicit(*left.T, measure), abs=5e-5)
    assert np.array_equal(found, -found.T)


def test_some_regions_of_the_rest_are_still_freed_of_all_others(frames):
    rest = rest_of(frames)
    chosen = np.array([0, 2, 5])
    for whole, part in zip(
        given_rest(rest, *MEASURES), given_rest(rest.of(chosen), *MEASURES), strict=True
    ):
        assert np.allclose(part, whole[np.ix_(chosen, chosen)], atol=1e-6)


def test_entropy_is_near_0_for_normal_values_and_below_for_others():
    rng = np.random.default_rng(1)
    size = (1, 100_000)
    assert entropy(rng.standard_normal(size))[0] == pytest.approx(0, abs=2e-3)
    for values in (rng.laplace(size=size), rng.uniform(size=size), rng.exponential(size=size)):
        assert entropy(standard(values.T).T)[0] < -0.02


def test_innovations_are_the_residuals_of_a_regression_on_the_last_frame(as_series, noise):
    found = innovations(as_series(noise[:150], noise[150:] + 3)).runs
    assert [len(run) for run in found] == [149, 149]
    runs = [noise[:150].astype(float), noise[150:].astype(float)]
    runs = [run - run.mean(axis=0) for run in runs]
    for region in range(noise.shape[1]):
        past = np.concatenate([run[:-1, region] for run in runs])
        present = np.concatenate([run[1:, region] for run in runs])
        left = present - past * lstsq(past[:, None], present, rcond=None)[0]
        mine = np.concatenate([run[:, region] for run in found])
        assert np.allclose(mine, standard(left), atol=1e-5)


def test_innovations_need_frames(as_series, noise):
    with pytest.raises(SeriesError, match="at least 8 frames; got 5"):
        innovations(as_series(noise[:100], noise[:5]))
    with pytest.raises(SeriesError, match="at least 8 frames; got 5"):
        calibrated(as_series(noise[:5]))


def test_what_is_given_must_be_known():
    with pytest.raises(ParameterError, match="given must be one of nothing, rest; got 'all'"):
        LikelihoodRatio(given="all")


@pytest.mark.parametrize("variant", [{"innovations": True}, {"given": "rest"}, {}])
@pytest.mark.parametrize("measure", list(MEASURES))
@given(scale=st.floats(1e-9, 1e6), turned=st.booleans())
@settings(max_examples=8, deadline=None)
def test_scale_and_sign_of_a_region_change_nothing(
    as_series_of_noise, measure, variant, scale, turned
):
    as_series, noise = as_series_of_noise
    estimator = LikelihoodRatio(measure, **variant)
    factors = np.ones(noise.shape[1])
    factors[1] = -scale if turned else scale
    found = estimator.estimate(as_series(noise)).values
    scaled = estimator.estimate(as_series(noise * factors)).values
    assert np.allclose(found, scaled, atol=1e-4 * np.abs(found).max())


@pytest.fixture(scope="module")
def as_series_of_noise(as_series):
    rng = np.random.default_rng(4)
    values = rng.laplace(size=(200, 5)) @ (np.eye(5) + 0.4 * rng.standard_normal((5, 5)))
    return as_series, values
