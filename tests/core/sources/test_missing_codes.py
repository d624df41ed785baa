import numpy as np
import pandas as pd
import pytest

from attnconn_core.sources import far_values, missing_code

SCORES = [101.0, 95.0, 88.0, 110.0, 93.0, 120.0]


@pytest.mark.parametrize("code", [-999, -9, 9999, -77])
def test_a_code_far_from_the_others_is_named(code):
    told = missing_code(pd.Series([*SCORES, code, np.nan]))
    assert told.startswith(f"{code} in 1 rows, far from the others (88 to 120)")


def test_numbers_of_the_range_are_values():
    assert missing_code(pd.Series(SCORES)) == ""
    assert missing_code(pd.Series([-12.0, -9.0, -3.0, 5.0])) == ""
    assert missing_code(pd.Series([-999.0, -999.0])) == ""


@pytest.mark.parametrize(
    ("values", "far"),
    [
        ([3, 4, 2, 5, 4, 3, 99], [99]),
        ([987, 1012, 954, 1.234, 1008, 990], [1.234]),
        ([101, 95, 0, 110, 93, 120, 99, 104, 97], [0]),
        (SCORES, []),
        ([1, 1, 1, 1, 7], []),
        ([1, 2, 300], []),
    ],
)
def test_values_far_from_all_others(values, far):
    assert far_values(pd.Series(values)).tolist() == far
