"""No method's connectivity depends on the units of the scan, nor on regions' own units."""

from functools import cache

import numpy as np
import pytest

from attnconn_core.connectivity import METHODS, choose_granger_order, geometric_mean
from attnconn_core.connectivity.peers.registry import available_peers
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig, fit
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import draw_network, simulate

# Without those of other installed packages, which this project can't answer for.
OURS = {**METHODS, **available_peers()}
SERIES = simulate(draw_network(5, 0), 160, 1)
SMALL = ForecasterConfig(
    input_window=2, hidden_dim=4, input_layers=1, prediction_layers=1, bottleneck_dim=3
)
TRAINING = TrainingConfig(epochs=3, batch_size=32, loss="standardised")
POWERS = (-9, -6, -3, 3, 6)

# Single precision and stochastic steps: an input's last bit reaches the fourth digit.
LOOSE = {"mindy": 2e-3}
# Ranks and thresholds: a value that rounding moves past another moves the figure by a step.
STEPS = {"patel_tau", "oriented_partial", "directed", "directed_cohort", "transfer_entropy"}


def changed(by, offset=0.0):
    """The same scan, in other units."""
    return TimeSeries(
        tuple((run.astype(np.float64) * by + offset).astype(np.float32) for run in SERIES.runs),
        SERIES.repetition_time,
        SERIES.regions,
    )


def estimated(method, series):
    """Estimate by a method, made ready from the series itself."""
    if method.needs.endswith("model"):
        forecaster = fit(SMALL, [series], TRAINING).forecaster
        estimator = method.make(forecaster=forecaster)
    elif method.name == "granger":
        order = choose_granger_order([series], max_lags=3, units="deviations")
        estimator = method.make(lags=order.lags, alpha=order.alpha)
    elif method.name == "tangent":
        halves = TimeSeries((series.runs[0][:80],), series.repetition_time, series.regions)
        estimator = method.make(reference=geometric_mean([series, halves]))
    else:
        estimator = method.make(**({"batches": 40} if method.name == "mindy" else {}))
    return estimator.estimate(series)


@cache
def before(name):
    """Return a method's matrix of the scan as it is."""
    return estimated(OURS[name], SERIES).values


def assert_alike(name, after, before):
    within = LOOSE.get(name, 1e-2 if name in STEPS else 1e-4)
    assert np.abs(after - before).max() <= within * np.abs(before).max(), (
        f"{name}: a matrix must not depend on the units of the scan or of its regions"
    )


@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("name", OURS)
def test_the_units_of_the_scan_do_not_matter(name, power):
    after = estimated(OURS[name], changed(10.0**power)).values
    assert_alike(name, after, before(name))


@pytest.mark.parametrize("name", OURS)
def test_the_units_and_levels_of_regions_do_not_matter(name):
    by = 10.0 ** np.array([-6.0, -2.0, 0.0, 3.0, 6.0])
    after = estimated(OURS[name], changed(by, by * np.array([0, 50, -20, 100, 3]))).values
    assert_alike(name, after, before(name))
