"""Agreement against SciPy's correlations, and Spearman and Brown's formula against simulation."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.scoring import agreement, spearman_brown
from attnconn_core.scoring.reliability.agreement import subject_agreement


def matrix(values, directed=True):
    names = tuple(f"r{i}" for i in range(len(values)))
    return Connectivity(values, names, "m", directed)


@pytest.mark.parametrize("directed", [True, False])
def test_r_is_scipys_over_edges_without_the_diagonal(directed):
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 9, 9)) + rng.normal(size=(9, 9))
    if not directed:
        one, other = one + one.T, other + other.T
    edges = ~np.eye(9, dtype=bool) if directed else np.triu(np.ones((9, 9), bool), 1)
    found = agreement(matrix(one, directed), matrix(other, directed))
    assert found.r == pytest.approx(pearsonr(one[edges], other[edges]).statistic)
    assert found.rank_r == pytest.approx(spearmanr(one[edges], other[edges]).statistic)
    np.fill_diagonal(one, 1e6)
    assert agreement(matrix(one, directed), matrix(other, directed)) == found


def test_a_matrix_that_does_not_vary_agrees_with_nothing():
    found = agreement(matrix(np.ones((4, 4))), matrix(np.eye(4)))
    assert np.isnan([found.r, found.rank_r]).all()
    with pytest.raises(ParameterError, match="of the same regions; got 4 and 3"):
        agreement(matrix(np.eye(4)), matrix(np.eye(3)))


def test_a_subject_is_held_against_itself_and_against_the_others_of_its_pool():
    rng = np.random.default_rng(3)
    ratings = rng.normal(size=(5, 1, 40)) + rng.normal(size=(5, 2, 40))
    pools = np.array([0, 1, 0, 1, 0])
    own, others = subject_agreement(ratings, pools)
    for subject in range(5):
        r = pearsonr(*ratings[subject]).statistic
        assert own[subject] == pytest.approx(r)
        beside = [
            pearsonr(ratings[subject, session], ratings[other, 1 - session]).statistic
            for other in np.flatnonzero(pools == pools[subject])
            for session in (0, 1)
            if other != subject
        ]
        assert others[subject] == pytest.approx(np.mean(beside))


def test_who_is_alone_has_no_others_and_what_does_not_vary_no_r():
    ratings = np.random.default_rng(0).normal(size=(3, 2, 20))
    ratings[0, 1] = 7.0
    own, others = subject_agreement(ratings, np.array([0, 0, 1]))
    assert np.isnan(own).tolist() == [True, False, False]
    assert np.isnan(others).tolist() == [True, True, True]


@pytest.mark.parametrize("k", [2, 5])
def test_means_of_k_agree_as_the_formula_says(k):
    rng = np.random.default_rng(k)
    truth = rng.normal(size=20_000)
    noise = 1.5 * rng.normal(size=(2, k, 20_000))
    single = np.corrcoef(truth + noise[0, 0], truth + noise[1, 0])[0, 1]
    means = truth + noise.mean(axis=1)
    assert spearman_brown(single, k) == pytest.approx(np.corrcoef(means)[0, 1], abs=0.02)


def test_one_measurement_is_as_it_is_and_what_has_no_formula_has_no_number():
    assert spearman_brown(0.3, 1) == pytest.approx(0.3)
    assert np.isnan(spearman_brown(-0.5, 3))
    assert np.isnan(spearman_brown(float("nan"), 2))
    with pytest.raises(ParameterError, match="must be a number above 0; got 0"):
        spearman_brown(0.3, 0)
