"""Figure of recovery: detection and direction of the edges of a ground truth."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.rows import method_rows, points
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    SMALL,
    canvas,
    heading,
    tidy,
)
from attnconn_core.scoring.recovery.table import CHANCE, NULL_ROWS, summarise_recovery

__all__ = ["recovery_panel"]

_SHOWN = {
    "auprc_undirected": "detection: average precision,\neither direction",
    "auprc": "detection and direction:\naverage precision",
    "orientation": "direction of the true\none-way edges: share right",
}


def recovery_panel(scores: pd.DataFrame, name: str, *, styles: Styles | None = None) -> Figure:
    """Draw three scores of every method: one point per data set, mean and 95 % interval.

    Parameters
    ----------
    scores
        Table from `attnconn_core.scoring.recovery_scores`.
    name
        Name of the group of data sets.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If no method has a score.
    """
    summary = summarise_recovery(scores).set_index("method")
    styles = styles or default_styles()
    looks = styles.looks(name for name in summary.index if name not in NULL_ROWS)
    if not looks:
        raise ParameterError(f"a figure of {name} needs a method with a score; got none")
    figure = canvas(height=2.4 + 0.26 * len(looks), width=COLUMN)
    panels = figure.subplots(1, len(_SHOWN))
    for column, (axes, (score, label)) in enumerate(zip(panels, _SHOWN.items(), strict=True)):
        for row, (method, look) in enumerate(looks.items()):
            own = scores.loc[scores["method"] == method, score].to_numpy(dtype=float)
            points(axes, own, row, look, height=0.2)
            mean, low, high = summary.loc[method, [score, f"{score}_lower", f"{score}_upper"]]
            axes.plot([low, high], [row, row], color=INK, linewidth=1.6, zorder=4)
            axes.plot([mean, mean], [row - 0.35, row + 0.35], color=INK, linewidth=2.2, zorder=5)
        axes.axvline(summary.loc[CHANCE, score], color=INK, linestyle="--", linewidth=1)
        method_rows(axes, [*map(styles.label, looks)], names=column == 0)
        tidy(axes, grid="x")
        axes.set(xlim=(-0.02, 1.02), xlabel=label)
    figure.legend(
        handles=[
            Line2D([], [], color=FAINT, marker="o", linestyle="", label="data set"),
            Line2D([], [], color=INK, marker="|", markersize=12, label="mean, 95 % interval"),
            Line2D([], [], color=INK, linestyle="--", linewidth=1, label="chance"),
        ],
        loc="outside lower right",
        ncols=3,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
    n_sets = int(np.max(summary["data_sets"]))
    heading(
        figure,
        f"Recovery of a ground truth: {name}",
        f"{n_sets} data sets; without the diagonal{styles.explanation(looks)}",
    )
    return figure
