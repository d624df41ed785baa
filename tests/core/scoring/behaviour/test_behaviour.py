import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import (
    Cpm,
    KernelRidge,
    LeastSquares,
    LinearSgd,
    cross_validate,
    predict_behaviour,
)
from attnconn_core.scoring.behaviour.folds import inner_folds

MODELS = ("kernel_ridge", "cpm", "linear_sgd", "least_squares")
FAST = {"learning_rate": 0.01, "l2_penalty": 1.0, "folds": 5}


def data(seed, n=60, signal=1.0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 20))
    return features, signal * features[:, :4].sum(axis=1) + rng.normal(size=n) + 10


@pytest.mark.parametrize("model", MODELS)
def test_a_linear_target_is_predicted_and_noise_is_not(model):
    score = predict_behaviour(*data(0), model=model, permutations=60, **FAST)
    assert score.r > 0.5
    assert score.p_value == pytest.approx(1 / 61)
    assert set(np.argsort(-np.abs(score.weights))[:4]) == {0, 1, 2, 3}
    noise = predict_behaviour(*data(1, signal=0.0), model=model, permutations=60, **FAST)
    assert noise.p_value > 0.05


@pytest.mark.parametrize("model", MODELS)
def test_metrics_are_those_of_the_pooled_predictions(model):
    features, target = data(2)
    score = predict_behaviour(features, target, model=model, **FAST)
    assert np.array_equal(score.targets, target)
    assert score.r == pytest.approx(pearsonr(score.predictions, target)[0])
    assert score.r2 == pytest.approx(r2_score(target, score.predictions))
    assert score.mse == pytest.approx(mean_squared_error(target, score.predictions))
    assert score.mae == pytest.approx(mean_absolute_error(target, score.predictions))
    assert score.p_value is None
    assert all(len(values) == 5 for values in score.chosen.values())


@pytest.mark.parametrize("model", MODELS)
def test_subjects_without_a_target_are_dropped_and_counted(model):
    features, target = data(3)
    families = np.arange(60) // 2
    missing = target.copy()
    missing[[4, 17]] = np.nan
    features[4] = np.nan  # whoever has no target may lack the scan as well
    score = predict_behaviour(features, missing, model=model, groups=families, **FAST)
    assert score.n_dropped == 2
    assert np.flatnonzero(~score.kept).tolist() == [4, 17]
    without = np.delete(np.arange(60), [4, 17])
    alone = predict_behaviour(
        features[without], target[without], model=model, groups=families[without], **FAST
    )
    assert np.array_equal(score.predictions, alone.predictions)


@pytest.mark.parametrize(
    ("model", "name", "settings"),
    [
        (KernelRidge((0.5, 50.0)), "kernel_ridge", {"penalties": (0.5, 50.0)}),
        (Cpm(0.2), "cpm", {"threshold": 0.2}),
        (LinearSgd("last", 0.01, 1.0, 7), "linear_sgd",
         {"keep": "last", "learning_rate": 0.01, "l2_penalty": 1.0, "epochs": 7}),
        (LeastSquares(), "least_squares", {}),
    ],
)  # fmt: skip
def test_a_model_is_what_its_name_and_settings_stand_for(model, name, settings):
    features, target = data(10)
    ours = cross_validate(features, target, model, folds=5, permutations=9)
    theirs = predict_behaviour(features, target, model=name, folds=5, permutations=9, **settings)
    assert np.array_equal(ours.predictions, theirs.predictions)
    assert np.array_equal(ours.weights, theirs.weights)
    assert ours.p_value == theirs.p_value
    other = cross_validate(features, target, KernelRidge((1e4,)), folds=5)
    assert not np.array_equal(ours.predictions, other.predictions)


def test_families_stay_together_outside_and_inside():
    families = np.repeat(np.arange(12), 5)
    score = predict_behaviour(*data(4), groups=families, folds=4)
    inner = inner_folds(score.fold, 42, families)
    for family in range(12):
        members = families == family
        assert len(set(score.fold[members])) == 1
        assert all(len(set(row[members])) == 1 for row in inner)
    assert all((row == -1).sum() == (score.fold == n).sum() for n, row in enumerate(inner))


@pytest.mark.parametrize("model", MODELS)
def test_the_seed_decides_everything(model):
    first = predict_behaviour(*data(5), model=model, permutations=20, seed=3, **FAST)
    again = predict_behaviour(*data(5), model=model, permutations=20, seed=3, **FAST)
    other = predict_behaviour(*data(5), model=model, permutations=20, seed=4, **FAST)
    assert np.array_equal(first.predictions, again.predictions)
    assert first.p_value == again.p_value
    assert not np.array_equal(first.fold, other.fold)


def test_predictions_that_are_all_equal_have_no_r():
    features = np.random.default_rng(6).normal(size=(20, 5))
    target = np.tile([1.0, -1.0], 10)
    families = np.repeat(np.arange(10), 2)
    score = predict_behaviour(
        features, target, model="cpm", groups=families, folds=5, threshold=1e-30, permutations=3
    )
    assert np.isnan(score.r)
    assert score.p_value == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "lasso"}, "model must be one of kernel_ridge, cpm, .*; got 'lasso'"),
        ({"alpha": 1.0}, "a setting of predict_behaviour must be one of epochs, .*; got 'alpha'"),
        ({"folds": 1}, "folds must be 2 or more"),
        ({"permutations": -1}, "permutations must be at least 0"),
        ({"penalties": (1.0, 0.0)}, "penalties must be"),
        ({"penalties": ()}, "penalties must be"),
        ({"model": "cpm", "threshold": 0.0}, "threshold must lie between 0 and 1"),
        ({"model": "linear_sgd", "keep": "first"}, "keep must be one of best, last"),
        ({"model": "linear_sgd", "folds": 2}, "folds of linear_sgd must be at least 3"),
        ({"model": "linear_sgd", "epochs": 0}, "epochs must be at least 1"),
        ({"model": "linear_sgd", "patience": 0}, "patience must be at least 1"),
        ({"model": "linear_sgd", "learning_rate": 0.0}, "learning_rate must be a number above 0"),
        ({"model": "linear_sgd", "l2_penalty": -1.0}, "l2_penalty must be a number from 0"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        predict_behaviour(*data(7, n=12), **options)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (4.0, "must differ between subjects; got 4 in 12 subjects"),
        (np.nan, "got no value in 0 subjects"),
        (np.inf, "every value of target must be finite"),
    ],
)
def test_a_target_that_says_nothing_is_refused(value, message):
    features, target = data(8, n=12)
    with pytest.raises(ParameterError, match=message):
        predict_behaviour(features, np.full_like(target, value))


def test_features_must_be_finite():
    features, target = data(9, n=12)
    features[3, 2] = np.nan
    with pytest.raises(ParameterError, match=r"value of features must be finite.*index 3"):
        predict_behaviour(features, target)
