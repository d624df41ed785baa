import numpy as np
import pytest

from attnconn_core.scoring.fingerprint.similarity import pearson, unit_rows


def test_unit_rows_have_mean_0_and_deviation_1():
    rows = unit_rows(np.random.default_rng(0).normal(5, 3, size=(4, 30)))
    np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(rows.std(axis=1), 1)


@pytest.mark.parametrize("edges", [40, 100, 230])
@pytest.mark.parametrize("scans", [3, 60])
def test_pearson_is_numpys_in_pieces_and_whole(scans, edges):
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(scans, edges)), rng.normal(size=(scans + 2, edges))
    expected = np.corrcoef(first, second)[:scans, scans:]
    np.testing.assert_allclose(pearson(first, second), expected, atol=1e-14)


def test_unit_rows_may_take_the_place_of_their_features():
    features = np.random.default_rng(2).normal(5, 3, size=(4, 30))
    expected = unit_rows(features)
    assert unit_rows(features, out=features) is features
    assert np.array_equal(features, expected)
