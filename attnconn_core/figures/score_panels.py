"""Default figure of a score: one row per method, from its table."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import method_rows, points
from attnconn_core.figures.style import COLUMN, FAINT, INK, SMALL, canvas, heading, plain
from attnconn_core.scoring.score import Score, Scored

__all__ = ["score_panel", "score_panel_figures"]


def score_panel(
    scores: pd.DataFrame, title: str, subtitle: str = "", *, styles: Styles | None = None
) -> Figure:
    """Draw the first numeric column of a score for every method, with its interval.

    Parameters
    ----------
    scores
        The column ``method``, and numeric columns, of which the first is drawn. For methods with
        several rows, all values are drawn, with a vertical bar at their mean. For methods with one
        row, the interval is drawn if there are columns ``<name>_lower`` and
        ``<name>_upper``.
    title, subtitle
        The score's label, and its description.
    styles
        Labels and looks of the methods; those of the registry if None.

    Raises
    ------
    ParameterError
        If there is no row, or no column of methods or of numbers.
    """
    column = _drawn_column(scores)
    styles = styles or default_styles()
    looks = styles.looks(scores["method"].astype(str).unique())
    figure = canvas(height=1.8 + 0.3 * len(looks), width=COLUMN)
    axes = figure.subplots()
    shows_intervals = False
    for row, (method, look) in enumerate(looks.items()):
        own = scores[scores["method"] == method]
        shows_intervals |= _draw(axes, own, column, row, look)
    method_rows(axes, [*map(styles.label, looks)])
    axes.margins(x=0.06)
    several = bool(scores["method"].duplicated().any())
    note = ", bar: mean" if several else ", line: interval" if shows_intervals else ""
    axes.set_xlabel(plain(f"{column.replace('_', ' ')}{note}"))
    heading(figure, title, f"{subtitle}{styles.explanation(looks)}".removeprefix("; "))
    return figure


def score_panel_figures(
    score: Score, scored: Scored, context: FigureContext
) -> Mapping[str, Figure]:
    """Draw the result of a score that has no figure of its own."""
    scores = scored.tables["scores"]
    figure = score_panel(scores, score.label, score.description, styles=context.styles)
    return {"figure": figure}


def _drawn_column(scores: pd.DataFrame) -> str:
    if scores.empty or "method" not in scores:
        raise ParameterError(
            "a figure of scores needs a column method and a row; got "
            f"{len(scores)} rows of {', '.join(map(str, scores.columns)) or 'no column'}"
        )
    numbers = scores.drop(columns="method").select_dtypes("number").columns
    if not len(numbers):
        raise ParameterError(
            f"a figure of scores needs a column of numbers; got {', '.join(map(str, scores))}"
        )
    return str(numbers[0])


def _draw(axes: Axes, own: pd.DataFrame, column: str, row: int, look: Look) -> bool:
    """Draw one method's row; return whether an interval was drawn."""
    values = own[column].to_numpy(dtype=np.float64)
    finite = values[np.isfinite(values)]
    if not finite.size:
        place = axes.get_yaxis_transform()
        axes.text(0.01, row, "no value", transform=place, fontsize=SMALL, color=FAINT, va="center")
        return False
    single = len(own) == 1
    points(axes, values, row, look, height=0.0 if single else 0.25)
    middle = float(finite.mean())
    if not single:
        axes.plot([middle, middle], [row - 0.4, row + 0.4], color=INK, linewidth=2.2, zorder=4)
    axes.text(
        1.005,
        row,
        f"{middle:.3g}".replace("-", "−"),
        transform=axes.get_yaxis_transform(),
        fontsize=SMALL,
        color=INK,
        va="center",
    )
    ends = [f"{column}_lower", f"{column}_upper"]
    if not single or not set(ends) <= set(own.columns):
        return False
    low, high = own[ends].to_numpy(dtype=np.float64)[0]
    if not np.isfinite([low, high]).all():
        return False
    axes.plot([low, high], [row, row], color=look.colour, linewidth=1.6, zorder=2)
    return True
