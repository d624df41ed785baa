import numpy as np
import pandas as pd
import pytest

from attnconn_core.sources import far_values, missing_code, values_as_codes

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


AGES = [22, 22, 24, 35, 24, 31, 32, 25]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([*AGES, 0], [0]),
        ([*AGES, 99], [99]),
        ([*AGES, 88, 99], [88, 99]),
        ([88.0, 80.1, 96.3, -1, 117.0, 101.6, 91.7, 88.2], [-1]),
        ([88.0, 80.1, 96.3, 0, 117.0, 101.6, 91.7, 88.2], [0]),
        ([12, 25, 3, 30, 0, 18, -1, 7], [-1]),
        ([1, 4, 3, 2, 5, 9, 2, 3], [9]),
        ([-1.2, 0.4, 2.0, -0.3, 1.1, -9], [-9]),
        ([0, 0, 1, 0, 4, 2, 99], [99]),
        # Values of the scale, of a skewed count, of a difference, of many people, of two groups.
        ([*AGES, 9], []),
        ([0, 10, 38, 34, 14, 11], []),
        ([0, 0, 1, 0, 4, 9, 2, 0], []),
        ([9, 8, 7, 8, 6, 9, 5], []),
        ([-1, 0, 2, 3, 1, 5, 4], []),
        ([-1, -4, 12, 20, 5, 9], []),
        ([0, 0, 0, 10, 12, 11, 10], []),
        ([0, 1, 1, 1, 1, 1], []),
        ([0, 20, 21, 22], []),
    ],
)
def test_values_that_are_written_as_codes_and_lie_apart(values, codes):
    assert values_as_codes(pd.Series(values)).tolist() == codes


@pytest.mark.parametrize("n", [8, 20, 60])
@pytest.mark.parametrize(
    "drawn",
    [
        lambda rng, n: rng.normal(100, 15, n).round(),
        lambda rng, n: rng.poisson(3, n),
        lambda rng, n: rng.negative_binomial(1, 0.1, n),
        lambda rng, n: rng.binomial(30, 0.5, n),
        lambda rng, n: rng.integers(1, 6, n),
        lambda rng, n: rng.lognormal(-2, 0.6, n).round(2),
    ],
    ids=["IQ", "count", "skewed count", "sum of items", "item", "motion"],
)
def test_ordinary_scores_hold_no_codes(drawn, n):
    held = [
        len(values_as_codes(pd.Series(drawn(np.random.default_rng(seed), n)))) > 0
        for seed in range(100)
    ]
    assert np.mean(held) <= 0.02
