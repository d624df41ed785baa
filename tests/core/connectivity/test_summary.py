"""What a matrix comes to in a few numbers."""

import numpy as np
import pytest

from attnconn_core.connectivity import summarise
from attnconn_core.records import Connectivity


def of(values, directed=True):
    regions = tuple(f"r{number}" for number in range(len(values)))
    return summarise(Connectivity(np.asarray(values, float), regions, "granger", directed))


def test_the_diagonal_is_left_out():
    found = of([[9, 1, 2], [3, 9, 4], [5, 6, 9]])
    assert found["edge_mean"] == pytest.approx(3.5)
    assert found["edge_deviation"] == pytest.approx(np.std([1, 2, 3, 4, 5, 6]))


def test_asymmetry_goes_from_nothing_to_all():
    half = np.triu(np.random.default_rng(0).normal(size=(6, 6)), 1)
    assert of(half + half.T)["asymmetry"] == 0
    assert of(half - half.T)["asymmetry"] == pytest.approx(1)
    assert of(half)["asymmetry"] == pytest.approx(0.5)
    assert "asymmetry" not in of(half + half.T, directed=False)


def test_what_has_no_edge_has_no_summary():
    assert of([[1.0]]) == {}
    assert set(of(np.zeros((3, 3)))) == {"edge_mean", "edge_deviation"}
