import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge

from attnconn_core.scoring.folds import assign_folds
from attnconn_core.scoring.kernel_ridge import kernel_ridge

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


def scaled(features, train):
    return (features - features[train].mean(axis=0)) / features[train].std(axis=0)


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_predictions_are_scikit_learns_kernel_ridge(penalty):
    features, targets, fold, inner = data(0)
    result = kernel_ridge(features, targets, fold, inner, [penalty])
    for number in range(FOLDS):
        train = fold != number
        z = scaled(features, train)
        centre = targets[train].mean(axis=0)
        theirs = KernelRidge(alpha=penalty * EDGES).fit(z[train], targets[train] - centre)
        np.testing.assert_allclose(
            result.predictions[~train], centre + theirs.predict(z[~train]), rtol=0, atol=1e-8
        )


def test_weights_are_scikit_learns_ridge_over_folds():
    features, targets, fold, inner = data(1)
    weights = kernel_ridge(features, targets, fold, inner, [2.0]).weights
    theirs = [
        Ridge(alpha=2.0 * EDGES).fit(scaled(features, fold != number)[fold != number], y).coef_
        for number in range(FOLDS)
        for y in [targets[fold != number]]
    ]
    np.testing.assert_allclose(weights, np.mean(theirs, axis=0).T, rtol=0, atol=1e-8)


def test_the_penalty_is_the_one_that_refitting_every_inner_fold_finds():
    features, targets, fold, inner = data(2)
    penalties = (0.01, 0.1, 1.0, 10.0, 100.0)
    chosen = kernel_ridge(features, targets, fold, inner, penalties).chosen["penalty"]
    for number in range(FOLDS):
        train = fold != number
        z, y, split = scaled(features, train)[train], targets[train], inner[number][train]
        errors = np.zeros((len(penalties), 3))
        for row, penalty in enumerate(penalties):
            for block in range(3):
                ridge = Ridge(alpha=penalty * EDGES).fit(z[split != block], y[split != block])
                errors[row] += ((y - ridge.predict(z))[split == block] ** 2).sum(axis=0)
        assert chosen[number].tolist() == [penalties[best] for best in errors.argmin(axis=0)]
    assert len(np.unique(chosen)) > 1


def test_tested_subjects_do_not_touch_their_own_model():
    features, targets, fold, inner = data(3)
    before = kernel_ridge(features, targets, fold, inner)
    subject = np.flatnonzero(fold == 0)[0]
    targets[subject] += 1000
    after = kernel_ridge(features, targets, fold, inner)
    assert np.array_equal(before.predictions[fold == 0], after.predictions[fold == 0])
    assert not np.allclose(before.predictions[fold == 1], after.predictions[fold == 1])


def test_targets_side_by_side_are_as_each_alone():
    features, targets, fold, inner = data(4)
    together = kernel_ridge(features, targets, fold, inner)
    for target in range(3):
        alone = kernel_ridge(features, targets[:, [target]], fold, inner)
        np.testing.assert_allclose(together.predictions[:, [target]], alone.predictions)
        np.testing.assert_allclose(together.weights[:, [target]], alone.weights, atol=1e-12)
