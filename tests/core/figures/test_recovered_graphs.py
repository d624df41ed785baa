"""Estimates are drawn beside the truth, in its order, with true edges marked."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import Granger, Partial, Pearson
from attnconn_core.errors import ParameterError
from attnconn_core.figures import default_styles, recovered_graphs, shown_methods
from attnconn_core.scoring import recovery_scores
from attnconn_core.sources import simulated_truth


@pytest.fixture(scope="module")
def recovered():
    data, first = simulated_truth("linear-10", 3, seed=0), {}
    estimators = {"granger": Granger(1, 1.0, None), "partial": Partial(), "pearson": Pearson()}

    def keep(method, data_set, estimate):
        if data_set == 1:
            first[method] = estimate

    scores, _ = recovery_scores(estimators, data, None, keep)
    return data, scores, first


def test_the_matrices_are_the_truth_and_the_estimates(recovered) -> None:
    data, scores, first = recovered
    figure = recovered_graphs(data.truths[0], first, scores, "linear-10")
    off = ~np.eye(10, dtype=bool)
    true = (data.truths[0] != 0) & off
    expected = [true, *(np.abs(estimate.values) for estimate in first.values())]
    for axes, values in zip(figure.axes, expected, strict=True):
        drawn = axes.images[0].get_array()
        np.testing.assert_allclose(drawn.data[off], values[off])
        assert drawn.mask.diagonal().all()
        marked = axes.collections[0].get_offsets()
        assert {(int(y), int(x)) for x, y in marked} == {*zip(*np.nonzero(true), strict=True)}
        assert axes.images[0].get_clim()[1] == pytest.approx(float(values[off].max()))


def test_average_precision_of_this_data_set_is_in_the_titles(recovered, written) -> None:
    data, scores, first = recovered
    figure = recovered_graphs(data.truths[0], first, scores, "linear-10")
    own = scores[scores["data_set"] == 1].set_index("method")["auprc"]
    titles = [axes.get_title() for axes in figure.axes]
    true = ((data.truths[0] != 0) & ~np.eye(10, dtype=bool)).sum()
    assert titles[0] == f"Ground truth\n{true} edges"
    for title, method in zip(titles[1:], first, strict=True):
        assert f"average precision {own[method]:.2f}" in title
    said = " ".join(written(figure).split())
    assert "data set 1 of 3, 10 nodes" in said
    assert f"chance {own['chance']:.2f}" in said
    assert {"source", "target"} <= set(written(figure).splitlines())


@pytest.mark.parametrize("count", [1, 2, 3])
def test_nothing_is_cut_off(count: int, recovered, cut_off, overlapping) -> None:
    data, scores, first = recovered
    some = dict([*first.items()][:count])
    figure = recovered_graphs(data.truths[0], some, scores, "linear-10")
    assert not cut_off(figure)
    assert not overlapping(figure)


def _scores(means: dict[str, float], lacking: str = "") -> pd.DataFrame:
    rows = [
        (method, data_set, mean + 0.1 * data_set)
        for method, mean in {**means, "chance": 0.9, "self_loops_only": 0.9}.items()
        for data_set in (1, 2)
        if (method, data_set) != (lacking, 1)
    ]
    return pd.DataFrame(rows, columns=["method", "data_set", "auprc"])


MEANS = {
    "pearson": 0.3,
    "partial": 0.5,
    "granger": 0.7,
    "attention_finetuned": 0.1,
    "attention_subject": 0.2,
}


def test_the_best_three_and_the_best_attention_are_shown() -> None:
    styles = default_styles()
    shown = shown_methods(_scores(MEANS), styles)
    assert shown == ["granger", "partial", "pearson", "attention_subject"]
    better = {**MEANS, "attention_subject": 0.6}
    assert shown_methods(_scores(better), styles) == ["granger", "attention_subject", "partial"]


def test_a_method_that_fails_on_the_first_data_set_is_not_shown() -> None:
    shown = shown_methods(_scores(MEANS, lacking="granger"), default_styles())
    assert shown == ["partial", "pearson", "attention_subject"]


def test_what_can_not_be_drawn_is_refused(recovered) -> None:
    data, scores, first = recovered
    with pytest.raises(ParameterError, match="linear-10 needs an estimate"):
        recovered_graphs(data.truths[0], {}, scores, "linear-10")
    with pytest.raises(ParameterError, match=r"got \(10, 10\) by granger and \(5, 5\)"):
        recovered_graphs(data.truths[0][:5, :5], first, scores, "linear-10")
