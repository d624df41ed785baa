import json
from itertools import permutations as permutations_of

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, mannwhitneyu

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import fingerprint
from attnconn_core.scoring.fingerprint.fingerprint import (
    _auc,
    _permutation_p,
    _ranks,
    least_p,
    only_best,
)

SMALL = {"permutations": 0}


def cohort(seed, subjects=8, regions=6, noise=1.0):
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(subjects, regions, regions))
    return tuple(own + noise * rng.normal(size=own.shape) for _ in range(2))


@pytest.mark.parametrize("case", range(8))
def test_every_golden_case_is_met(golden, case):
    expected = json.loads((golden / "golden.json").read_text())["fingerprint"]["cases"][case]
    with np.load(golden / "fingerprint_matrices.npz") as matrices:
        score = fingerprint(
            matrices["test"],
            matrices["retest"],
            similarity=expected["similarity"],
            normalise="edgewise" if expected["z_normalize"] else "none",
            comparison=expected["comparison_mode"],
            edges="all",
            **SMALL,
        )
    assert score.accuracy_strict == expected["identification_accuracy"]
    assert score.cohens_d == pytest.approx(expected["cohens_d"], abs=1e-8)
    np.testing.assert_allclose(score.same_scores, expected["same_subject_scores"], atol=1e-8)
    assert score.cross_scores.size == expected["n_cross"]
    assert score.cross_scores.mean() == pytest.approx(expected["cross_mean"], abs=1e-8)
    assert score.cross_scores.std() == pytest.approx(expected["cross_std_ddof0"], abs=1e-8)


def test_a_matrix_of_known_similarities_by_hand():
    # The similarity of test 0 to its own retest is beaten in the row, of 1 in the column.
    test, retest = cohort(0, subjects=3)
    score = fingerprint(test, retest, **SMALL)
    s = score.similarity_matrix
    rows = [s[i, i] > max(s[i, j] for j in range(3) if j != i) for i in range(3)]
    columns = [s[i, i] > max(s[j, i] for j in range(3) if j != i) for i in range(3)]
    assert score.accuracy_test_to_retest == pytest.approx(np.mean(rows))
    assert score.accuracy_retest_to_test == pytest.approx(np.mean(columns))
    assert score.accuracy_strict == pytest.approx(np.mean(np.logical_and(rows, columns)))
    off = s[~np.eye(3, dtype=bool)]
    assert score.i_diff == pytest.approx(100 * (np.trace(s) / 3 - off.mean()))
    assert score.margin[1] == pytest.approx(s[1, 1] - max(s[1, 0], s[1, 2], s[0, 1], s[2, 1]))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_swapping_the_sessions_swaps_the_directions_only(seed):
    test, retest = cohort(seed, noise=3.0)
    there, back = fingerprint(test, retest, **SMALL), fingerprint(retest, test, **SMALL)
    assert there.accuracy_test_to_retest == back.accuracy_retest_to_test
    assert there.accuracy_retest_to_test == back.accuracy_test_to_retest
    for name in ("accuracy_strict", "cohens_d", "i_diff", "mean_rank", "auc"):
        assert getattr(there, name) == pytest.approx(getattr(back, name))


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_subjects_does_not_matter(seed):
    test, retest = cohort(seed, noise=2.0)
    order = np.random.default_rng(seed).permutation(len(test))
    before, after = fingerprint(test, retest, **SMALL), fingerprint(test[order], retest[order])
    assert before.accuracy_strict == after.accuracy_strict
    np.testing.assert_allclose(before.margin[order], after.margin, atol=1e-12)


@pytest.mark.parametrize("similarity", ["pearson", "mutual_info"])
@pytest.mark.parametrize("normalise", ["none", "edgewise"])
@pytest.mark.parametrize("comparison", ["test_to_retest", "across_all_sessions"])
@pytest.mark.parametrize("pools", [None, np.repeat([0, 1], 4)])
def test_the_matrices_stay_as_they_are(similarity, normalise, comparison, pools):
    matrices = cohort(2)
    before = [each.copy() for each in matrices]
    options = {"similarity": similarity, "normalise": normalise, "comparison": comparison}
    fingerprint(*matrices, **options, pools=pools, edges="all", **SMALL)
    assert np.array_equal(matrices, before)


@pytest.mark.parametrize("seed", range(3))
def test_a_tie_counts_half_in_the_auc(seed):
    same, cross = (np.random.default_rng(seed).integers(0, 5, size=n) / 4 for n in (6, 30))
    expected = mannwhitneyu(same, cross).statistic / (len(same) * len(cross))
    assert _auc(same, cross) == pytest.approx(expected)


def test_no_pairing_proves_nothing():
    assert np.isnan(fingerprint(*cohort(4, noise=0.1), **SMALL).p_value)


def test_the_auc_is_that_of_mann_and_whitney():
    score = fingerprint(*cohort(1, noise=2.0), **SMALL)
    statistic = mannwhitneyu(score.same_scores, score.cross_scores.ravel()).statistic
    assert score.auc == pytest.approx(statistic / (8 * score.cross_scores.size))


def test_identical_scans_are_found_and_ranked_first():
    test, _ = cohort(2)
    score = fingerprint(test, test.copy(), **SMALL)
    assert score.accuracy_strict == score.accuracy_test_to_retest == score.auc == 1.0
    assert score.mean_rank == 1.0
    assert (score.margin > 0).all()


def test_a_tie_is_a_miss_and_half_a_place():
    scores = np.array([[3.0, 3.0, 1.0], [0.0, 2.0, 1.0], [5.0, 0.0, 4.0]])
    assert only_best(scores).tolist() == [-1, 1, 0]
    assert _ranks(scores).tolist() == [1.5, 1.0, 2.0]


def test_the_diagonal_counts_only_if_asked():
    test, retest = cohort(4)
    changed = test + 50 * np.eye(6) * np.arange(8)[:, None, None]
    same = fingerprint(test, retest, **SMALL).similarity_matrix
    assert np.array_equal(fingerprint(changed, retest, **SMALL).similarity_matrix, same)
    whole = fingerprint(changed, retest, edges="all", **SMALL).similarity_matrix
    assert not np.allclose(whole, same)


def test_one_half_of_symmetric_matrices_scores_as_both():
    test, retest = (each + each.transpose(0, 2, 1) for each in cohort(5))
    half = fingerprint(test, retest, **SMALL)
    both = fingerprint(test, retest, symmetric=False, **SMALL)
    np.testing.assert_allclose(half.similarity_matrix, both.similarity_matrix, atol=1e-12)


def test_the_p_value_is_what_shuffled_retests_give():
    test, retest = cohort(6, noise=2.5)

    def standing(score):
        hits = score.accuracy_test_to_retest + score.accuracy_retest_to_test
        return round(8 * hits), round(score.same_scores.mean(), 9)

    observed = fingerprint(test, retest, permutations=60, seed=1)
    rng, reached = np.random.default_rng(1), 0
    for order in rng.permuted(np.tile(np.arange(8), (60, 1)), axis=1):
        reached += standing(fingerprint(test, retest[order], **SMALL)) >= standing(observed)
    assert observed.p_value == pytest.approx((1 + reached) / 61)
    assert fingerprint(*cohort(7), permutations=99).p_value == pytest.approx(0.01)


def test_the_p_value_is_exact_where_every_pairing_can_be_tried():
    test, retest = (scans[:7] for scans in cohort(6, noise=2.5))
    pools = np.array([0, 1, 0, 1, 1, 0, 1])

    def standing(score):
        hits = score.accuracy_test_to_retest + score.accuracy_retest_to_test
        return round(7 * hits), round(score.same_scores.mean(), 9)

    def scored(order, permutations=0):
        options = {"normalise": "none", "pools": pools, "permutations": permutations}
        return fingerprint(test, retest[list(order)], **options)

    themselves = range(7)
    within = [
        order
        for order in permutations_of(themselves)
        if all(pools[one] == pools[other] for one, other in zip(themselves, order, strict=True))
    ]
    assert len(within) == 6 * 24
    observed = scored(themselves)
    reached = sum(standing(scored(order)) >= standing(observed) for order in within)
    for permutations in (144, 1000):
        exact = scored(themselves, permutations)
        assert exact.p_value == pytest.approx(reached / 144)
        assert least_p(pools, permutations) == pytest.approx(1 / 144)
    assert least_p(pools, 99) == 0.01


@pytest.mark.parametrize("similarity", ["pearson", "mutual_info"])
def test_the_p_value_is_uniform_where_nothing_is_there(similarity):
    p = []
    for seed in range(200):
        test, retest = np.random.default_rng(seed).normal(size=(2, 8, 5, 5))
        options = {"similarity": similarity, "permutations": 199, "seed": seed}
        p.append(fingerprint(test, retest, **options).p_value)
    assert kstest(p, "uniform").pvalue > 0.01


def test_the_p_value_is_seeded_and_leaves_numpys_state_alone():
    between = np.random.default_rng(8).normal(size=(10, 10))
    nearest, pools = (between.argmax(axis=1), between.argmax(axis=0)), np.zeros(10, dtype=int)
    before = str(np.random.get_state(legacy=False))  # noqa: NPY002
    once, again = (_permutation_p(between, nearest, pools, 100, 5) for _ in range(2))
    assert once == again
    assert str(np.random.get_state(legacy=False)) == before  # noqa: NPY002


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"similarity": "cosine"}, "similarity must be one of pearson, mutual_info"),
        ({"normalise": "z"}, "normalise must be one of none, edgewise"),
        ({"comparison": "all"}, "comparison must be one of"),
        ({"edges": "upper"}, "edges must be one of"),
        ({"bins": 1}, "bins must be at least 2"),
        ({"permutations": -1}, "permutations must be at least 0"),
    ],
)
def test_options_out_of_range_are_refused(option, message):
    with pytest.raises(ParameterError, match=message):
        fingerprint(*cohort(9), **option)


def test_a_single_subject_is_refused():
    with pytest.raises(ParameterError, match="at least 2 subjects"):
        fingerprint(*cohort(10, subjects=1))


def test_a_model_s_mark_identifies_nobody_within_its_pool():
    # Noise, and in each pool the mark of the model that read it: no subject is there.
    rng = np.random.default_rng(12)
    pools = np.repeat([0, 1, 2], 4)
    marks = 20 * rng.normal(size=(3, 6, 6))[pools]
    test, retest = marks + rng.normal(size=(2, 12, 6, 6))
    options = {"normalise": "none", "permutations": 199}
    pooled = fingerprint(test, retest, pools=pools, **options)
    assert pooled.p_value > 0.05
    assert abs(pooled.cohens_d) < 1
    assert fingerprint(test, retest, **options).cohens_d > 1  # the mark, taken for subjects


def test_pools_are_scored_as_each_by_itself():
    test, retest = cohort(5)
    pools = np.arange(len(test)) % 2
    both = fingerprint(test, retest, pools=pools, permutations=0)
    alone = [fingerprint(test[pools == p], retest[pools == p], permutations=0) for p in (0, 1)]
    for p, one in enumerate(alone):
        assert np.allclose(both.margin[pools == p], one.margin)
        assert np.allclose(both.same_scores[pools == p], one.same_scores)
    weights = [int((pools == p).sum()) for p in (0, 1)]
    expected = np.average([one.accuracy_test_to_retest for one in alone], weights=weights)
    assert both.accuracy_test_to_retest == pytest.approx(expected)
    assert np.isnan(both.similarity_matrix[0, 1])


def test_pools_must_number_every_subject():
    test, retest = cohort(5)
    with pytest.raises(ParameterError, match="a number for each of"):
        fingerprint(test, retest, pools=np.zeros(3, dtype=int))
