import numpy as np
import pytest
from sklearn.linear_model import Ridge
from statsmodels.tsa.ar_model import AutoReg

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.forecasting.linear import (
    choose_alpha,
    own_past,
    ridge_var,
    ridge_var_own_past_free,
)
from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.forecasting.skill import forecast_skill
from attnconn_core.timeseries import lagged_design

LAGS = 3


@pytest.fixture
def runs():
    """Two runs of a VAR in which a ring of regions drives the next, at unlike scales."""
    rng = np.random.default_rng(11)
    scale = np.array([1.0, 30.0, 0.2, 5.0])

    def run(n_frames):
        values = rng.standard_normal((n_frames, 4))
        for frame in range(2, n_frames):
            values[frame] += 0.5 * values[frame - 1] - 0.2 * values[frame - 2]
            values[frame] += 0.3 * np.roll(values[frame - 1], 1)
        return 1000 + values * scale

    return [run(200), run(150)]


def standardised(runs):
    stacked = np.concatenate(runs)
    return [(run - stacked.mean(axis=0)) / stacked.std(axis=0) for run in runs]


def test_pooled_scans_teach_what_happens_within_them(runs):
    """As scikit-learn has it once every scan has lost its own means."""
    first, second = runs
    second = second + 7000  # a scanner of another level
    moments = lagged_moments([first], LAGS).plus(lagged_moments([second], LAGS))
    within = [
        [part - part.mean(axis=0) for part in lagged_design([r], LAGS)] for r in (first, second)
    ]
    past, present = (np.concatenate(parts) for parts in zip(*within, strict=True))
    theirs = Ridge(5.0, fit_intercept=False, solver="svd").fit(past, present)
    assert np.abs(ridge_var(moments, 5.0).coefficients - theirs.coef_.T).max() < 1e-10
    levels, _ = lagged_design([first, second], LAGS)
    raw = np.concatenate([lagged_design([each], LAGS)[0] for each in (first, second)])
    np.testing.assert_allclose(moments.past_mean, raw.mean(axis=0), rtol=1e-12)
    assert moments.n_samples == len(levels)


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 1e4])
def test_ridge_var_is_sklearns(runs, alpha):
    ours = ridge_var(lagged_moments(runs, LAGS), alpha)
    theirs = Ridge(alpha, solver="svd").fit(*lagged_design(runs, LAGS))
    assert np.abs(ours.coefficients - theirs.coef_.T).max() < 1e-10
    observed, predicted = ours.predict(runs)
    past, present = lagged_design(runs, LAGS)
    assert np.array_equal(observed, present)
    assert np.abs(predicted - theirs.predict(past)).max() < 1e-8


def test_standardised_penalty_is_sklearns_on_standardised_series(runs):
    ours = ridge_var(lagged_moments(runs, LAGS, standardise=True), 50.0)
    scaled = standardised(runs)
    past, present = lagged_design(scaled, LAGS)
    theirs = Ridge(50.0).fit(past, present).predict(past)
    deviation, mean = np.concatenate(runs).std(axis=0), np.concatenate(runs).mean(axis=0)
    assert np.abs((ours.predict(runs)[1] - mean) / deviation - theirs).max() < 1e-9


def test_one_factorisation_serves_every_penalty(runs):
    moments = lagged_moments(runs, LAGS)
    ridge_var(moments, 1.0)
    first = moments.spectrum
    ridge_var(moments, 100.0)
    assert moments.spectrum is first


def test_own_past_is_the_autoregression_of_statsmodels(runs):
    ours = own_past(lagged_moments(runs[:1], LAGS))
    by_region = ours.coefficients.reshape(4, LAGS, 4)
    for region in range(4):
        theirs = AutoReg(runs[0][:, region], LAGS, trend="c").fit().params
        assert ours.intercept[region] == pytest.approx(theirs[0], rel=1e-8)
        assert np.abs(by_region[region, ::-1, region] - theirs[1:]).max() < 1e-10
        assert not by_region[np.arange(4) != region][:, :, region].any()


@pytest.mark.parametrize("alpha", [0.1, 30.0, 1e4])
def test_own_past_free_solves_its_own_equations(runs, alpha):
    moments = lagged_moments(runs, LAGS, standardise=True)
    ours = ridge_var_own_past_free(moments, alpha)
    past, present = lagged_design(standardised(runs), LAGS)
    past, present = past - past.mean(axis=0), present - present.mean(axis=0)
    deviation = np.concatenate(runs).std(axis=0)
    for region in range(4):
        penalty = np.full(4 * LAGS, alpha)
        penalty[region * LAGS : (region + 1) * LAGS] = 0
        plain = np.linalg.solve(past.T @ past + np.diag(penalty), past.T @ present[:, region])
        scaled = ours.coefficients[:, region] * np.repeat(deviation, LAGS) / deviation[region]
        assert np.abs(scaled - plain).max() < 1e-9


def test_own_past_free_goes_from_least_squares_to_own_past(runs):
    moments = lagged_moments(runs, LAGS, standardise=True)
    observed, autoregressive = own_past(moments).predict(runs)
    _, least_squares = ridge_var(moments, 1e-9).predict(runs)
    for alpha, limit in ((1e-9, least_squares), (1e9, autoregressive)):
        _, predicted = ridge_var_own_past_free(moments, alpha).predict(runs)
        assert np.abs((predicted - limit) / observed.std(axis=0)).max() < 1e-5


def test_an_exact_sinusoid_has_an_own_past(runs):
    runs[0][:, 0] = np.sin(np.arange(len(runs[0])) / 3)
    observed, predicted = own_past(lagged_moments(runs[:1], LAGS)).predict(runs[:1])
    assert np.abs(observed[:, 0] - predicted[:, 0]).max() < 1e-8


def test_no_sample_crosses_a_run(runs):
    step = [runs[0], runs[1] + 1e4]
    assert lagged_moments(step, LAGS).n_samples == 200 + 150 - 2 * LAGS
    observed, _ = ridge_var(lagged_moments(step, LAGS), 1.0).predict(step)
    assert len(observed) == 200 + 150 - 2 * LAGS


@pytest.mark.parametrize("fit", [ridge_var, ridge_var_own_past_free])
def test_the_penalty_is_chosen_on_the_validation_part(runs, fit):
    moments = lagged_moments(runs[:1], LAGS, standardise=True)
    alphas = (1e-2, 1.0, 1e2, 1e4)
    scores = [forecast_skill(*fit(moments, alpha).predict(runs[1:])).r2 for alpha in alphas]
    assert choose_alpha(fit, moments, runs[1:], alphas) == alphas[int(np.argmax(scores))]
    with pytest.raises(ParameterError, match="at least one"):
        choose_alpha(fit, moments, runs[1:], ())
    with pytest.raises(
        SeriesError, match=r"2 windows of 4 frames, each within one run; they hold 1 in 4 fra"
    ):
        choose_alpha(fit, moments, [runs[1][: LAGS + 1]], alphas)


@pytest.mark.parametrize("fit", [ridge_var, ridge_var_own_past_free])
@pytest.mark.parametrize("alpha", [0.0, -1.0, float("nan")])
def test_a_penalty_that_is_not_positive_is_refused(runs, fit, alpha):
    with pytest.raises(ParameterError, match=f"alpha must be a number above 0; got {alpha}"):
        fit(lagged_moments(runs, LAGS), alpha)


def test_bad_input_is_refused(runs):
    with pytest.raises(ParameterError, match="lags must be at least 1 frame; got 0"):
        lagged_moments(runs, 0)
    with pytest.raises(SeriesError, match="at least 501 frames; the longest has 200"):
        lagged_moments(runs, 500)
    constant = [run * [1, 1, 0, 1] for run in runs]
    with pytest.raises(SeriesError, match="region number 3"):
        lagged_moments(constant, LAGS, standardise=True)
    with pytest.raises(SeriesError, match="independent columns; 12 columns of 5 samples"):
        lagged_moments([runs[0][:8]], LAGS).inverse(0.0)
