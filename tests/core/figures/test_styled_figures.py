"""Every figure names and draws methods by the styles that it is given."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.connectivity import METHODS, configured
from attnconn_core.figures import (
    Album,
    Styles,
    behaviour_panel,
    comparison_panel,
    edge_scatters,
    fingerprint_panel,
    forecast_pairs,
    forecast_panel,
    forecast_scatter,
    matrix,
    matrix_gallery,
    network_means,
    recovered_graphs,
    recovery_panel,
    similarity_panel,
    winners_panel,
)
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity
from attnconn_core.scoring import fingerprint, recovery_scores
from attnconn_core.scoring.comparison.verdicts import compare_hits
from attnconn_core.sources import simulated_truth

NAME = "sensitivity_group_wide"
LABEL, COLOUR = "Sensitivity (group, wide)", "#d55e00"
STYLES = Styles(configured(["base", "wide"]).values())
TABLE = RegionTable(tuple("abcd"), ("X", "X", "Y", "Y"), None, "lobe")
CONNECTIVITY = Connectivity(np.arange(16.0).reshape(4, 4), TABLE.regions, NAME, True)

Drawn = Callable[[Styles | None], Figure]


def _fingerprints(styles: Styles | None) -> Figure:
    matrices = np.random.default_rng(0).normal(size=(5, 4, 4))
    score = fingerprint(matrices, matrices + 0.1, permutations=5)
    return fingerprint_panel({NAME: score}, {NAME: {60: 0.5}}, 0.2, "design", styles=styles)


def _similarities(styles: Styles | None) -> Figure:
    matrices = np.random.default_rng(0).normal(size=(5, 4, 4))
    score = fingerprint(matrices, matrices + 0.1, permutations=5)
    return similarity_panel({NAME: score}, "design", styles=styles)


def _winners(styles: Styles | None) -> Figure:
    columns = ["method", "accuracy", "accuracy_lower", "accuracy_upper", "p_value"]
    scores = pd.DataFrame([(NAME, 0.9, 0.7, 1.0, 0.01)], columns=columns)
    compared = compare_hits(scores, pd.DataFrame({NAME: [1.0, 0.5]}), 0.1)
    return winners_panel({"Age": compared}, styles=styles)


def _recoveries(styles: Styles | None) -> Figure:
    estimators = {NAME: METHODS["pearson"].make()}
    scores, _ = recovery_scores(estimators, simulated_truth("linear-10", 3, seed=0))
    return recovery_panel(scores, "linear-10", styles=styles)


def _behaviours(styles: Styles | None) -> Figure:
    scores = pd.DataFrame({"method": [NAME], "target": ["Age"], "r": [0.1], "r2": [0.0]})
    return behaviour_panel(scores, styles=styles)


def _comparisons(styles: Styles | None) -> Figure:
    row = ("fingerprint", "accuracy", NAME, 0.9, 0.7, 1.0, 0.1, 20, "subjects", 15)
    names = ["score", "measure", "method", "value", "lower", "upper", "reference"]
    names += ["n", "unit", "fewest"]
    scores = pd.DataFrame([row], columns=names)
    return comparison_panel(scores, scores[names[:3]], styles=styles)


def _forecasts(styles: Styles | None) -> Figure:
    return forecast_panel(pd.DataFrame({NAME: [0.1, 0.2]}), styles=styles)


def _scatter(styles: Styles | None) -> Figure:
    x, y = np.array([0.1, 0.2]), np.array([0.2, 0.3])
    return forecast_scatter(x, y, "ab", x_method="ar", y_method=NAME, styles=styles)


def _pairs(styles: Styles | None) -> Figure:
    return forecast_pairs(pd.DataFrame({NAME: [0.1, 0.2], "ar": [0.2, 0.1]}), "ar", styles=styles)


IN_COLOUR = (
    *(_fingerprints, _similarities, _recoveries, _behaviours, _winners, _comparisons),
    *(_forecasts, _scatter, _pairs),
)


@pytest.mark.parametrize("draw", IN_COLOUR)
def test_a_method_has_the_label_and_the_colour_of_its_style(draw: Drawn, written) -> None:
    figure = draw(STYLES)
    assert LABEL in written(figure)
    assert COLOUR in _colours(figure)
    unstyled = draw(None)
    assert "sensitivity group wide" in written(unstyled)
    assert COLOUR not in _colours(unstyled)


@pytest.mark.parametrize(
    "draw",
    [
        lambda styles: matrix(CONNECTIVITY, TABLE, signed=False, styles=styles),
        lambda styles: matrix_gallery([CONNECTIVITY], TABLE, {NAME: False}, styles=styles),
        lambda styles: network_means(CONNECTIVITY, TABLE, styles=styles),
        lambda styles: edge_scatters([(CONNECTIVITY, CONNECTIVITY)], styles=styles),
        lambda styles: recovered_graphs(
            np.tri(4),
            {NAME: CONNECTIVITY},
            pd.DataFrame({"method": [NAME, "chance"], "data_set": 1, "auprc": 0.5}),
            "linear-5",
            styles=styles,
        ),
    ],
)
def test_a_matrix_has_the_label_of_its_methods_style(draw: Drawn, written) -> None:
    assert LABEL in written(draw(STYLES))
    assert "sensitivity group wide" in written(draw(None))


def test_an_album_hands_its_styles_on() -> None:
    named, unnamed = (
        Album(TABLE, styles).matrix(CONNECTIVITY, signed=False) for styles in (STYLES, None)
    )
    assert named != unnamed


def _colours(figure: Figure) -> set[str]:
    """Colours of all points, lines and bars."""
    points = [c for axes in figure.axes for each in axes.collections for c in each.get_facecolor()]
    lines = [line.get_color() for axes in figure.axes for line in axes.lines]
    bars = [patch.get_facecolor() for axes in figure.axes for patch in axes.patches]
    handles = [handle for each in figure.legends for handle in each.legend_handles]
    marks = [handle.get_color() for handle in handles if isinstance(handle, Line2D)]
    return {to_hex(colour) for colour in (*points, *lines, *bars, *marks)}
