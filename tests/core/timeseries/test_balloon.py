"""The balloon model: at rest, and where its equations say that it comes to rest."""

import numpy as np
import pytest

from attnconn_core.timeseries.balloon import balloon


class Alike(np.random.Generator):
    """Draws no differences: every region has the published constants."""

    def standard_normal(self, size):
        return np.zeros(size)


ALIKE = Alike(np.random.PCG64(0))


def test_rest_stays_rest():
    assert np.abs(balloon(np.zeros((200, 3)), 0.1, np.random.default_rng(0))).max() < 1e-12


def test_steady_activity_ends_where_the_equations_balance():
    activity = 0.1
    seen = balloon(np.full((3000, 1), activity), 0.05, ALIKE)[-1, 0]
    flow = 1 + activity / 0.41
    volume = flow**0.32
    deoxy = volume * (1 - (1 - 0.34) ** (1 / flow)) / 0.34
    expected = 7 * 0.34 * (1 - deoxy) + 2 * (1 - deoxy / volume) + (2 * 0.34 - 0.2) * (1 - volume)
    assert seen == pytest.approx(expected, rel=1e-6)


def test_the_response_to_an_impulse_peaks_after_seconds_and_undershoots():
    states = np.zeros((400, 1))
    states[:5] = 1.0
    seen = balloon(states, 0.1, ALIKE)[:, 0]
    assert 2 < seen.argmax() * 0.1 < 6
    assert seen[60:].min() < -0.02 * seen.max()
