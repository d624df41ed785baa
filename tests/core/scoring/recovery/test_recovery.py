from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr
from sklearn.metrics import roc_auc_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import recover


def network(seed, n=8, density=0.2):
    rng = np.random.default_rng(seed)
    truth = rng.random((n, n)) < density
    truth[0, 1], truth[1, 0], truth[2, 3] = True, False, False
    return truth


def test_pearson_on_netsim_is_the_published_table(shared):
    with np.load(shared / "data/ground_truth/netsim/sim03.npz") as data:
        series, nets = data["ts"].astype(np.float64), data["net"]
    scores = [
        recover(np.corrcoef(one.T), (net != 0).T) for one, net in zip(series, nets, strict=True)
    ]
    assert np.mean([score.auroc for score in scores]) == pytest.approx(0.922, abs=0.003)
    assert np.mean([score.auprc for score in scores]) == pytest.approx(0.452, abs=0.01)
    assert all(score.orientation == 0.5 for score in scores)


def test_the_truth_recovers_itself_and_its_transpose_turns_every_edge():
    truth = np.triu(network(0), 1)
    score = recover(truth.astype(float), truth)
    assert (score.auroc, score.auprc, score.orientation) == (1.0, 1.0, 1.0)
    turned = recover(truth.T.astype(float), truth)
    assert turned.orientation == 0.0
    assert turned.auroc < 0.5
    assert turned.auroc_undirected == turned.auprc_undirected == 1.0


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_the_diagonal_and_the_scale_never_count(seed):
    truth, estimate = network(seed), np.random.default_rng(seed).normal(size=(8, 8))
    changed = 7.0 * estimate + np.diag(np.full(8, 1e6))
    np.fill_diagonal(changed, np.nan)
    found = recover(changed, truth | np.eye(8, dtype=bool))
    plain = recover(estimate, truth & ~np.eye(8, dtype=bool))
    assert found.r == pytest.approx(plain.r)
    both = (replace(each, r=0.0, r_with_diagonal=0.0) for each in (found, plain))
    assert len(set(both)) == 1


def test_directed_areas_are_scikit_learns_over_ordered_pairs():
    truth, estimate = network(1), np.random.default_rng(1).random((8, 8))
    pairs = ~np.eye(8, dtype=bool)
    assert recover(estimate, truth).auroc == pytest.approx(
        roc_auc_score(truth[pairs], estimate[pairs])
    )


def test_magnitude_is_scored_unless_signs_are_asked_for():
    truth = network(2)
    estimate = -truth.astype(float)
    assert recover(estimate, truth).auroc == 1.0
    assert recover(estimate, truth, signed=True).auroc == 0.0


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_rounding_does_not_orient_a_symmetric_estimate(seed):
    rng = np.random.default_rng(seed)
    estimate = rng.normal(size=(8, 8))
    estimate = (estimate + estimate.T) * (1 + 1e-15 * rng.normal(size=(8, 8)))
    assert recover(estimate, network(seed)).orientation == 0.5


def test_two_way_edges_have_no_orientation():
    truth = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert np.isnan(recover(np.random.default_rng(3).random((3, 3)), truth).orientation)


def test_every_pair_connected_leaves_nothing_to_detect():
    truth = np.tril(np.ones((4, 4)), -1)
    score = recover(truth.copy(), truth)
    assert score.auroc == score.orientation == 1.0
    assert np.isnan(score.auroc_undirected)


@pytest.mark.parametrize(
    ("estimate", "truth", "message"),
    [
        (np.ones((3, 3)), np.eye(3), "must have both edges and absent edges.*0 of 6"),
        (np.ones((3, 3)), np.ones((3, 3)), "6 of 6 ordered pairs are edges"),
        (np.array([[0, np.inf], [0, 0]]), np.array([[0, 1], [0, 0]]), r"got inf at \[0, 1\]"),
    ],
)
def test_what_cannot_be_scored_is_refused(estimate, truth, message):
    with pytest.raises(ParameterError, match=message):
        recover(estimate, truth)


def test_a_diagonal_that_stands_out_is_most_of_a_correlation_over_the_whole_matrix():
    rng = np.random.default_rng(0)
    truth = np.where(rng.random((20, 20)) < 0.3, rng.random((20, 20)), 0) + 9 * np.eye(20)
    noise = np.eye(20) + 0.01 * rng.normal(size=(20, 20))
    found = recover(noise, truth)
    assert found.r_with_diagonal > 0.9
    assert abs(found.r) < 0.15
    off = ~np.eye(20, dtype=bool)
    assert found.r == pytest.approx(pearsonr(np.abs(noise[off]), truth[off])[0])
    assert recover(-truth, truth).r == pytest.approx(1)
    noise[np.diag_indices(20)] = np.nan
    assert np.isnan(recover(noise, truth).r_with_diagonal)
