"""Groups lie where the table says, and their names don't touch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnconn_core.errors import AtlasError
from attnconn_core.figures.blocks import blocks_of, spread
from attnconn_core.parcellation import RegionTable


def test_regions_of_one_group_lie_together() -> None:
    table = RegionTable(tuple("abcde"), ("X", "Y", "X", "Z", "Y"), None, "network")
    blocks = blocks_of(tuple("abcde"), table)
    assert blocks.order.tolist() == [0, 2, 1, 4, 3]
    assert blocks.names == ("X", "Y", "Z")
    assert blocks.borders == (1.5, 3.5)
    assert blocks.centres == (0.5, 2.5, 4.0)


@pytest.mark.parametrize("table", [None, RegionTable.ungrouped(("a", "b"))])
def test_without_groups_regions_stay_and_name_themselves(table: RegionTable | None) -> None:
    blocks = blocks_of(("a", "b"), table)
    assert blocks.order.tolist() == [0, 1]
    assert blocks.names == ("a", "b")
    assert blocks.borders == ()


def test_too_many_regions_to_name_have_no_names() -> None:
    blocks = blocks_of(tuple(f"r{number}" for number in range(100)), None)
    assert blocks.names == blocks.centres == ()


def test_a_table_of_other_regions_is_refused() -> None:
    with pytest.raises(AtlasError, match=r"2 regions drawn.*not in both: b, c"):
        blocks_of(("a", "b"), RegionTable.ungrouped(("a", "c")))
    with pytest.raises(AtlasError, match="in another order"):
        blocks_of(("a", "b"), RegionTable.ungrouped(("b", "a")))


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=12).map(sorted),
    st.floats(0.1, 20),
)
def test_names_are_spread_in_order_with_a_gap_within_bounds(
    places: list[float], gap: float
) -> None:
    moved = spread(np.array(places), gap, 0.0, 100.0)
    fitting = min(gap, 100 / max(len(places) - 1, 1))
    assert np.all(np.diff(moved) >= fitting - 1e-9)
    assert moved.min() >= -1e-9
    assert moved.max() <= 100 + 1e-9


def test_names_that_lie_apart_stay_where_they_are() -> None:
    places = np.array([1.0, 5.0, 9.0])
    np.testing.assert_allclose(spread(places, 2.0, 0.0, 10.0), places)


def test_two_names_on_one_place_move_alike() -> None:
    np.testing.assert_allclose(spread(np.array([5.0, 5.0]), 2.0, 0.0, 10.0), [4.0, 6.0])
