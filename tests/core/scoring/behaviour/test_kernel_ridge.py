import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge

from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel, kernel_folds
from attnconn_core.scoring.behaviour.kernel_ridge import kernel_ridge

N, EDGES, FOLDS = 40, 60, 4


def data(seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(2, 3, size=(N, EDGES))
    targets = features[:, :2] @ rng.normal(size=(2, 3)) + rng.normal(size=(N, 3))
    fold = assign_folds(N, FOLDS, seed)
    inner = np.full((FOLDS, N), -1)
    for number in range(FOLDS):
        inner[number, fold != number] = assign_folds(int((fold != number).sum()), 3, seed)
    return features, targets, fold, inner


def predicted(features, targets, fold, inner, *penalties, confounds=None):
    folds = kernel_folds(edge_kernel(features), fold, confounds)
    return kernel_ridge(folds, targets, inner, *penalties)


def variance(features, train):
    """Mean variance of a training subject's edges, summed: the unit of penalties."""
    return features[train].var(axis=0).sum()


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_predictions_are_scikit_learns_kernel_ridge(penalty):
    features, targets, fold, inner = data(0)
    result = predicted(features, targets, fold, inner, [penalty])
    for number in range(FOLDS):
        train = fold != number
        edges = features - features[train].mean(axis=0)
        kernel, centre = edges @ edges[train].T, targets[train].mean(axis=0)
        theirs = KernelRidge(alpha=penalty * variance(features, train), kernel="precomputed")
        theirs.fit(kernel[train], targets[train] - centre)
        np.testing.assert_allclose(
            result.predictions[~train], centre + theirs.predict(kernel[~train]), rtol=0, atol=1e-8
        )


@pytest.mark.parametrize("from_features", [None, False, True])
def test_weights_are_scikit_learns_ridge_over_folds(from_features):
    # Slopes of edges as they are measured, whether or not confounds leave them.
    features, targets, fold, inner = data(1)
    confounds = np.random.default_rng(1).normal(3, 2, size=(N, 2))
    given = None if from_features is None else Confounds(confounds, from_features)
    dual = predicted(features, targets, fold, inner, [2.0], confounds=given).dual
    theirs = []
    for number in range(FOLDS):
        train = fold != number
        x, y = features[train], targets[train]
        if from_features is not None:
            line = LinearRegression()
            y = y - line.fit(confounds[train], y).predict(confounds[train])
            if from_features:
                x = x - line.fit(confounds[train], x).predict(confounds[train])
        theirs.append(Ridge(alpha=2.0 * x.var(axis=0).sum()).fit(x, y).coef_.T)
    np.testing.assert_allclose(features.T @ dual, np.mean(theirs, axis=0), rtol=0, atol=1e-8)


def test_the_unit_of_edges_does_not_matter():
    features, targets, fold, inner = data(5)
    ours, theirs = (predicted(unit * features, targets, fold, inner) for unit in (1.0, 1e-3))
    np.testing.assert_allclose(ours.predictions, theirs.predictions, atol=1e-8)
    assert np.array_equal(ours.penalty, theirs.penalty)
    np.testing.assert_allclose(features.T @ ours.dual, 1e-3 * (1e-3 * features).T @ theirs.dual)


def test_the_penalty_is_the_one_that_refitting_every_inner_fold_finds():
    features, targets, fold, inner = data(2)
    penalties = (0.01, 0.1, 1.0, 10.0, 100.0)
    chosen = predicted(features, targets, fold, inner, penalties).penalty
    for number in range(FOLDS):
        train = fold != number
        x, y, split = features[train], targets[train], inner[number][train]
        errors = np.zeros((len(penalties), 3))
        for row, penalty in enumerate(penalties):
            for block in range(3):
                ridge = Ridge(alpha=penalty * variance(features, train))
                ridge.fit(x[split != block], y[split != block])
                errors[row] += ((y - ridge.predict(x))[split == block] ** 2).sum(axis=0)
        assert chosen[number].tolist() == [penalties[best] for best in errors.argmin(axis=0)]
    assert len(np.unique(chosen)) > 1


def test_tested_subjects_do_not_touch_their_own_model():
    features, targets, fold, inner = data(3)
    before = predicted(features, targets, fold, inner)
    subject = np.flatnonzero(fold == 0)[0]
    targets[subject] += 1000
    after = predicted(features, targets, fold, inner)
    assert np.array_equal(before.predictions[fold == 0], after.predictions[fold == 0])
    assert not np.allclose(before.predictions[fold == 1], after.predictions[fold == 1])


def test_targets_side_by_side_are_as_each_alone():
    features, targets, fold, inner = data(4)
    together = predicted(features, targets, fold, inner)
    for target in range(3):
        alone = predicted(features, targets[:, [target]], fold, inner)
        np.testing.assert_allclose(together.predictions[:, [target]], alone.predictions)
        np.testing.assert_allclose(together.dual[:, [target]], alone.dual, atol=1e-12)
