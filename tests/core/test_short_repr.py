"""Results print in one line: numbers in full, arrays by their shape."""

import numpy as np
import pytest

from attnconn_core.connectivity import Pearson
from attnconn_core.forecasting import ForecasterConfig, TrainingConfig, fit
from attnconn_core.records import TimeSeries
from attnconn_core.scoring import (
    edge_features,
    edge_significance,
    fingerprint,
    network_based_statistic,
    predict_behaviour,
)


@pytest.fixture(scope="module")
def scans():
    rng = np.random.default_rng(0)
    return [TimeSeries.from_array(frames, 2.0) for frames in rng.normal(size=(12, 90, 4))]


@pytest.fixture(scope="module")
def matrices(scans):
    return [Pearson().estimate(series) for series in scans]


def test_scores_show_their_numbers(matrices):
    score = fingerprint(matrices, matrices, permutations=99)
    assert repr(score).startswith("FingerprintScore(accuracy_strict=1, accuracy_test_to_retest=1,")
    assert repr(score).endswith("similarity_matrix=array (12, 12))")
    predicted = predict_behaviour(edge_features(matrices), np.arange(12.0), folds=3)
    assert "weights=array (6,), chosen={'penalty': array (3,)}, p_value=None)" in repr(predicted)


def test_what_is_nested_is_shown_in_short(scans, matrices):
    tested = edge_significance(scans[0], Pearson(), surrogates=9)
    assert repr(tested).startswith(
        "EdgeSignificance(connectivity=Connectivity('pearson', 4 regions, undirected), p=array"
    )
    differing = network_based_statistic(matrices[:6], matrices[6:], permutations=9, threshold=0.5)
    assert "components=[Component(edges=array (3, 2), size=3, p=0.9)]" in repr(differing)


def test_a_model_is_named_and_a_long_list_counted(scans):
    config, training = ForecasterConfig(input_window=2, hidden_dim=4), TrainingConfig(epochs=5)
    trained = repr(fit(config, scans[:2], training))
    assert "forecaster=AttentionForecaster(…), history=[Epoch(…), Epoch(…), Epoch(…), " in trained
    assert ", … 5 in all], best_epoch=" in trained
    assert "\n" not in trained
