"""How R² of forecasts is distributed over regions."""

from textwrap import fill

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.rows import floor_note, floor_of, method_rows
from attnconn_core.figures.style import COLUMN, INK, SMALL, canvas, heading
from attnconn_core.forecasting.skill import REGION_QUANTILES

__all__ = ["forecast_regions"]

_LETTERS = 30  # in a line of a method's name
# Width of the line from the first to the second quantile.
_LINES = (("r2_region_05", "r2_region_95", 1.4), ("r2_region_25", "r2_region_75", 6.0))
_MEDIAN = "r2_region_50"


def forecast_regions(quantiles: pd.DataFrame, *, styles: Styles | None = None) -> Figure:
    """Draw for each method how well regions are forecast: the median and two ranges.

    Quantiles are over the regions of a session, then averaged over a subject's sessions and
    over subjects.

    Parameters
    ----------
    quantiles
        One row per session and method: ``subject``, ``session``, ``method`` and the columns
        named in `REGION_QUANTILES`.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no row.
    """
    if quantiles.empty:
        raise ParameterError("a figure of forecasts over regions needs a row; got none")
    styles = styles or default_styles()
    of_subjects = quantiles.groupby(["method", "subject"])[list(REGION_QUANTILES)].mean()
    means = of_subjects.groupby(level="method").mean()
    methods = styles.sort(map(str, means.index))
    figure = canvas(height=1.9 + 0.3 * len(methods), width=COLUMN)
    axes = figure.subplots()
    floor = floor_of(means.to_numpy())
    drawn = means.clip(lower=floor)
    for row, method in enumerate(methods):
        look, values = styles.look(method), drawn.loc[method]
        for low, high, width in _LINES:
            axes.plot(
                [values[low], values[high]],
                [row, row],
                color=look.colour,
                linewidth=width,
                solid_capstyle="butt",
            )
        for colour, width in (("white", 4.0), (INK, 1.6)):  # to be seen on black, too
            axes.plot(
                [values[_MEDIAN]] * 2, [row - 0.25, row + 0.25], color=colour, linewidth=width
            )
    axes.axvline(0, color=INK, linewidth=1)
    method_rows(axes, [fill(styles.label(name), _LETTERS) for name in methods])
    axes.margins(x=0.04)
    axes.set_xlabel(f"R² of a region on the test part{floor_note(means.to_numpy(), floor)}")
    figure.legend(
        handles=[
            Line2D([], [], color=INK, linewidth=1.6, label="median region"),
            Line2D([], [], color=INK, linewidth=5, label="half of the regions (25 to 75 %)"),
            Line2D([], [], color=INK, linewidth=1.2, label="nine in ten (5 to 95 %)"),
        ],
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
        loc="outside lower center",
        ncols=3,
    )
    subjects = quantiles["subject"].nunique()
    sessions = len(quantiles[["subject", "session"]].drop_duplicates())
    heading(
        figure,
        "Forecast of the next frame, region by region",
        f"n = {subjects} subjects, {sessions} sessions; ranges over the regions of a session, mean "
        "over subjects: they describe regions and are no intervals of the mean; below 0 a region's "
        "mean is the better forecast" + styles.explanation(methods),
    )
    return figure
