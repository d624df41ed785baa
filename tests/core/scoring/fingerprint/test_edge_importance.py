import numpy as np
import pytest

from attnconn_core.scoring import edge_importance, fingerprint


@pytest.mark.parametrize("comparison", ["test_to_retest", "across_all_sessions"])
@pytest.mark.parametrize(("normalise", "name"), [("none", "raw"), ("edgewise", "z")])
def test_golden_importance_is_met(golden, comparison, normalise, name):
    with np.load(golden / "fingerprint_matrices.npz") as matrices:
        importance = edge_importance(
            matrices["test"],
            matrices["retest"],
            normalise=normalise,
            comparison=comparison,
            edges="all",
        )
    expected = np.load(golden / f"edge_importance_{comparison}_{name}.npy")
    np.testing.assert_allclose(importance, expected, atol=1e-8)


@pytest.mark.parametrize("comparison", ["test_to_retest", "across_all_sessions"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_importance_sums_to_the_gap_between_same_and_cross_scores(comparison, symmetric):
    test, retest = np.random.default_rng(0).normal(size=(2, 7, 5, 5))
    retest += test
    if symmetric:
        test, retest = test + test.transpose(0, 2, 1), retest + retest.transpose(0, 2, 1)
    importance = edge_importance(test, retest, comparison=comparison)
    score = fingerprint(test, retest, comparison=comparison, permutations=0)
    features = np.tril(importance, -1) if symmetric else importance
    assert features.sum() == pytest.approx(score.same_scores.mean() - score.cross_scores.mean())
    assert np.array_equal(importance.diagonal(), np.zeros(5))
    assert np.array_equal(importance, importance.T) is symmetric


def test_the_edge_that_tells_subjects_apart_stands_out():
    rng = np.random.default_rng(1)
    test, retest = rng.normal(size=(2, 30, 6, 6))
    retest[:, 4, 2] = test[:, 4, 2] = 3 * rng.normal(size=30)
    importance = edge_importance(test, retest)
    assert np.unravel_index(importance.argmax(), importance.shape) == (4, 2)


@pytest.mark.parametrize("normalise", ["none", "edgewise"])
def test_the_matrices_stay_as_they_are(normalise):
    matrices = np.random.default_rng(2).normal(size=(2, 6, 5, 5))
    before = matrices.copy()
    edge_importance(*matrices, normalise=normalise, edges="all")
    assert np.array_equal(matrices, before)
