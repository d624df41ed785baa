"""Figure of recovered graphs beside the ground truth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Shaped
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    MISSING,
    NORMAL,
    SMALL,
    UNSIGNED,
    canvas,
    heading,
    plain,
    tidy,
)
from attnconn_core.records import Connectivity
from attnconn_core.scoring.recovery.table import CHANCE, NULL_ROWS

__all__ = ["recovered_graphs", "shown_methods"]

_ACROSS = 3
_BEST = 3
_ALSO = "attention"  # a family
_DATA_SET = 1
_MOST_LABELS = 12
_POINTS = 150.0  # least width of a matrix
_TRUE = "#D55E00"


def recovered_graphs(
    truth: Shaped[np.ndarray, "region region"],
    estimates: Mapping[str, Connectivity],
    scores: pd.DataFrame,
    name: str,
    *,
    styles: Styles | None = None,
) -> Figure:
    """Draw one data set's ground truth, and beside it the graphs that methods recover from it.

    All matrices have the same order of nodes. True edges are framed in each of them. Estimates
    are absolute values, each with colours from 0 to its own largest value off the diagonal.

    Parameters
    ----------
    truth
        [target, source]; values other than zero are edges.
    estimates
        Method → estimated matrix, in the order in which they are drawn.
    scores
        Table from `attnconn_core.scoring.recovery_scores`: the average precision of these
        methods, and of chance, on the first data set is written above the matrices.
    name
        Name of the group of data sets.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no estimate, or one has another shape than the truth.
    """
    if not estimates:
        raise ParameterError(f"a figure of graphs of {name} needs an estimate; got none")
    for method, estimate in estimates.items():
        if estimate.values.shape != truth.shape:
            raise ParameterError(
                f"estimate and truth must have the same shape; got {estimate.values.shape} by "
                f"{method} and {truth.shape}"
            )
    styles = styles or default_styles()
    own = scores[scores["data_set"] == _DATA_SET].set_index("method")["auprc"]
    edges = (truth != 0) & ~np.eye(len(truth), dtype=bool)
    across = 2 if len(estimates) == _BEST else min(_ACROSS, 1 + len(estimates))
    down = -(-(1 + len(estimates)) // across)
    figure = canvas(height=1.7 + down * ((COLUMN - 0.4) / across + 0.1), width=COLUMN)
    panels = figure.subplots(down, across, squeeze=False)
    drawn = [(f"Ground truth\n{int(edges.sum())} edges", edges.astype(np.float64))]
    for method, estimate in estimates.items():
        title = f"{styles.label(method)}\naverage precision {own[method]:.2f}"
        drawn.append((title, np.abs(estimate.values).astype(np.float64)))
    for place, axes in enumerate(panels.flat):
        if place >= len(drawn):
            axes.set_visible(False)
            continue
        title, values = drawn[place]
        _draw(axes, values, edges, title)
        if place % across == 0:
            axes.set_ylabel("target", fontsize=NORMAL)
        if place + across >= len(drawn):
            axes.set_xlabel("source", fontsize=NORMAL)
    _explain(figure)
    n_sets = int(scores["data_set"].max())
    heading(
        figure,
        f"Recovered graphs beside the ground truth: {name}",
        f"data set {_DATA_SET} of {n_sets}, {len(truth)} nodes; the methods with the best average "
        f"precision over all data sets, and attention; chance {own[CHANCE]:.2f}"
        + styles.explanation(estimates),
    )
    return figure


def shown_methods(scores: pd.DataFrame, styles: Styles) -> list[str]:
    """Return the methods whose graphs are drawn: the best three, and the best attention.

    Parameters
    ----------
    scores
        Table from `attnconn_core.scoring.recovery_scores`.
    styles
        Families and order of methods.

    Returns
    -------
    methods
        Methods that have a score on the first data set, the highest mean average precision
        first; methods with equal means in the order of the styles.
    """
    judged = scores[~scores["method"].isin(NULL_ROWS)]
    there = set(judged.loc[judged["data_set"] == _DATA_SET, "method"])
    means = judged.groupby("method")["auprc"].mean()
    ordered = sorted(styles.sort(there), key=lambda method: -float(means[method]))
    best = ordered[:_BEST]
    attention = [method for method in ordered if styles.family(method) == _ALSO]
    return [*best, *(method for method in attention[:1] if method not in best)]


def _draw(
    axes: Axes,
    values: Float[np.ndarray, "region region"],
    edges: Bool[np.ndarray, "region region"],
    title: str,
) -> None:
    n = len(values)
    hidden = np.ma.masked_array(values, np.eye(n, dtype=bool) | ~np.isfinite(values))
    largest = float(hidden.max()) if hidden.count() else 0.0
    axes.imshow(
        hidden,
        cmap=colormaps[UNSIGNED].with_extremes(bad=MISSING),
        vmin=0,
        vmax=largest or 1.0,
        interpolation="nearest",
    )
    target, source = np.nonzero(edges)
    cell = min(_POINTS / n, 15.0)  # points
    axes.scatter(
        source,
        target,
        s=(0.7 * cell) ** 2,
        marker="s",
        facecolors="none",
        edgecolors=_TRUE,
        linewidths=0.12 * cell,
    )
    tidy(axes)
    axes.spines[:].set_visible(False)
    step = 1 if n <= _MOST_LABELS else max(1, round(n / 5))
    shown: Sequence[int] = range(0, n, step)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(shown, [f"{place + 1}" for place in shown])
    axes.tick_params(length=0)
    axes.set_title(plain(title), fontsize=SMALL, color=INK)


def _explain(figure: Figure) -> None:
    strongest, weakest = (colormaps[UNSIGNED](end) for end in (1.0, 0.0))
    square: dict[str, Any] = {"marker": "s", "linestyle": "", "markersize": 8}
    figure.legend(
        handles=[
            Line2D([], [], markerfacecolor="none", color=_TRUE, label="true edge", **square),
            Line2D([], [], color=strongest, label="strongest", **square),
            Line2D([], [], color=weakest, label="0", **square),
            Line2D([], [], color=MISSING, label="diagonal, not scored", **square),
        ],
        loc="outside lower center",
        ncols=4,
        fontsize=SMALL,
        frameon=False,
        labelcolor=FAINT,
    )
