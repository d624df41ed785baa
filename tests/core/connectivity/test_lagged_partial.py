"""Lagged partial correlation, against statsmodels, inverses pair by pair and the null."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import kstest
from sklearn.covariance import ledoit_wolf
from statsmodels.tsa.api import VAR

from attnconn_core.connectivity import LaggedPartial, Partial
from attnconn_core.connectivity.partial import partial_correlation
from attnconn_core.connectivity.with_past import with_past
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.timeseries import simulate

OFF = ~np.eye(5, dtype=bool)


@pytest.mark.parametrize("lags", [1, 2])
def test_the_test_is_that_of_a_vars_coefficients(noise, as_series, lags):
    found = LaggedPartial(lags).test(as_series(noise))
    fitted = VAR(noise.astype(np.float64)).fit(lags, trend="c")
    assert found.lags == tuple(range(lags + 1))
    for lag in range(1, lags + 1):
        rows = slice(1 + 5 * (lag - 1), 1 + 5 * lag)
        t = np.asarray(fitted.tvalues)[rows].T  # [target, source]
        df = len(noise) - lags - 5 * lags - 1
        assert np.allclose(found.partial[lag], t / np.sqrt(t**2 + df), atol=1e-8)
        past = np.hstack([noise[lags - k : len(noise) - k] for k in range(1, lags + 1)])
        full = sm.OLS(noise[lags:, 3].astype(float), sm.add_constant(past.astype(float))).fit()
        assert np.allclose(found.p[lag, 3], full.pvalues[rows], rtol=1e-6)


def test_lag_0_is_the_correlation_of_what_the_past_leaves(noise, as_series):
    found = LaggedPartial(2).test(as_series(noise))
    left = VAR(noise.astype(np.float64)).fit(2, trend="c").resid
    expected = np.corrcoef(left, rowvar=False)
    assert np.allclose(found.partial[0][OFF], expected[OFF], atol=1e-8)
    assert not found.partial[0].diagonal().any()
    assert (found.p[0].diagonal() == 1).all()


@pytest.mark.parametrize("lags", [1, 3])
def test_every_pair_equals_an_inverse_of_its_own(noise, as_series, lags):
    series = as_series(noise[:40])
    covariance, shrinkage = ledoit_wolf(with_past(series, lags), assume_centered=True)
    found = LaggedPartial(lags).estimate(series)
    assert found.metrics["shrinkage"] == pytest.approx(shrinkage)
    for target in range(5):
        kept = np.r_[target, 5 : 5 * (lags + 1)]
        alone = partial_correlation(np.linalg.inv(covariance[np.ix_(kept, kept)]))[0, 1:]
        by_lag = alone.reshape(lags, 5)
        expected = np.take_along_axis(by_lag, np.abs(by_lag).argmax(axis=0)[None], axis=0)[0]
        assert np.allclose(found.values[target], expected, atol=1e-10)


def test_p_values_are_uniform_where_nothing_goes_with_anything(as_series):
    rng = np.random.default_rng(0)
    found = [
        LaggedPartial(1).test(as_series(rng.standard_normal((60, 3)))).p[:, 1, 0]
        for _ in range(300)
    ]
    for lag in (0, 1):
        assert kstest([p[lag] for p in found], "uniform").pvalue > 0.01


def test_memory_alone_makes_no_links(as_series):
    """Autocorrelated regions that share nothing: the own past is among the conditions."""
    rng = np.random.default_rng(1)
    false = 0
    for _ in range(60):
        values = rng.standard_normal((150, 4))
        for frame in range(1, 150):
            values[frame] += 0.8 * values[frame - 1]
        false += (
            LaggedPartial(1).test(as_series(values)).p[1][~np.eye(4, dtype=bool)] < 0.05
        ).sum()
    assert 0.02 < false / (60 * 12) < 0.09


def test_the_source_is_the_column_and_no_run_meets_the_next():
    truth = np.diag([0.3, 0.3, 0.3])
    truth[1, 0] = 0.7
    series = simulate(truth, 300, 0, noise=0.0, runs=2)
    values = LaggedPartial().estimate(series).values
    assert values[1, 0] > 3 * abs(values[0, 1])
    turned = type(series)(series.runs[::-1], series.repetition_time, series.regions)
    assert np.allclose(values, LaggedPartial().estimate(turned).values)
    # A run is centred on its own mean: steps in level between runs are no signal.
    stepped = type(series)((series.runs[0], series.runs[1] + 50), 0.72, series.regions)
    assert np.allclose(values, LaggedPartial().estimate(stepped).values, atol=1e-4)


def test_a_common_cause_in_the_past_is_held():
    truth = np.diag([0.5, 0.5, 0.5])
    truth[1, 0], truth[2, 1] = 0.6, 0.6  # 0 → 1 → 2
    values = LaggedPartial().estimate(simulate(truth, 2000, 0, noise=0.0)).values
    assert abs(values[2, 0]) < 0.06 < 0.4 < values[1, 0]


def test_too_few_frames_are_refused_or_shrunk(as_series):
    rng = np.random.default_rng(2)
    short = as_series(rng.standard_normal((12, 8)))
    assert LaggedPartial().estimate(short).metrics["shrinkage"] > 0.5
    with pytest.raises(SeriesError, match="needs at least 13 samples; got 11"):
        LaggedPartial().test(as_series(rng.standard_normal((12, 10))))
    with pytest.raises(
        SeriesError, match=r"needs at least 3 samples; got 1, from runs of 3 .*n frames gives n − 2"
    ):
        LaggedPartial().estimate(as_series(rng.standard_normal((3, 2))))
    with pytest.raises(ParameterError, match="lags must be at least 1 frame; got 0"):
        LaggedPartial(0)


def test_a_region_that_moves_at_the_border_alone_is_named(as_series):
    values = np.random.default_rng(3).standard_normal((20, 3))
    values[:, 1] = 0.1
    values[-1, 1] = 5.0
    with pytest.raises(SeriesError, match=r"must change within a run, .*; region 1 doesn't"):
        LaggedPartial().estimate(as_series(values))


def test_it_is_not_the_partial_correlation_of_the_present(noise, as_series):
    series = as_series(noise)
    lagged, present = (each.estimate(series).values for each in (LaggedPartial(), Partial()))
    assert np.abs(lagged - present)[OFF].max() > 0.1
