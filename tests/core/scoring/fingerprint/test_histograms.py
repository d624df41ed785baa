import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score

from attnconn_core.scoring.fingerprint import histograms
from attnconn_core.scoring.fingerprint.histograms import (
    BinnedScans,
    _histograms,
    _products,
    informations,
)


def mutual_information(first, second, bins):
    return informations(BinnedScans(first, bins), BinnedScans(second, bins))


def rows(seed, integers, scans=3, edges=50):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(scans, edges)), rng.normal(size=(scans - 1, edges))
    # Integers fall on the bins' borders.
    return (np.round(values[0]), np.round(2 * values[1])) if integers else values


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), bins=st.integers(2, 12), integers=st.booleans())
def test_counts_are_exactly_those_of_numpys_histogram(seed, bins, integers):
    first, second = rows(seed, integers)
    reached = _products(BinnedScans(first, bins).block(0), BinnedScans(second, bins).block(0))
    joint, own, others = _histograms(reached, bins)
    for i, one in enumerate(first):
        assert np.array_equal(own[:, i], np.histogram(one, bins)[0])
        for j, other in enumerate(second):
            assert np.array_equal(joint[:, i, :, j], np.histogram2d(one, other, bins)[0])
            assert np.array_equal(others[:, j], np.histogram(other, bins)[0])


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6), bins=st.integers(2, 12), integers=st.booleans())
def test_mutual_information_is_scikit_learns_of_numpys_histogram(seed, bins, integers):
    first, second = rows(seed, integers)
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
def test_neither_blocks_nor_forgetting_them_shows(monkeypatch, block):
    first, second = rows(2, integers=False, scans=7, edges=60)
    whole = mutual_information(first, second, 10)
    monkeypatch.setattr(histograms, "_BLOCK", block)
    np.testing.assert_allclose(mutual_information(first, second, 10), whole, atol=1e-14)
    monkeypatch.setattr(histograms, "_KEPT", 1)
    np.testing.assert_allclose(mutual_information(first, second, 10), whole, atol=1e-14)


@pytest.mark.parametrize("block", [2, 3, 23])
def test_of_scans_with_themselves_half_is_enough(monkeypatch, block):
    monkeypatch.setattr(histograms, "_BLOCK", block)
    first, _ = rows(3, integers=False, scans=7)
    scans = BinnedScans(first, 10)
    found = informations(scans, scans)
    np.testing.assert_allclose(found, mutual_information(first, first, 10), atol=1e-14)
    np.testing.assert_allclose(found, found.T, atol=1e-14)
