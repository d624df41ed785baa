"""Values are divided by a power of ten and written with it."""

import numpy as np
import pytest

from attnconn_core.figures.powers import in_tens, scaled, times_power


@pytest.mark.parametrize(
    ("largest", "power", "tens"),
    [(0.03, -2, -3), (0.5, 0, -2), (7.0, 0, -1), (70.0, 0, 0), (700.0, 2, 1), (0.0, 0, -1)],
)
def test_the_largest_value_decides(largest: float, power: int, tens: int) -> None:
    values = np.array([-largest, largest / 3, np.nan])
    for function, expected in ((scaled, power), (in_tens, tens)):
        found, divided = function(values)
        assert found == expected
        np.testing.assert_allclose(divided * 10.0**expected, values)


def test_powers_are_written_with_raised_digits() -> None:
    assert [times_power(power) for power in (-12, 3, 0)] == ["× 10⁻¹²", "× 10³", ""]
