import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from attnconn_core.scoring import similarity
from attnconn_core.scoring.similarity import mutual_information, pearson, unit_rows


def test_unit_rows_have_mean_0_and_deviation_1():
    rows = unit_rows(np.random.default_rng(0).normal(5, 3, size=(4, 30)))
    np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(rows.std(axis=1), 1)


def test_pearson_is_numpys():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(3, 40)), rng.normal(size=(5, 40))
    np.testing.assert_allclose(
        pearson(first, second), np.corrcoef(first, second)[:3, 3:], atol=1e-14
    )


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    bins=st.integers(2, 12),
    integers=st.booleans(),
)
def test_mutual_information_is_that_of_numpys_histogram(seed, bins, integers):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(3, 50)), rng.normal(size=(2, 50))
    if integers:  # values that fall on the bins' borders
        first, second = np.round(first), np.round(2 * second)
    expected = [
        [
            mutual_info_score(None, None, contingency=np.histogram2d(one, other, bins)[0])
            for other in second
        ]
        for one in first
    ]
    np.testing.assert_allclose(mutual_information(first, second, bins), expected, atol=1e-12)


def test_one_edge_tells_nothing():
    np.testing.assert_allclose(mutual_information(np.ones((3, 1)), np.ones((2, 1)), 10), 0)


@pytest.mark.parametrize("block", [1, 2, 3])
def test_blocks_do_not_show(monkeypatch, block):
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(5, 60)), rng.normal(size=(4, 60))
    whole = mutual_information(first, second, 10)
    monkeypatch.setattr(similarity, "_BLOCK", block)
    np.testing.assert_allclose(mutual_information(first, second, 10), whole, atol=1e-14)
