"""Figure of reliability: agreement between seeds, halves of a session, and sessions."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from attnconn_core.errors import ParameterError
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.references import LEAST_AGREEMENT
from attnconn_core.figures.rows import method_rows
from attnconn_core.figures.style import COLUMN, FAINT, INK, SMALL, TINY, UNSIGNED, canvas, heading
from attnconn_core.scoring.reliability.jackknife import ENDS
from attnconn_core.scoring.score import Scored

__all__ = ["reliability_figures", "reliability_panel"]

# Column of the scores → title, quantity, and column drawn below it with a mark of its own.
_PANELS = {
    "seeds_r": ("r between seeds", "Pearson's r", "ensemble_r"),
    "halves_r": ("r between halves", "Pearson's r", "halves_corrected"),
    "icc": ("ICC of edges", "ICC", "icc_median"),
}
_BESIDE = {"ensemble_r": "x", "halves_corrected": "+", "icc_median": "|"}
_LETTERS = 30  # in a line of a method's name
_APART = 0.17  # rows between a value and the further one


def reliability_panel(
    scores: pd.DataFrame,
    by_strength: pd.DataFrame,
    least_agreement: float = 0.9,
    *,
    ensemble: int = 5,
    styles: Styles | None = None,
) -> Figure:
    """Draw every method's agreement between seeds and halves, and its test–retest ICC.

    Parameters
    ----------
    scores, by_strength
        Tables of the score `Reliability`.
    least_agreement
        Least agreement between seeds, drawn as a broken line.
    ensemble
        Number of seeds in the ensemble whose expected agreement is drawn as a cross.
    styles
        Labels and looks of the methods; those of the registry if None.

    Raises
    ------
    ParameterError
        If there is no method.
    """
    if scores.empty:
        raise ParameterError("a figure of reliability needs at least one method; got none")
    styles = styles or default_styles()
    looks = styles.looks(scores["method"].astype(str))
    table = scores.set_index("method")
    labels = [fill(styles.label(method), _LETTERS) for method in looks]
    rows = {str(method): dict(own) for method, own in table.iterrows()}
    figure = canvas(height=2.9 + 0.3 * len(looks), width=COLUMN)
    panels = figure.subplots(1, 4, width_ratios=[1, 1, 1, 1.1])
    for place, (axes, (column, (title, quantity, beside))) in enumerate(
        zip(panels, _PANELS.items(), strict=False)
    ):
        for row, (method, look) in enumerate(looks.items()):
            _draw(axes, rows[method], column, beside, row, look)
        method_rows(axes, labels, names=place == 0)
        axes.set_title(title, fontsize=SMALL, color=INK)
        _limit(axes, table[[f"{name}{end}" for name in (column, beside) for end in ENDS]])
        n = table[f"{column.removesuffix('_r')}_n"]
        axes.set_xlabel(f"{quantity}\n{_subjects(n[n > 0])}".strip(), fontsize=TINY, color=INK)
    panels[0].axvline(least_agreement, color=INK, linestyle="--", linewidth=1)
    _strengths(panels[3], by_strength, [*looks])
    _explain(figure, ensemble, least_agreement)
    heading(
        figure,
        "Reliability: does a method give the same matrix again?",
        "seeds: the same session by models of other seeds; halves: a session's two halves, each "
        "by its own model; ICC: the share of an edge's variance that lies between subjects; every "
        "mark has its own 95 % interval" + styles.explanation(looks),
    )
    return figure


def reliability_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `Reliability`."""
    figure = reliability_panel(
        scored.tables["scores"],
        scored.tables["by_strength"],
        scored.facts["least agreement"],
        ensemble=scored.facts["ensemble"],
        styles=context.styles,
    )
    return {"figure": figure}


def _draw(
    axes: Axes, own: Mapping[str, Any], column: str, beside: str, row: int, look: Look
) -> None:
    """Draw a value and, below it, the further one, each with its own interval."""
    if not np.isfinite(float(own[column])):
        why = "not trained" if column == "seeds_r" else "no value"
        place = axes.get_yaxis_transform()
        axes.text(0.04, row, why, transform=place, fontsize=TINY, color=FAINT, va="center")
        return
    for name, marker, at in (
        (column, look.marker, row - _APART),
        (beside, _BESIDE[beside], row + _APART),
    ):
        value, low, high = (float(own.get(f"{name}{end}", np.nan)) for end in ENDS)
        if np.isfinite([low, high]).all():
            axes.plot([low, high], [at, at], color=look.colour, linewidth=1.3, zorder=2)
        if np.isfinite(value):
            marked = axes.scatter([value], [at], s=26, marker=marker, zorder=4, clip_on=False)
            marked.set(color=look.colour, linewidth=1.3 if name == beside else 0.5)


def _limit(axes: Axes, table: pd.DataFrame) -> None:
    """Set limits of 0 to 1, extended to lower values."""
    values = table.to_numpy(dtype=np.float64)
    known = values[np.isfinite(values)]
    low = max(-1.0, min(0.0, float(known.min()))) if known.size else 0.0
    axes.set_xlim(low - 0.04, 1.04)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))


def _subjects(n: pd.Series) -> str:
    if n.empty:
        return ""
    few, many = int(n.min()), int(n.max())
    return f"{few} subjects" if few == many else f"{few} to {many} subjects"


def _strengths(axes: Axes, by_strength: pd.DataFrame, methods: Sequence[str]) -> None:
    """Draw the ICC of each fifth of the edges, in one row per method."""
    method_rows(axes, methods, names=False)
    axes.set_title("ICC by strength", fontsize=SMALL, color=INK)
    axes.grid(visible=False)
    if by_strength.empty:
        axes.text(0.5, 0.5, "no value", transform=axes.transAxes, ha="center", color=FAINT)
        axes.set_xticks([])
        return
    values = by_strength.pivot(index="method", columns="part", values="icc").reindex([*methods])
    numbers = values.to_numpy(dtype=np.float64)
    axes.imshow(numbers, cmap=UNSIGNED, vmin=0, vmax=1, aspect="auto", alpha=0.85)
    for (row, part), value in np.ndenumerate(numbers):
        if np.isfinite(value):
            axes.text(
                part,
                row,
                f"{value:.2f}".replace("-", "−").replace("0.", "."),
                ha="center",
                va="center",
                fontsize=TINY,
                color=INK if value > 0.55 else "white",
            )
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.set_xticks(range(numbers.shape[1]), [str(part) for part in values.columns])
    axes.set_xlabel("fifths of the edges,\nweakest to strongest", fontsize=TINY, color=INK)


def _explain(figure: Figure, ensemble: int, least_agreement: float) -> None:
    said = {
        "ensemble_r": f"expected of the mean of {ensemble} seeds",
        "halves_corrected": "expected of whole sessions",
        "icc_median": "ICC: median over edges",
    }
    measured = "mean over subjects; ICC: mean over edges"
    handles = [Line2D([], [], color=FAINT, marker="o", linestyle="", label=measured)]
    for name, marker in _BESIDE.items():
        mark = Line2D([], [], color=FAINT, marker=marker, linestyle="", label=said[name])
        mark.set_markeredgewidth(1.3)
        handles.append(mark)
    name = f"{LEAST_AGREEMENT}: {least_agreement:.2f}"
    figure.legend(
        handles=[
            *handles,
            Line2D([], [], color=FAINT, linewidth=1.3, label="95 % interval"),
            Line2D([], [], color=INK, linestyle="--", linewidth=1, label=name),
        ],
        loc="outside lower right",
        ncols=2,
        fontsize=TINY,
        frameon=False,
        labelcolor=INK,
    )
