"""Every value is drawn where it is, or counted where it can't be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnconn_core.figures.method_styles import Look
from attnconn_core.figures.rows import floor_note, floor_of, points
from attnconn_core.figures.style import canvas

LOOK = Look("#000000", "o")


def test_points_lie_at_their_values_within_their_row() -> None:
    axes = canvas(2.0).subplots()
    values = np.array([0.3, np.nan, 0.1, 0.1])
    points(axes, values, 2.0, LOOK, height=0.2)
    drawn = axes.collections[0].get_offsets()
    assert drawn[:, 0].tolist() == [0.1, 0.1, 0.3]
    assert np.abs(drawn[:, 1] - 2.0).max() <= 0.2
    assert drawn[0, 1] != drawn[1, 1]


def test_points_below_the_floor_are_arrowheads_on_it() -> None:
    axes = canvas(2.0).subplots()
    points(axes, np.array([-9.0, 0.2]), 0.0, LOOK, floor=-1.0)
    inside, below = axes.collections
    assert inside.get_offsets()[:, 0].tolist() == [0.2]
    assert below.get_offsets()[:, 0].tolist() == [-1.0]


def test_one_failure_is_cut_off_and_a_spread_is_not() -> None:
    values = np.array([0.4, 0.42, 0.45, 0.5, 0.47])
    assert floor_of(values) == -np.inf
    floor = floor_of(np.append(values, -30.0))
    assert -1 < floor < 0.4
    assert floor_note(np.append(values, -30.0), floor) == f"; 1 below {floor:g}, drawn there"
    assert floor_note(values, floor_of(values)) == ""
    assert floor_of(np.array([-5.0, np.nan])) == -np.inf


@given(st.lists(st.floats(-100, 1), min_size=4, max_size=30))
def test_the_floor_keeps_three_quarters_of_the_values(values: list[float]) -> None:
    kept = np.array(values) >= floor_of(np.array(values))
    assert kept.mean() >= 0.7


@pytest.mark.parametrize("values", [np.array([]), np.array([np.nan])])
def test_no_value_is_no_point(values: np.ndarray) -> None:
    axes = canvas(2.0).subplots()
    points(axes, values, 0.0, LOOK)
    assert len(axes.collections[0].get_offsets()) == 0
