"""A small network with lagged links, and a wish for the libraries of the extra."""

import importlib.util

import numpy as np
import pytest

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import simulate

WANTED = "the extra isn't installed; make test-peers installs it and runs these"


@pytest.fixture
def tigramite() -> None:
    """Skip where tigramite isn't installed."""
    if importlib.util.find_spec("tigramite") is None:
        pytest.skip(f"needs tigramite: {WANTED}")


@pytest.fixture
def lingam() -> None:
    """Skip where lingam isn't installed."""
    if importlib.util.find_spec("lingam") is None:
        pytest.skip(f"needs lingam: {WANTED}")


@pytest.fixture(scope="session")
def chain() -> TimeSeries:
    """0 → 1 → 2, a frame per step, and 3 alone; two runs."""
    network = np.diag([0.4, 0.4, 0.4, 0.4])
    network[1, 0], network[2, 1] = 0.6, -0.5
    return simulate(network, 250, 0, runs=2, noise=0.0)


@pytest.fixture(scope="session")
def instant() -> TimeSeries:
    """0 → 1 → 2 within a frame, with Laplace noise; 3 alone."""
    rng = np.random.default_rng(1)
    values = rng.laplace(size=(600, 4))
    values[:, 1] += 0.8 * values[:, 0]
    values[:, 2] -= 0.8 * values[:, 1]
    return TimeSeries((values[:300], values[300:]), 1.0, tuple("abcd"))
