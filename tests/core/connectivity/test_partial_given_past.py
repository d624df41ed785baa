"""Partial correlation given the past, against statsmodels' residuals and pandas' shifts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.covariance import LedoitWolf
from statsmodels.tsa.api import VAR

from attnconn_core.connectivity import PartialGivenPast, ShrinkagePartial
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.timeseries import draw_network, simulate

OFF = ~np.eye(5, dtype=bool)


def normalised(precision):
    deviation = np.sqrt(precision.diagonal())
    return -precision / np.outer(deviation, deviation)


@pytest.mark.parametrize("lags", [1, 2])
def test_it_is_a_block_of_the_inverse_of_the_joint_covariance(noise, as_series, lags):
    table = pd.DataFrame(noise.astype(np.float64))
    joint = pd.concat([table.shift(lag) for lag in range(lags + 1)], axis=1).dropna()
    standard = (joint - joint.mean()) / joint.std(ddof=0)
    theirs = LedoitWolf(assume_centered=True).fit(standard.to_numpy())
    found = PartialGivenPast(lags).estimate(as_series(noise))
    expected = normalised(theirs.precision_[:5, :5])
    assert np.allclose(found.values[OFF], expected[OFF], atol=1e-8)
    assert found.metrics["shrinkage"] == pytest.approx(theirs.shrinkage_)
    assert (found.values.diagonal() == 1).all()
    assert np.array_equal(found.values, found.values.T)


def test_with_many_frames_it_is_the_partial_correlation_of_a_vars_residuals():
    series = simulate(draw_network(5, 1), 20_000, 2)
    left = VAR(series.values.astype(np.float64)).fit(1, trend="c").resid
    expected = normalised(np.linalg.inv(np.cov(left, rowvar=False)))
    found = PartialGivenPast().estimate(series).values
    assert np.abs(found - expected)[OFF].max() < 3e-3


def test_what_only_the_past_shares_is_taken_out():
    """Two regions that one drives a frame later: their innovations share nothing."""
    truth = np.diag([0.9, 0.3, 0.3])
    truth[1, 0], truth[2, 0] = 0.8, 0.8
    series = simulate(truth, 4000, 0, noise=0.0)
    plain, given = (
        e.estimate(series).values[2, 1] for e in (ShrinkagePartial(), PartialGivenPast())
    )
    assert plain > 0.2 > 0.06 > abs(given)


def test_what_cannot_be_used_is_refused(as_series):
    with pytest.raises(ParameterError, match="lags must be at least 1 frame; got 0"):
        PartialGivenPast(0)
    with pytest.raises(SeriesError, match="partial_given_past: every value must be finite"):
        PartialGivenPast().estimate(as_series(np.full((20, 3), np.nan)))
    with pytest.raises(SeriesError, match="2 lags needs at least 3 samples"):
        PartialGivenPast(2).estimate(as_series(np.random.default_rng(0).standard_normal((4, 2))))
