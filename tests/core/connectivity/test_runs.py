"""Runs stay apart: neither their order nor the level of one of them changes a matrix."""

from functools import cache

import numpy as np
import pytest

from attnconn_core.connectivity import METHODS
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig, fit
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import draw_network, simulate

SERIES = simulate(draw_network(5, 0), 160, 1, runs=2)
SMALL = ForecasterConfig(
    input_window=2, hidden_dim=4, input_layers=1, prediction_layers=1, bottleneck_dim=3
)
MODELS = [name for name, method in METHODS.items() if method.needs.endswith("model")]

# Methods whose matrix depends on the order of the runs, and why that is right.
ON_ORDER = {
    "granger": "the last frames are the test part, which isn't fitted",
    "granger_own_past_free": "the last frames choose the penalty",
    "granger_own_past_free_validated": "the last frames judge the sources",
    "mindy": "its stochastic steps draw frames by their number",
    "directed": "its surrogates are drawn frame by frame",
    "directed_cohort": "as directed",
}
_INTERCEPT = "its regressions have one intercept for all runs, as published"
_TRAINED = "a trained model reads the series in the units and levels that it was trained on"
# Methods whose matrix depends on the level of a single run, and why.
ON_LEVEL = {
    "granger": _INTERCEPT,
    "granger_own_past_free": _INTERCEPT,
    "granger_own_past_free_validated": _INTERCEPT,
    "granger_log_ratio": _INTERCEPT,
    "lagged_correlation": _INTERCEPT,
    **dict.fromkeys(MODELS, _TRAINED),
}


def of_runs(*runs):
    return TimeSeries(runs, SERIES.repetition_time, SERIES.regions)


@cache
def forecaster():
    return fit(SMALL, [SERIES], TrainingConfig(epochs=2, batch_size=32)).forecaster


@cache
def estimator(name):
    """Return a method's estimator, made ready from the series with its runs in the given order."""
    settings = {
        **{model: {"forecaster": forecaster()} for model in MODELS if model == name},
        "granger": {"lags": 2, "alpha": 10.0},
        "tangent": {"reference": np.eye(SERIES.n_regions)},
        "mindy": {"batches": 40},
    }
    return METHODS[name].make(**settings.get(name, {}))


@cache
def before(name):
    return estimator(name).estimate(SERIES).values


def change(name, series):
    """Return the largest change of a value, relative to the largest value."""
    after = estimator(name).estimate(series).values
    return np.abs(after - before(name)).max() / np.abs(before(name)).max()


@pytest.mark.parametrize("name", METHODS)
def test_the_order_of_the_runs_does_not_matter(name):
    changed = change(name, of_runs(*SERIES.runs[::-1]))
    if name in ON_ORDER:
        assert changed > 1e-5, f"{name} no longer depends on the order of runs: unlist it"
    else:
        assert changed < 1e-5, f"{name}: no lag or estimate may cross from one run to the next"


@pytest.mark.parametrize("name", METHODS)
def test_the_level_of_a_run_does_not_matter(name):
    first, second = SERIES.runs
    changed = change(name, of_runs(first, second + np.float32([3, -2, 1, 0.5, -4])))
    if name in ON_LEVEL:
        assert changed > 1e-5, f"{name} no longer depends on the level of a run: unlist it"
    else:
        assert changed < 1e-5, (
            f"{name}: a constant added to one run comes from the scanner, and must not change the "
            "matrix"
        )
