import numpy as np
import pandas as pd
from sklearn.metrics import r2_score

from attnconn_core.scoring.behaviour.folds import assign_folds
from attnconn_core.scoring.behaviour.least_squares import least_squares
from attnconn_core.scoring.behaviour.null_models import why_constant, why_meaningless


def normalised(subjects=30, edges=100, seed=0):
    values = np.random.default_rng(seed).random((subjects, edges)).astype(np.float32)
    return (values / values.sum(axis=1, keepdims=True)).astype(np.float64)


def test_rows_that_sum_to_one_have_no_mean_to_predict_from():
    assert "mean edges are the same in all subjects" in why_constant(normalised())
    assert "deviate by" in why_constant(np.ones((4, 3)))


def test_means_of_many_independent_edges_are_kept():
    assert why_constant(np.random.default_rng(0).normal(size=(20, 100_000))) == ""


def test_slopes_on_rounding_are_recognised_by_what_they_predict():
    # Nine subjects share their mean up to the last bits; the tenth doesn't.
    rng = np.random.default_rng(0)
    mean = 0.01 + 1e-12 * rng.normal(size=(10, 1))
    mean[9] += 1e-5
    targets = rng.normal(size=(10, 1))
    predicted = least_squares(mean, targets, assign_folds(10, 5, 0)).predictions
    r2 = r2_score(targets, predicted)
    assert r2 < -1e6
    scores = pd.DataFrame({"target": ["Other", "Score"], "r2": [0.1, r2]})
    assert "of Score" in why_meaningless(scores)
    assert why_meaningless(scores.iloc[:1]) == ""
    assert why_meaningless(pd.DataFrame()) == ""
