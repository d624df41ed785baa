"""Figure of reliability: agreement between seeds, halves of a session, and sessions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import method_rows
from attnconn_core.figures.style import FAINT, INK, SMALL, TINY, UNSIGNED, canvas, heading
from attnconn_core.scoring.score import Scored

__all__ = ["reliability_figures", "reliability_panel"]

# Column of the scores → label, and column drawn as a hollow mark beside it.
_PANELS = {
    "seeds_r": ("r between seeds", "ensemble_r"),
    "halves_r": ("r between halves", "halves_corrected"),
    "icc": ("ICC of edges, mean", "icc_median"),
}


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
        Number of seeds in the ensemble whose expected agreement is drawn hollow.
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
    rows = {str(method): dict(own) for method, own in table.iterrows()}
    figure = canvas(height=2.3 + 0.42 * len(looks))
    panels = figure.subplots(1, 4, width_ratios=[1.15, 1, 1, 1])
    for place, (axes, (column, (title, beside))) in enumerate(
        zip(panels, _PANELS.items(), strict=False)
    ):
        for row, (method, look) in enumerate(looks.items()):
            _draw(axes, rows[method], column, beside, row, look)
        method_rows(axes, [*map(styles.label, looks)], names=place == 0)
        axes.set_title(title, fontsize=SMALL, color=INK)
        _limit(axes, table[[column, f"{column}_lower", f"{column}_upper", beside]].to_numpy())
        n = table[f"{column.removesuffix('_r')}_n"]
        axes.set_xlabel(_subjects(n[n > 0]), fontsize=TINY, color=FAINT)
    panels[0].axvline(least_agreement, color=INK, linestyle="--", linewidth=1)
    _strengths(panels[3], by_strength, [*looks])
    _explain(figure, ensemble)
    heading(
        figure,
        "Reliability: does a method give the same matrix again?",
        "seeds: the same session by models of other seeds; halves: a session's two halves, each "
        "by its own model; ICC: the share of an edge's variance that lies between subjects"
        + styles.explanation(looks),
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
    value, low, high = (float(own[f"{column}{end}"]) for end in ("", "_lower", "_upper"))
    if not np.isfinite(value):
        why = "not trained" if column == "seeds_r" else "no value"
        place = axes.get_yaxis_transform()
        axes.text(0.04, row, why, transform=place, fontsize=TINY, color=FAINT, va="center")
        return
    if np.isfinite([low, high]).all():
        axes.plot([low, high], [row, row], color=look.colour, linewidth=1.6, zorder=2)
    style: dict[str, Any] = {
        "s": 34,
        "marker": look.marker,
        "edgecolors": look.colour,
        "clip_on": False,
    }
    if np.isfinite(other := float(own[beside])):
        axes.scatter([other], [row], facecolors="white", zorder=3, **style)
    axes.scatter([value], [row], facecolors=look.colour, zorder=4, **style)


def _limit(axes: Axes, values: np.ndarray) -> None:
    """Set limits of 0 to 1, extended to lower values."""
    known = values[np.isfinite(values)]
    low = max(-1.0, min(0.0, float(known.min()))) if known.size else 0.0
    axes.set_xlim(low - 0.04, 1.04)


def _subjects(n: pd.Series) -> str:
    if n.empty:
        return ""
    few, many = int(n.min()), int(n.max())
    return f"{few} subjects" if few == many else f"{few} to {many} subjects"


def _strengths(axes: Axes, by_strength: pd.DataFrame, methods: Sequence[str]) -> None:
    """Draw the ICC of each fifth of the edges, in one row per method."""
    method_rows(axes, methods, names=False)
    axes.set_title("ICC by strength of the edge", fontsize=SMALL, color=INK)
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
                fontsize=SMALL,
                color=INK if value > 0.55 else "white",
            )
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.set_xticks(range(numbers.shape[1]), [str(part) for part in values.columns])
    axes.set_xlabel("fifth of the edges, weakest to strongest", fontsize=TINY, color=FAINT)


def _explain(figure: Figure, ensemble: int) -> None:
    hollow: dict[str, Any] = {
        "color": FAINT,
        "marker": "o",
        "linestyle": "",
        "markerfacecolor": "white",
    }
    figure.legend(
        handles=[
            Line2D([], [], color=FAINT, marker="o", linestyle="", label="mean over subjects"),
            Line2D([], [], color=FAINT, linewidth=1.6, label="95 % interval"),
            Line2D(
                [],
                [],
                **hollow,
                label=f"expected: ensembles of {ensemble}, whole session; median edge",
            ),
            Line2D([], [], color=INK, linestyle="--", linewidth=1, label="least agreement"),
        ],
        loc="outside lower right",
        ncols=4,
        fontsize=TINY,
        frameon=False,
        labelcolor=INK,
    )
