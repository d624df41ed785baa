import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel, kernel_folds

SUBJECTS, EDGES, FOLDS = 30, 50, 3


def data(seed):
    rng = np.random.default_rng(seed)
    confounds = rng.normal(5, [1, 100], size=(SUBJECTS, 2))
    features = rng.normal(20, 3, size=(SUBJECTS, EDGES)) + 2 * confounds[:, :1]
    return features, confounds, assign_folds(SUBJECTS, FOLDS, seed)


@pytest.mark.parametrize("regressed", [None, "target", "target and edges"])
def test_a_folds_kernel_is_that_of_edges_adjusted_one_by_one(regressed):
    features, confounds, fold = data(0)
    given = None if regressed is None else Confounds(confounds, regressed == "target and edges")
    for number, prepared in enumerate(kernel_folds(edge_kernel(features), fold, given)):
        train = fold != number
        edges = features - features[train].mean(axis=0)
        if regressed == "target and edges":
            line = LinearRegression().fit(confounds[train], features[train])
            edges = features - line.predict(confounds)
        kernel = edges @ edges[train].T
        assert prepared.scale == pytest.approx(kernel[train].diagonal().mean(), rel=1e-10)
        found = prepared.basis @ (prepared.spectrum[:, None] * prepared.basis.T)
        np.testing.assert_allclose(found * prepared.scale, kernel[train], atol=1e-8)
        outlook = prepared.outlook @ prepared.basis.T * prepared.scale
        np.testing.assert_allclose(outlook, kernel[~train], atol=1e-8)
        regressors = 1 if regressed is None else 3
        assert prepared.freedom == pytest.approx(train.sum() - regressors)


@pytest.mark.parametrize("from_features", [False, True])
def test_edges_of_tested_subjects_are_lost_to_the_training_subjects(from_features):
    features, confounds, fold = data(1)
    subject = np.flatnonzero(fold == 0)[0]
    changed = features.copy()
    changed[subject] += np.random.default_rng(1).normal(0, 30, size=EDGES)
    before, after = (
        kernel_folds(edge_kernel(x), fold, Confounds(confounds, from_features))
        for x in (features, changed)
    )
    others = np.flatnonzero(fold == 0) != subject
    for ours, theirs in ((before[0], after[0]),):
        assert ours.scale == pytest.approx(theirs.scale, rel=1e-12)
        np.testing.assert_allclose(ours.spectrum, theirs.spectrum, atol=1e-12)
        first, second = (each.outlook @ each.basis.T for each in (ours, theirs))
        np.testing.assert_allclose(first[others], second[others], atol=1e-12)
        assert not np.allclose(first[~others], second[~others])
    assert before[1].scale != pytest.approx(after[1].scale, rel=1e-3)


def test_a_large_common_mean_costs_no_digits():
    features, _, fold = data(2)
    near, far = (kernel_folds(edge_kernel(x), fold)[0] for x in (features, features + 1e6))
    np.testing.assert_allclose(near.spectrum, far.spectrum, atol=1e-9)


def test_subjects_without_edges_are_left_blank_and_change_nobody():
    features, _, _ = data(3)
    some = np.arange(SUBJECTS) != 4
    features[4, 7] = np.nan
    kernel = edge_kernel(features)
    assert np.isnan(kernel[4]).all()
    assert np.isnan(kernel[:, 4]).all()
    np.testing.assert_allclose(kernel[np.ix_(some, some)], edge_kernel(features[some]))
    assert np.isnan(edge_kernel(np.full((3, 2), np.nan))).all()


def test_a_subject_whose_edges_are_all_equal_is_one_like_others():
    features, _, fold = data(4)
    features[0] = 20.0
    prepared = kernel_folds(edge_kernel(features), fold)
    assert all(np.isfinite(each.outlook).all() for each in prepared)


def test_training_subjects_who_do_not_differ_predict_nothing():
    # What rounding leaves of their kernel must not be blown up to one of unit scale.
    rng = np.random.default_rng(5)
    features, fold = np.tile(rng.normal(size=EDGES), (SUBJECTS, 1)), np.arange(SUBJECTS) % 3
    features[fold == 0] += rng.normal(size=(10, EDGES))
    confounds = rng.normal(size=(SUBJECTS, 1))
    explained = np.outer(confounds, rng.normal(size=EDGES))
    for prepared in (
        kernel_folds(edge_kernel(np.full((SUBJECTS, EDGES), 0.1)), fold)[0],
        kernel_folds(edge_kernel(np.where(fold[:, None] == 0, features, 0.1)), fold)[0],
        kernel_folds(edge_kernel(explained), fold, Confounds(confounds, from_features=True))[0],
    ):
        assert prepared.scale == 1.0
        assert not prepared.outlook.any()
        assert not prepared.spectrum.any()


def test_confounds_that_use_up_all_freedom_are_refused():
    rng = np.random.default_rng(6)
    kernel, confounds = edge_kernel(rng.normal(size=(6, 9))), Confounds(rng.normal(size=(6, 5)))
    with pytest.raises(ParameterError, match="outnumber confounds by 2 or more; got 5 subjects"):
        kernel_folds(kernel, np.arange(6), confounds)
