"""Figure of the comparison: every method on every score, and who leads."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import method_rows
from attnconn_core.figures.style import (
    FAINT,
    INK,
    SMALL,
    TINY,
    canvas,
    heading,
    plain,
    tidy,
)

__all__ = ["comparison_panel"]

_ACROSS = 4


def comparison_panel(
    scores: pd.DataFrame, leaders: pd.DataFrame, *, styles: Styles | None = None
) -> Figure:
    """Draw one panel per score and measure, with every method's score and its interval.

    Parameters
    ----------
    scores
        One row per score, measure and method: ``score``, ``measure``, ``method``,
        ``value``, ``lower``, ``upper`` and ``reference``, which is drawn as a broken line;
        ``n`` units (``unit``), of which at least ``fewest`` are needed for a leader.
    leaders
        One row per score, measure and leading method. Markers of leaders are filled, others
        hollow; a panel without a leader states why.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no score.
    """
    if scores.empty:
        raise ParameterError("a figure of a comparison needs at least one score; got none")
    styles = styles or default_styles()
    looks = styles.looks(scores["method"].unique())
    panels = list(scores.groupby(["score", "measure"], sort=False))
    leading = set(leaders[["score", "measure", "method"]].itertuples(index=False, name=None))
    across = min(_ACROSS, len(panels))
    down = -(-len(panels) // across)
    figure = canvas(height=1.6 + down * (0.9 + 0.3 * len(looks)))
    grid = figure.subplots(down, across, squeeze=False)
    for number, axes in enumerate(grid.flat):
        if number >= len(panels):
            axes.set_axis_off()
            continue
        (score, measure), own = panels[number]
        led = [method for method in looks if (score, measure, method) in leading]
        _draw(axes, own.set_index("method"), looks, led)
        method_rows(axes, [*map(styles.label, looks)], names=number % across == 0)
        tidy(axes, grid="x")
        axes.set_title(plain(f"{score}\n{measure}\n{_support(own)}"), fontsize=SMALL, color=INK)
        if not led:
            axes.set_xlabel(_why_nobody(own), fontsize=TINY, color=FAINT)
    _explain(figure)
    heading(
        figure,
        "Which methods lead",
        "leaders beat the reference, no method is shown to be better, and n is large enough"
        f"{styles.explanation(looks)}",
    )
    return figure


def _support(scores: pd.DataFrame) -> str:
    """Return the number of units behind a panel's scores, in words."""
    fewest, most = int(scores["n"].min()), int(scores["n"].max())
    n = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return f"n = {n} {scores['unit'].iloc[0]}"


def _why_nobody(scores: pd.DataFrame) -> str:
    if scores["n"].min() < scores["fewest"].iloc[0]:
        return f"too few to name a leader (at least {scores['fewest'].iloc[0]})"
    return "no method is shown to beat the reference"


def _draw(axes: Axes, scores: pd.DataFrame, looks: Mapping[str, Look], leading: list[str]) -> None:
    for row, (method, look) in enumerate(looks.items()):
        if method not in scores.index:
            continue
        value, low, high = scores.loc[method, ["value", "lower", "upper"]].to_numpy(dtype=float)
        if np.isfinite([low, high]).all():
            axes.plot([low, high], [row, row], color=look.colour, linewidth=1.4, zorder=2)
        axes.scatter(
            [value],
            [row],
            s=30,
            marker=look.marker,
            edgecolors=look.colour,
            facecolors=look.colour if method in leading else "white",
            zorder=3,
            clip_on=False,
        )
    axes.axvline(float(scores["reference"].iloc[0]), color=INK, linestyle="--", linewidth=1)


def _explain(figure: Figure) -> None:
    figure.legend(
        handles=[
            Line2D([], [], color=FAINT, marker="o", linestyle="", label="leads"),
            Line2D(
                [],
                [],
                color=FAINT,
                marker="o",
                linestyle="",
                markerfacecolor="white",
                label="doesn't",
            ),
            Line2D([], [], color=FAINT, linewidth=1.4, label="95 % interval"),
            Line2D([], [], color=INK, linestyle="--", linewidth=1, label="reference"),
        ],
        loc="outside lower right",
        ncols=4,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
