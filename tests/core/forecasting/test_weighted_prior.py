"""The own-past-free ridge with weights by lag and a prior, against its plain equations."""

import functools

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.linear import (
    choose_alpha,
    growing_penalty,
    own_past,
    ridge_var_own_past_free,
)
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.timeseries import lagged_design

LAGS, REGIONS = 3, 4


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def runs(rng):
    scale = np.array([1.0, 30.0, 0.2, 5.0])
    return [rng.standard_normal((n, REGIONS)).cumsum(axis=0) * scale + 50 for n in (80, 60)]


@pytest.fixture
def prior(rng):
    return rng.standard_normal((LAGS * REGIONS, REGIONS))


def standardised_design(runs):
    stacked = np.concatenate(runs)
    past, present = lagged_design(
        [(run - stacked.mean(axis=0)) / stacked.std(axis=0) for run in runs], LAGS
    )
    return past - past.mean(axis=0), present - present.mean(axis=0)


def region_by_region(runs, alpha, weights, prior, own_share=0.0):
    """Every region's normal equations by themselves, its own columns penalised by a share."""
    past, present = standardised_design(runs)
    solved = np.empty_like(prior)
    for region in range(REGIONS):
        penalty = alpha * np.tile(weights, REGIONS)
        penalty[region * LAGS : (region + 1) * LAGS] *= own_share
        right = past.T @ present[:, region] + penalty * prior[:, region]
        solved[:, region] = np.linalg.solve(past.T @ past + np.diag(penalty), right)
    return solved


@pytest.mark.parametrize("alpha", [0.1, 30.0, 1e4])
def test_weights_and_prior_solve_each_regions_equations(runs, prior, alpha):
    moments = lagged_moments(runs, LAGS, standardise=True)
    weights = np.array([5.0, 0.5, 1.0])
    ours = ridge_var_own_past_free(
        moments.standardised, alpha, lag_weights=weights, prior=prior
    ).coefficients
    assert np.abs(ours - region_by_region(runs, alpha, weights, prior)).max() < 1e-8


@pytest.mark.parametrize("own_share", [0.05, 0.9])
def test_a_share_of_the_penalty_rests_on_own_past(runs, prior, own_share):
    moments = lagged_moments(runs, LAGS, standardise=True)
    weights = growing_penalty(LAGS)
    ours = ridge_var_own_past_free(
        moments.standardised, 70.0, lag_weights=weights, prior=prior, own_share=own_share
    ).coefficients
    expected = region_by_region(runs, 70.0, weights, prior, own_share)
    assert np.abs(ours - expected).max() < 1e-8


def test_weights_are_sklearns_penalty_on_divided_columns(runs):
    """As scikit-learn has it, with a large factor on a region's own columns to free them."""
    moments = lagged_moments(runs, LAGS, standardise=True)
    weights = growing_penalty(LAGS)
    ours = ridge_var_own_past_free(moments.standardised, 40.0, lag_weights=weights).coefficients
    past, present = standardised_design(runs)
    for region in range(REGIONS):
        factor = 1 / np.sqrt(np.tile(weights, REGIONS))
        factor[region * LAGS : (region + 1) * LAGS] = 1e5
        theirs = Ridge(40.0, fit_intercept=False, solver="svd")
        coefficients = theirs.fit(past * factor, present[:, region]).coef_ * factor
        assert np.abs(ours[:, region] - coefficients).max() < 1e-6


def test_the_penalty_of_the_frame_before_is_the_smallest(runs):
    assert growing_penalty(3).tolist() == [3.0, 2.0, 1.0]
    moments = lagged_moments(runs, LAGS, standardise=True).standardised
    flat = ridge_var_own_past_free(moments, 1e3).coefficients
    grown = ridge_var_own_past_free(moments, 1e3, lag_weights=np.array([1e6, 1, 1])).coefficients
    oldest = np.arange(0, LAGS * REGIONS, LAGS)
    others = ~np.eye(REGIONS, dtype=bool)
    assert np.abs(grown[oldest][others]).max() < 1e-3 * np.abs(flat[oldest][others]).max()


def test_a_prior_is_what_a_large_penalty_leaves(runs, prior):
    moments = lagged_moments(runs, LAGS, standardise=True).standardised
    left = ridge_var_own_past_free(moments, 1e10, prior=prior).coefficients
    others = np.repeat(~np.eye(REGIONS, dtype=bool), LAGS, axis=0)
    assert np.abs(left - prior)[others].max() < 1e-5
    past, present = standardised_design(runs)
    for region in range(REGIONS):  # own past: least squares on what the prior leaves over
        own = slice(region * LAGS, (region + 1) * LAGS)
        from_others = past @ np.where(others[:, region], prior[:, region], 0.0)
        best = np.linalg.lstsq(past[:, own], present[:, region] - from_others, rcond=None)[0]
        assert np.abs(left[own, region] - best).max() < 1e-5


def test_what_a_prior_says_of_own_past_is_ignored(runs, prior):
    moments = lagged_moments(runs, LAGS, standardise=True)
    own = np.repeat(np.eye(REGIONS, dtype=bool), LAGS, axis=0)
    one, another = (
        ridge_var_own_past_free(moments, 20.0, prior=np.where(own, value, prior)).coefficients
        for value in (0.0, 1e6)
    )
    assert np.array_equal(one, another)


def test_no_weights_and_no_prior_are_weights_of_one_and_a_prior_of_nothing(runs):
    moments = lagged_moments(runs, LAGS, standardise=True)
    plain = ridge_var_own_past_free(moments, 7.0)
    same = ridge_var_own_past_free(
        moments, 7.0, lag_weights=np.ones(LAGS), prior=np.zeros((LAGS * REGIONS, REGIONS))
    )
    assert np.array_equal(plain.coefficients, same.coefficients)
    assert np.array_equal(plain.intercept, same.intercept)


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e5])
def test_a_scanners_unit_changes_nothing(runs, prior, factor):
    """The prior is of the standardised series: a forecast is scaled as the series is."""
    fit = functools.partial(ridge_var_own_past_free, lag_weights=growing_penalty(LAGS), prior=prior)
    _, one = fit(lagged_moments(runs, LAGS, standardise=True), 50.0).predict(runs)
    scaled = [run * factor for run in runs]
    _, other = fit(lagged_moments(scaled, LAGS, standardise=True), 50.0).predict(scaled)
    np.testing.assert_allclose(other, one * factor, rtol=1e-8)


def test_the_penalty_can_be_chosen_with_weights_and_prior(runs, prior):
    """A prior that is the truth of the series is worth the largest penalty."""
    moments = lagged_moments(runs[:1], LAGS, standardise=True)
    of_both = lagged_moments(runs, LAGS, standardise=True).standardised
    truth = ridge_var_own_past_free(of_both, 1e-6).coefficients
    right = functools.partial(ridge_var_own_past_free, prior=truth)
    wrong = functools.partial(ridge_var_own_past_free, prior=10 * prior)
    assert choose_alpha(right, moments, runs[1:]) > choose_alpha(wrong, moments, runs[1:])
    assert own_past(moments).lags == LAGS


def test_a_sources_weight_is_that_of_all_its_lags(runs, prior):
    moments = lagged_moments(runs, LAGS, standardise=True).standardised
    of_sources, of_lags = np.array([0.2, 1.0, 3.0, 8.0]), growing_penalty(LAGS)
    ours = ridge_var_own_past_free(
        moments, 15.0, lag_weights=of_lags, source_weights=of_sources, prior=prior
    ).coefficients
    past, present = standardised_design(runs)
    for region in range(REGIONS):
        penalty = 15.0 * np.repeat(of_sources, LAGS) * np.tile(of_lags, REGIONS)
        penalty[region * LAGS : (region + 1) * LAGS] = 0
        right = past.T @ present[:, region] + penalty * prior[:, region]
        solved = np.linalg.solve(past.T @ past + np.diag(penalty), right)
        assert np.abs(ours[:, region] - solved).max() < 1e-8
    with pytest.raises(ParameterError, match="source_weights must be 4 positive numbers"):
        ridge_var_own_past_free(moments, 1.0, source_weights=np.ones(3))


@pytest.mark.parametrize("weights", [[1.0, 1.0], [1.0, 0.0, 1.0], [1.0, np.nan, 1.0]])
def test_weights_that_are_no_weights_are_refused(runs, weights):
    with pytest.raises(ParameterError, match="lag_weights must be 3 positive numbers"):
        ridge_var_own_past_free(lagged_moments(runs, LAGS), 1.0, lag_weights=np.array(weights))


@pytest.mark.parametrize("own_share", [-0.1, 1.0, float("nan")])
def test_a_share_that_is_no_share_is_refused(runs, own_share):
    with pytest.raises(ParameterError, match="own_share must be at least 0 and below 1; got"):
        ridge_var_own_past_free(lagged_moments(runs, LAGS), 1.0, own_share=own_share)


def test_another_penalty_and_prior_find_the_factorisation(runs, prior):
    moments = lagged_moments(runs, LAGS, standardise=True)
    weights = growing_penalty(LAGS)
    ridge_var_own_past_free(moments, 1.0, lag_weights=weights)
    first = moments.divided_by_root(np.tile(weights, REGIONS)).spectrum
    ridge_var_own_past_free(moments, 100.0, lag_weights=weights.copy(), prior=prior)
    assert moments.divided_by_root(np.tile(weights, REGIONS)).spectrum is first


def test_a_prior_of_another_shape_is_refused(runs, prior):
    moments = lagged_moments(runs, LAGS)
    with pytest.raises(ParameterError, match=r"shape \(12, 4\).*got shape \(9, 4\)"):
        ridge_var_own_past_free(moments, 1.0, prior=prior[:9])
    prior[2, 2] = np.nan
    with pytest.raises(ParameterError, match="NaN or infinity"):
        ridge_var_own_past_free(moments, 1.0, prior=prior)
