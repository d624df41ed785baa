import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel, kernel_folds
from attnconn_core.scoring.behaviour.kernel_ridge import PENALTIES, kernel_ridge
from attnconn_core.scoring.behaviour.spectral_ridge import SpectralRidge

SUBJECTS, EDGES, FOLDS = 40, 25, 4


def data(seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(1, 3, size=(SUBJECTS, EDGES))
    targets = features[:, :4] @ rng.normal(size=(4, 3)) + 3 * rng.normal(size=(SUBJECTS, 3)) + 50
    return features, targets, assign_folds(SUBJECTS, FOLDS, seed), rng.normal(size=(SUBJECTS, 2))


def spectral(features, fold, confounds=None, **options):
    return SpectralRidge(kernel_folds(edge_kernel(features), fold, confounds), **options)


def variance(features):
    """Mean variance of a subject's edges, summed: the unit of penalties."""
    return features.var(axis=0).sum()


def residuals(confounds, values, train):
    # The intercept stays: it is added back.
    line = LinearRegression().fit(confounds[train], values[train])
    return values - (confounds - confounds.mean(axis=0)) @ line.coef_.T


@pytest.mark.parametrize("penalty", [0.01, 1.0, 100.0])
def test_one_penalty_gives_what_kernel_ridge_gives(penalty):
    features, targets, fold, _ = data(0)
    inner = np.stack([assign_folds(SUBJECTS, 3, number) for number in range(FOLDS)])
    folds = kernel_folds(edge_kernel(features), fold)
    theirs = kernel_ridge(folds, targets, inner, [penalty]).predictions
    ours = SpectralRidge(folds, penalties=[penalty])(targets)
    np.testing.assert_allclose(ours, theirs, atol=1e-8)


@pytest.mark.parametrize("from_features", [False, True])
def test_adjusted_predictions_are_scikit_learns_step_by_step(from_features):
    features, targets, fold, confounds = data(1)
    ours = spectral(features, fold, Confounds(confounds, from_features), penalties=[2.0])
    predictions = ours(targets)
    for number in range(FOLDS):
        train = fold != number
        x = residuals(confounds, features, train) if from_features else features
        y = residuals(confounds, targets, train)
        theirs = Ridge(alpha=2.0 * variance(x[train])).fit(x[train], y[train])
        np.testing.assert_allclose(predictions[~train], theirs.predict(x[~train]), atol=1e-8)


@pytest.mark.parametrize("confounded", [False, True])
def test_the_penalty_is_the_one_of_least_gcv_by_explicit_hat_matrices(confounded):
    features, targets, fold, confounds = data(2)
    given = Confounds(confounds) if confounded else None
    chosen = spectral(features, fold, given).chosen(targets)
    for number in range(FOLDS):
        train = fold != number
        n = int(train.sum())
        edges = features[train] - features[train].mean(axis=0)
        design = np.column_stack([np.ones(n), *(confounds[train].T if confounded else ())])
        projection = design @ np.linalg.solve(design.T @ design, design.T)
        kernel = edges @ edges.T / variance(edges)
        criterion = []
        for penalty in PENALTIES:
            smooth = kernel @ np.linalg.inv(kernel + penalty * np.eye(n))
            hat = projection + smooth @ (np.eye(n) - projection)
            left = targets[train] - hat @ targets[train]
            criterion.append((left**2).sum(axis=0) / (n - np.trace(hat)) ** 2)
        assert chosen[number].tolist() == [PENALTIES[i] for i in np.argmin(criterion, axis=0)]
    assert len(np.unique(chosen)) > 1


def test_single_precision_predicts_the_same():
    features, targets, fold, _ = data(3)
    exact = spectral(features, fold)
    centred = targets - targets.mean(axis=0)
    single = exact.in_precision(np.float32)(centred.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, exact(centred), atol=1e-4)


def test_tested_subjects_do_not_touch_their_own_model():
    features, targets, fold, confounds = data(4)
    ridge = spectral(features, fold, Confounds(confounds))
    before = ridge(targets)
    changed = targets.copy()
    changed[np.flatnonzero(fold == 0)[0]] += 1000
    after = ridge(changed)
    assert np.array_equal(before[fold == 0], after[fold == 0])
    assert not np.allclose(before[fold == 1], after[fold == 1])
