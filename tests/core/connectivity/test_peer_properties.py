"""What every estimator of other groups' methods keeps to: units, order and repetition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnconn_core.connectivity import LaggedPartial, Mindy, PartialGivenPast, RegressionDCM
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import draw_network, simulate

SERIES = simulate(draw_network(4, 0), 120, 1)
EXACT = (RegressionDCM(), LaggedPartial(2), PartialGivenPast())
# Stochastic gradients in single precision: an input's last bit reaches the fifth digit.
ESTIMATORS = [*((each, 1e-4) for each in EXACT), (Mindy(batches=40), 1e-3)]


def changed(scale, offset=0.0):
    return TimeSeries(
        tuple(scale * (run.astype(np.float64) + offset) for run in SERIES.runs),
        SERIES.repetition_time,
        SERIES.regions,
    )


@pytest.mark.parametrize(("estimator", "tolerance"), ESTIMATORS, ids=str)
@given(power=st.integers(-9, 6), offset=st.sampled_from([0.0, 100.0]))
@settings(max_examples=12, deadline=None)
def test_the_scanners_units_do_not_matter(estimator, tolerance, power, offset):
    before = estimator.estimate(SERIES).values
    after = estimator.estimate(changed(10.0**power, offset)).values
    assert np.abs(after - before).max() <= tolerance * np.abs(before).max()


@pytest.mark.parametrize(("estimator", "tolerance"), ESTIMATORS[:3], ids=str)
def test_the_order_of_regions_does_not_matter(estimator, tolerance):
    order = [2, 0, 3, 1]
    turned = TimeSeries(
        tuple(run[:, order] for run in SERIES.runs),
        SERIES.repetition_time,
        tuple(SERIES.regions[each] for each in order),
    )
    before, after = (estimator.estimate(each).values for each in (SERIES, turned))
    assert np.allclose(after, before[np.ix_(order, order)], atol=1e-9)


@pytest.mark.parametrize(("estimator", "tolerance"), ESTIMATORS, ids=str)
def test_the_same_series_gives_the_same_bytes(estimator, tolerance):
    first, second = (estimator.estimate(SERIES) for _ in range(2))
    assert first.values.tobytes() == second.values.tobytes()
    assert first.metrics == second.metrics
