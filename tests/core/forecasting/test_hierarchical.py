"""Hierarchical VAR: what a session doesn't settle is taken from the others."""

import functools

import numpy as np
import pytest

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.forecasting.hierarchical import (
    HIERARCHICAL_ALPHAS,
    OWN_SHARE,
    cohort_coefficients,
    hierarchical_var,
    lag_weighted_var,
    shared_penalty,
    shrunk_towards,
    source_weights,
)
from attnconn_core.forecasting.linear import growing_penalty, ridge_var, ridge_var_own_past_free
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.forecasting.penalties import TrainingMoments
from attnconn_core.forecasting.pooled_moments import PooledMoments, deal
from attnconn_core.forecasting.skill import forecast_skill
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

LAGS, REGIONS = 2, 12
NAMES = tuple(f"r{n}" for n in range(REGIONS))


def simulated(seed, n_frames, *, own=0.02, factor=1.0):
    """A scan of a VAR that people share, but for a small part that is a person's own."""
    shared, rng = np.random.default_rng(1), np.random.default_rng(seed)
    weights = shared.standard_normal((REGIONS, REGIONS)) * 0.12
    weights = weights + 0.4 * np.eye(REGIONS) + own * rng.standard_normal(weights.shape)
    weights *= 0.8 / np.abs(np.linalg.eigvals(weights)).max()
    values = rng.standard_normal((n_frames + 50, REGIONS))
    for frame in range(1, len(values)):
        values[frame] += weights @ values[frame - 1]
    return TimeSeries(((values[50:] * factor).astype(np.float32),), 0.72, NAMES)


@pytest.fixture(scope="module")
def cohort():
    return {f"s{seed}": simulated(seed, 400) for seed in range(6)}


def others_of(cohort, subject):
    sums = PooledMoments(LAGS, NAMES, deal(cohort))
    for name, series in cohort.items():
        sums = sums.plus(name, split(series, 0.25)[0])
    return sums.without(subject)


def r2(forecaster, series):
    return forecast_skill(*forecaster.predict(series.runs)).r2


def test_it_beats_what_the_session_knows_and_what_the_others_know(cohort):
    """In a simulated cohort whose VARs differ a little, on frames that nothing saw."""
    ours, own, theirs = [], [], []
    for subject in cohort:
        series = simulated(int(subject[1:]), 400, own=0.1)
        training, test = split(series, 0.75)
        others = others_of(cohort, subject)
        ours.append(r2(hierarchical_var(training, others).forecaster, test))
        own.append(r2(lag_weighted_var(training, LAGS).forecaster, test))
        moments = lagged_moments(training.runs, LAGS, standardise=True)
        theirs.append(r2(moments.forecaster(cohort_coefficients(others)), test))
    assert np.mean(ours) > np.mean(own) + 0.01
    assert np.mean(ours) > np.mean(theirs) + 0.01


def test_the_cohorts_var_is_that_of_all_their_frames(cohort):
    coefficients = cohort_coefficients(others_of(cohort, "s0"), 3.0)
    by_hand = functools.reduce(
        lambda one, other: one.plus(other),
        [
            lagged_moments(split(series, 0.25)[0].runs, LAGS, standardise=True).standardised
            for name, series in cohort.items()
            if name != "s0"
        ],
    )
    weights = growing_penalty(LAGS)
    first = ridge_var_own_past_free(by_hand, 3.0, lag_weights=weights).coefficients
    of_sources = source_weights(first)
    expected = ridge_var_own_past_free(
        by_hand, 3.0, lag_weights=weights, source_weights=of_sources
    ).coefficients
    np.testing.assert_allclose(coefficients, expected, atol=1e-12)


def test_the_penalty_is_the_best_of_the_validation_frames(cohort):
    training, _ = split(cohort["s1"], 0.25)
    earlier, validation = split(training, 0.2)
    others = others_of(cohort, "s1")
    fit = functools.partial(
        ridge_var_own_past_free,
        lag_weights=growing_penalty(LAGS),
        prior=cohort_coefficients(others),
        source_weights=source_weights(cohort_coefficients(others)),
        own_share=OWN_SHARE,
    )
    moments = lagged_moments(earlier.runs, LAGS, standardise=True)
    best = max(HIERARCHICAL_ALPHAS, key=lambda alpha: r2(fit(moments, alpha), validation))
    fitted = hierarchical_var(training, others, validation_fraction=0.2)
    assert fitted.alpha == best
    refitted = fit(lagged_moments(training.runs, LAGS, standardise=True), best)
    assert np.array_equal(fitted.forecaster.coefficients, refitted.coefficients)


def test_a_shared_penalty_forecasts_best_on_average(cohort):
    scans = [(name, split(series, 0.25)[0]) for name, series in cohort.items()]
    pooled = PooledMoments.of(scans, LAGS, deal(cohort))
    found = []
    for name, training in scans:
        earlier, validation = split(training, 0.2)
        prior = cohort_coefficients(pooled.without(name))
        moments = lagged_moments(earlier.runs, LAGS, standardise=True)
        fit = shrunk_towards(prior, LAGS)
        found.append([r2(fit(moments, alpha), validation) for alpha in HIERARCHICAL_ALPHAS])
    best = HIERARCHICAL_ALPHAS[int(np.argmax(np.mean(found, axis=0)))]
    assert shared_penalty(scans, pooled, validation_fraction=0.2) == best
    own = {HIERARCHICAL_ALPHAS[int(np.argmax(each))] for each in found}
    assert len(own) > 1, "scans that choose alike wouldn't tell the mean from any of them"


def test_a_source_that_informs_others_twice_as_much_is_penalised_a_quarter():
    prior = np.random.default_rng(0).standard_normal((LAGS * 3, 3))
    own = np.repeat(np.eye(3, dtype=bool), LAGS, axis=0)
    prior[2 * LAGS :] = 2 * prior[:LAGS][:, [2, 1, 0]]  # what region 3 tells 1 as 1 tells 3
    weights = source_weights(prior)
    assert weights[0] / weights[2] == pytest.approx(4)
    assert np.prod(weights) == pytest.approx(1)
    assert np.array_equal(source_weights(np.where(own, 7.0, prior)), weights)


def test_sources_that_inform_nobody_keep_a_finite_weight(cohort):
    prior = cohort_coefficients(others_of(cohort, "s0"))
    prior[:LAGS] = 0
    weights = source_weights(prior)
    assert np.isfinite(weights).all()
    assert weights.argmax() == 0
    assert (source_weights(np.zeros_like(prior)) == 1).all()


def test_a_forecast_is_scaled_as_the_series_is(cohort):
    others = others_of(cohort, "s2")
    one, other = (
        hierarchical_var(simulated(2, 200, factor=factor), others) for factor in (1.0, 2.0**10)
    )
    assert one.alpha == other.alpha
    np.testing.assert_allclose(one.forecaster.coefficients, other.forecaster.coefficients)


def test_any_ridge_can_be_chosen_so(cohort):
    chosen = TrainingMoments.of(cohort["s0"], LAGS).chosen(ridge_var, alphas=(5.0,))
    moments = lagged_moments(cohort["s0"].runs, LAGS, standardise=True)
    assert np.array_equal(chosen.forecaster.coefficients, ridge_var(moments, 5.0).coefficients)


def test_bad_input_is_refused(cohort):
    others = others_of(cohort, "s0")
    fewer = TimeSeries((cohort["s0"].runs[0][:, :5],), 0.72, NAMES[:5])
    with pytest.raises(ParameterError, match="2 lags of 5 regions; got 2 lags of 12 regions"):
        hierarchical_var(fewer, others)
    short = TimeSeries((cohort["s0"].runs[0][:12],), 0.72, NAMES)
    with pytest.raises(
        SeriesError, match="2 windows of 3 frames, each within one run; they hold 0"
    ):
        hierarchical_var(short, others)
