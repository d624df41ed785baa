import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import zscore

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.edges.features import (
    column_scale,
    edge_features,
    edge_mask,
    is_symmetric,
    normalise_pairs,
    paired_features,
)


@given(n=st.integers(2, 12))
def test_the_mask_holds_what_it_says(n):
    assert edge_mask(n, True, "all").sum() == n * n
    directed, undirected = edge_mask(n, True), edge_mask(n, False)
    assert directed.sum() == n * (n - 1)
    # One half: each unordered pair once.
    assert not (undirected & undirected.T).any()
    assert np.array_equal(undirected | undirected.T, directed)


def test_features_run_target_by_target():
    matrix = np.arange(9.0).reshape(1, 3, 3)
    assert edge_features(matrix, True).tolist() == [[1, 2, 3, 5, 6, 7]]
    assert edge_features(matrix, False).tolist() == [[3, 6, 7]]
    assert edge_features(matrix, False, "all").tolist() == [list(range(9))]


def test_features_lead_back_to_the_matrix():
    matrices = np.random.default_rng(0).normal(size=(2, 5, 5)).astype(np.float32)
    mask = edge_mask(5, True)
    back = np.zeros((5, 5))
    back[mask] = edge_features(matrices, True)[1]
    assert np.array_equal(back, np.where(mask, matrices[1], 0))


def test_an_unknown_choice_of_edges_is_refused():
    with pytest.raises(ParameterError, match="edges must be one of"):
        edge_mask(3, True, "upper")


def test_symmetry_is_judged_to_float32_rounding():
    rng = np.random.default_rng(1)
    matrices = rng.normal(size=(3, 6, 6))
    assert not is_symmetric(matrices)
    symmetric = matrices + matrices.transpose(0, 2, 1)
    assert is_symmetric(symmetric)
    assert is_symmetric(symmetric * (1 + 1e-7 * rng.random(symmetric.shape)))
    symmetric[2, 0, 1] += 0.01
    assert not is_symmetric(symmetric)
    # Of the largest size, whatever its sign.
    symmetric[0, 1, 1] = -1e5
    assert is_symmetric(symmetric)


def test_column_scale_is_scipys_z_score_and_survives_constants():
    values = np.random.default_rng(2).normal(size=(7, 4))
    mean, std = column_scale(values)
    np.testing.assert_allclose((values - mean) / std, zscore(values, axis=0))
    assert column_scale(np.ones((3, 1)))[1].tolist() == [1.0]


def test_edgewise_scaling_is_by_session_or_over_all():
    rng = np.random.default_rng(3)
    test, retest = rng.normal(size=(6, 5)), rng.normal(3, 2, size=(6, 5))
    each = normalise_pairs(test, retest, "edgewise", "test_to_retest")
    np.testing.assert_allclose(each[1], zscore(retest, axis=0))
    together = np.concatenate(normalise_pairs(test, retest, "edgewise", "across_all_sessions"))
    np.testing.assert_allclose(together, zscore(np.concatenate([test, retest]), axis=0))
    untouched = normalise_pairs(test, retest, "none", "test_to_retest")
    assert np.array_equal(untouched, [test, retest])


@pytest.mark.parametrize("normalise", ["none", "edgewise"])
def test_normalised_features_are_the_callers_to_change(normalise):
    test, retest = np.random.default_rng(6).normal(size=(2, 4, 5))
    before = test.copy(), retest.copy()
    for features in normalise_pairs(test, retest, normalise, "test_to_retest"):
        features *= 2
    assert np.array_equal(before, [test, retest])


def test_one_half_is_taken_of_symmetric_matrices_only():
    rng = np.random.default_rng(4)
    test, retest = rng.normal(size=(2, 3, 5, 5))
    options = {"normalise": "none", "comparison": "test_to_retest", "edges": "off_diagonal"}
    assert paired_features(test, retest, **options, symmetric=None)[0].shape == (3, 20)
    test, retest = test + test.transpose(0, 2, 1), retest + retest.transpose(0, 2, 1)
    assert paired_features(test, retest, **options, symmetric=None)[0].shape == (3, 10)
    assert paired_features(test, retest, **options, symmetric=False)[0].shape == (3, 20)


def test_a_subject_without_any_difference_between_edges_is_named():
    test = np.random.default_rng(5).normal(size=(3, 4, 4))
    test[1] = 2.5
    with pytest.raises(ParameterError, match=r"those of test subject 1 are all 2\.5"):
        paired_features(
            test,
            test,
            normalise="none",
            comparison="test_to_retest",
            edges="all",
            symmetric=None,
        )


def test_subjects_whose_first_edges_are_alike_differ_later():
    test, retest = np.random.default_rng(7).normal(size=(2, 3, 4, 4))
    test[:, 0] = 1
    options = {"normalise": "none", "comparison": "test_to_retest", "edges": "all"}
    assert paired_features(test, retest, **options, symmetric=None)[0].shape == (3, 16)
