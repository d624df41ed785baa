from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import t as student_t
from sklearn.metrics import roc_auc_score

from attnconn_core.connectivity import Granger, Pearson
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.scoring import recovery_scores, summarise_recovery
from attnconn_core.sources import KnownTruth, read_known_truth, simulated_truth

LINEAR_5 = simulated_truth("linear-5", 200, seed=1).truths


@dataclass(frozen=True)
class Random:
    """Says anything, as the series' first value has it."""

    def estimate(self, series: TimeSeries) -> Connectivity:
        seed = int(1e6 * abs(float(series.values[0, 0])))
        values = np.random.default_rng(seed).random((series.n_regions,) * 2)
        return Connectivity(values, series.regions, "random", True)


@pytest.fixture(scope="module")
def linear():
    return simulated_truth("linear-10", 8, seed=0)


def test_a_method_that_fits_the_data_finds_edges_and_directions(linear):
    asked = []
    scores, failed = recovery_scores(
        {"granger": Granger(1, 1.0, None), "pearson": Pearson()}, linear, asked.append
    )
    table = summarise_recovery(scores).set_index("method")
    assert asked == ["granger", "pearson"]
    assert not failed
    assert list(table.index) == ["granger", "pearson", "chance", "self_loops_only"]
    assert table.loc["granger", "auprc_lower"] > 0.8
    assert table.loc["granger", "orientation"] > 0.95
    assert table.loc["pearson", "orientation"] == 0.5
    assert table.loc["granger", "auprc"] > table.loc["pearson", "auprc_upper"]


def test_what_knows_nothing_scores_what_the_chance_row_says():
    # 200 draws: four standard errors of the mean.
    scores, _ = recovery_scores({"random": Random()}, simulated_truth("linear-5", 200, seed=1))
    table = summarise_recovery(scores).set_index("method")
    for score in ("auroc", "orientation", "auprc", "auprc_undirected", "r"):
        own = scores.loc[scores["method"] == "random", score]
        slack = 4 * own.std() / np.sqrt(len(own))
        assert table.loc["random", score] == pytest.approx(table.loc["chance", score], abs=slack)
    # The share of edges is less: of few pairs the first ranks weigh much.
    share = np.mean([(t != 0)[~np.eye(5, dtype=bool)].mean() for t in LINEAR_5])
    assert table.loc["random", "auprc_lower"] > share


def test_self_loops_alone_beat_chance_when_they_count(linear):
    scores, _ = recovery_scores({"pearson": Pearson()}, linear)
    own = scores[scores["method"] == "self_loops_only"]
    truth = (linear.truths[0] != 0) | np.eye(10, dtype=bool)
    expected = roc_auc_score(truth.ravel(), np.eye(10).ravel())
    assert own["auroc"].iloc[0] == pytest.approx(expected)
    assert own["auroc"].min() > 0.6
    assert (own["orientation"] == 0.5).all()


def test_intervals_are_of_the_t_distribution(linear):
    scores, _ = recovery_scores({"pearson": Pearson()}, linear)
    row = summarise_recovery(scores).set_index("method").loc["pearson"]
    values = scores.loc[scores["method"] == "pearson", "auroc"].to_numpy()
    low, high = student_t.interval(
        0.95, len(values) - 1, loc=values.mean(), scale=values.std(ddof=1) / np.sqrt(len(values))
    )
    assert row["auroc_lower"] == pytest.approx(low)
    assert row["auroc_upper"] == pytest.approx(high)
    one = summarise_recovery(scores[scores["data_set"] == 1]).set_index("method").loc["pearson"]
    assert np.isnan(one["auroc_lower"])


def test_a_data_set_that_a_method_cannot_use_costs_only_its_own_score(linear):
    flat = linear.series[0].values.copy()
    flat[:, 3] = 1.0
    series = (TimeSeries((flat,), 1.0, linear.series[0].regions), *linear.series[1:])
    scores, failed = recovery_scores(
        {"pearson": Pearson()}, KnownTruth("odd", series, linear.truths)
    )
    assert list(failed) == ["pearson, data set 1"]
    assert "region-04" in failed["pearson, data set 1"]
    assert sorted(scores.loc[scores["method"] == "pearson", "data_set"]) == list(range(2, 9))


def test_no_estimator_is_an_error(linear):
    with pytest.raises(ParameterError, match="at least one estimator"):
        recovery_scores({}, linear)


def test_pearson_on_netsim_comes_out_as_it_was_measured(shared):
    path = shared / "data" / "ground_truth" / "netsim" / "sim03.npz"
    scores, _ = recovery_scores({"pearson": Pearson()}, read_known_truth(path, "netsim-sim3", 3.0))
    row = summarise_recovery(scores).set_index("method").loc["pearson"]
    assert row["data_sets"] == 50
    assert row["auroc"] == pytest.approx(0.922, abs=0.003)
    assert row["orientation"] == 0.5
