"""Estimators that look back, against NumPy, statsmodels and regressions fitted one by one."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import ndtri
from scipy.stats import rankdata
from statsmodels.tsa.api import VAR

from attnconn_core.connectivity import (
    GrangerLogRatio,
    GrangerOwnPastFree,
    LaggedCorrelation,
    TransferEntropy,
)
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.timeseries import draw_network, lagged_design, simulate

TOLERANCE = 1e-8
OFF = ~np.eye(5, dtype=bool)


def columns(region, lags):
    return slice(region * lags, (region + 1) * lags)


@pytest.mark.parametrize("lags", [1, 3])
def test_lagged_correlation_equals_numpys(noise, as_series, lags):
    values = noise.astype(np.float64)
    found = LaggedCorrelation(lags).estimate(as_series(noise)).values
    for target in range(5):
        for source in range(5):
            by_lag = [
                np.corrcoef(values[lags:, target], values[lags - k : len(values) - k, source])[0, 1]
                for k in range(1, lags + 1)
            ]
            expected = max(by_lag, key=abs)
            assert found[target, source] == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("lags", [1, 2])
def test_granger_f_equals_statsmodels(noise, as_series, lags):
    values = noise.astype(np.float64)
    found = GrangerLogRatio(lags).test(as_series(noise))
    fitted = VAR(values).fit(lags, trend="c")
    past, present = lagged_design([values], lags)
    for target, source in np.argwhere(OFF):
        theirs = fitted.test_causality(int(target), int(source), kind="f")
        assert found.f[target, source] == pytest.approx(theirs.test_statistic, rel=TOLERANCE)
        # VAR counts the degrees of freedom of all equations; OLS those of this one.
        full = sm.OLS(present[:, target], sm.add_constant(past)).fit()
        without = np.delete(past, np.r_[columns(source, lags)], axis=1)
        less = sm.OLS(present[:, target], sm.add_constant(without)).fit()
        f, p, df = full.compare_f_test(less)
        assert found.f[target, source] == pytest.approx(f, rel=TOLERANCE)
        assert found.p[target, source] == pytest.approx(p, rel=1e-6, abs=1e-300)
        assert found.df == (df, full.df_resid)
        expected = np.log(less.ssr / full.ssr)
        assert found.log_ratio[target, source] == pytest.approx(expected, abs=TOLERANCE)


def test_granger_f_is_uniform_where_nothing_drives_anything(as_series):
    from scipy.stats import kstest

    rng = np.random.default_rng(3)
    p = [
        GrangerLogRatio(1).test(as_series(rng.standard_normal((60, 3)))).p[1, 0] for _ in range(200)
    ]
    assert kstest(p, "uniform").pvalue > 0.01


def ridge(past, present, alpha, own):
    past, present = past - past.mean(axis=0), present - present.mean(axis=0)
    penalty = np.full(past.shape[1], alpha)
    penalty[own] = 0
    return np.linalg.solve(past.T @ past + np.diag(penalty), past.T @ present)


@pytest.mark.parametrize("judged_on", ["training", "validation"])
@pytest.mark.parametrize("lags", [1, 2])
def test_own_past_free_equals_fits_one_by_one(noise, as_series, judged_on, lags):
    alpha = 30.0
    values = noise.astype(np.float64)
    fitted = values if judged_on == "training" else values[:240]
    judged = values if judged_on == "training" else values[240:]
    scale = fitted.std(axis=0)
    past, present = lagged_design([fitted / scale], lags)
    past_j, present_j = lagged_design([judged / scale], lags)

    def r2(target, kept):
        own = np.isin(kept, np.r_[columns(target, lags)])
        b = ridge(past[:, kept], present[:, target], alpha, own)
        predicted = (past_j[:, kept] - past[:, kept].mean(axis=0)) @ b + present[:, target].mean()
        seen = present_j[:, target]
        return 1 - ((seen - predicted) ** 2).sum() / ((seen - seen.mean()) ** 2).sum()

    everything = np.arange(5 * lags)
    expected = np.array(
        [
            [
                r2(target, everything)
                - r2(target, np.delete(everything, np.r_[columns(source, lags)]))
                for source in range(5)
            ]
            for target in range(5)
        ]
    )
    estimator = GrangerOwnPastFree(lags, alpha, judged_on)
    found = estimator.estimate(as_series(noise)).values
    assert np.abs(found - np.maximum(expected, 0)).max() <= TOLERANCE
    assert found.max() > 0.01


def test_alpha_is_chosen_where_none_is_given(noise, as_series):
    found = GrangerOwnPastFree().estimate(as_series(noise))
    given = GrangerOwnPastFree(alpha=found.metrics["alpha"]).estimate(as_series(noise))
    assert np.array_equal(found.values, given.values)


def normal_scores(values):
    return ndtri(rankdata(values, axis=0) / (len(values) + 1))


@pytest.mark.parametrize("lags", [1, 2])
def test_transfer_entropy_is_half_the_log_ratio_of_normal_scores(noise, as_series, lags):
    # Barnett, Barrett & Seth 2009.
    past, present = lagged_design([normal_scores(noise)], lags)
    found = TransferEntropy(lags).estimate(as_series(noise)).values
    for target, source in np.argwhere(OFF):
        own = past[:, columns(target, lags)]
        both = np.hstack([own, past[:, columns(source, lags)]])
        errors = [sm.OLS(present[:, target], sm.add_constant(x)).fit().ssr for x in (own, both)]
        expected = 0.5 * np.log(errors[0] / errors[1])
        assert found[target, source] == pytest.approx(expected, abs=TOLERANCE)
    assert (found.diagonal() == 0).all()


def test_transfer_entropy_looks_at_ranks_only(noise, as_series):
    bent = np.exp(noise / 3).astype(np.float32)
    entropies = [TransferEntropy().estimate(as_series(each)).values for each in (noise, bent)]
    assert np.allclose(*entropies)


LAGGED = (LaggedCorrelation(), GrangerLogRatio(), GrangerOwnPastFree(), TransferEntropy())


@pytest.mark.parametrize("estimator", LAGGED, ids=lambda each: each.method)
def test_the_source_is_the_column(estimator):
    truth = np.diag([0.3, 0.3, 0.3])
    truth[1, 0] = 0.7
    values = estimator.estimate(simulate(truth, 600, 0, noise=0.0)).values
    assert abs(values[1, 0]) > 3 * abs(values[0, 1])
    assert abs(values[1, 0]) > 3 * abs(values[2, 1])


@pytest.mark.parametrize("estimator", LAGGED, ids=lambda each: each.method)
def test_nothing_crosses_from_run_to_run(estimator):
    series = simulate(draw_network(4, 0), 150, 1, runs=2)
    turned = type(series)(series.runs[::-1], series.repetition_time, series.regions)
    if isinstance(estimator, GrangerOwnPastFree):
        estimator = GrangerOwnPastFree(alpha=10.0)  # the last frames choose it: order counts
    found = [estimator.estimate(each).values for each in (series, turned)]
    assert np.allclose(*found)


@pytest.mark.parametrize("estimator", [LaggedCorrelation, GrangerLogRatio, TransferEntropy])
def test_at_least_one_lag(estimator):
    with pytest.raises(ParameterError, match="lags must be at least 1 frame; got 0"):
        estimator(0)


def test_too_short_a_series_is_refused(as_series):
    short = as_series(np.random.default_rng(0).standard_normal((7, 5)))
    with pytest.raises(SeriesError, match="more than 6 samples; got 6"):
        GrangerLogRatio(1).estimate(short)


@pytest.mark.parametrize(
    "wrong", [{"lags": 0}, {"alpha": 0.0}, {"judged_on": "test"}, {"validation_fraction": 1.0}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        GrangerOwnPastFree(**wrong)
