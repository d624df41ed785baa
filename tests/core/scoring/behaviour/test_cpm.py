import numpy as np
from scipy.stats import pearsonr
from sklearn.linear_model import LinearRegression

from attnconn_core.scoring.behaviour.cpm import cpm
from attnconn_core.scoring.behaviour.folds import assign_folds


def data(seed, n=60):
    rng = np.random.default_rng(seed)
    features = rng.normal(1, 2, size=(n, 30))
    score = features[:, :3].sum(axis=1) - features[:, 3:5].sum(axis=1)
    return features, score + 3 * rng.normal(size=n), assign_folds(n, 5, seed)


def test_it_is_the_protocol_step_by_step():
    features, target, fold = data(0)
    result = cpm(features, target[:, None], fold)
    for number in range(5):
        train = fold != number
        tests = [pearsonr(features[train, edge], target[train]) for edge in range(30)]
        positive = [edge for edge, test in enumerate(tests) if test.pvalue < 0.01 and test[0] > 0]
        negative = [edge for edge, test in enumerate(tests) if test.pvalue < 0.01 and test[0] < 0]
        sums = np.stack([features[:, positive].sum(axis=1), features[:, negative].sum(axis=1)]).T
        line = LinearRegression().fit(sums[train], target[train])
        np.testing.assert_allclose(
            result.predictions[~train, 0], line.predict(sums[~train]), rtol=0, atol=1e-8
        )
        assert result.chosen["positive_edges"][number] == len(positive) > 0
        assert result.chosen["negative_edges"][number] == len(negative) > 0


def test_an_empty_network_gives_the_training_mean():
    features, target, fold = data(1)
    result = cpm(features, target[:, None], fold, threshold=1e-30)
    for number in range(5):
        expected = target[fold != number].mean()
        np.testing.assert_allclose(
            result.predictions[fold == number, 0], expected, rtol=0, atol=1e-8
        )
    assert not result.weights.any()


def test_one_network_alone_still_predicts():
    features, _, fold = data(2)
    target = features[:, 0] * 5
    result = cpm(features, target[:, None], fold, threshold=1e-12)
    assert not result.chosen["negative_edges"].any()
    np.testing.assert_allclose(result.predictions[:, 0], target)
    assert np.flatnonzero(np.abs(result.weights[:, 0]) > 1e-9).tolist() == [0]


def test_targets_side_by_side_are_as_each_alone():
    features, target, fold = data(3)
    both = cpm(features, np.stack([target, target[::-1]], axis=1), fold)
    np.testing.assert_allclose(
        both.predictions[:, [1]], cpm(features, target[::-1, None], fold).predictions
    )
