"""Small carpet plots of several sessions, side by side."""

import math
import textwrap
from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MaxNLocator

from attnconn_core.errors import ParameterError
from attnconn_core.figures.carpet import LIMIT, standardised_runs
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    MISSING,
    SIGNED,
    SMALL,
    TINY,
    canvas,
    heading,
    plain,
    tidy,
)
from attnconn_core.records import TimeSeries
from attnconn_core.wording import shortened

__all__ = ["carpets"]

_ACROSS = 3
_ROW = 1.35  # inches
_COLOURS = 10  # half a standard deviation each; with few colours the picture takes little room
_LETTERS = 34  # of a note, which is as wide as its panel


def carpets(series: Mapping[str, TimeSeries], notes: Mapping[str, str], subtitle: str) -> Figure:
    """Draw the carpet of every session on one scale of time and signal.

    Parameters
    ----------
    series
        Session → its series. Sessions may differ in length and in regions.
    notes
        Session → a short text below its name, such as why it is left out; for some of them.
    subtitle
        How the sessions were chosen.

    Raises
    ------
    ParameterError
        If there is no session.
    """
    if not series:
        raise ParameterError("carpets need at least one session; got none")
    across = min(_ACROSS, len(series))
    down = math.ceil(len(series) / across)
    figure = canvas(height=1.1 + _ROW * down, width=COLUMN)
    grid = figure.subplots(down, across, sharex=True, squeeze=False)
    for axes in grid.flat[len(series) :]:
        axes.set_visible(False)
    image = None
    for axes, (name, own) in zip(grid.flat, series.items(), strict=False):
        image = _draw(axes, own)
        note = textwrap.wrap(shortened(notes.get(name, ""), 2 * _LETTERS), _LETTERS)
        axes.set_title(
            plain("\n".join([name, *note])),
            fontsize=TINY,
            color=INK,
            loc="left",
        )
    for place, axes in enumerate(grid.flat[: len(series)]):
        if place + across >= len(series):  # nothing below it
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("time (s)", fontsize=SMALL, color=INK)
    longest = max(own.n_frames * own.repetition_time for own in series.values())
    grid.flat[0].set_xlim(0, longest)
    figure.supylabel("region", fontsize=SMALL, color=INK)
    if image is not None:
        bar = figure.colorbar(image, ax=grid, extend="both", pad=0.01, fraction=0.03, shrink=0.6)
        bar.set_label("signal (SD of its run)", fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
        bar.outline.set_visible(False)
    heading(figure, "Signals of all regions over time, session by session", subtitle)
    return figure


def _draw(axes: Axes, series: TimeSeries) -> AxesImage:
    standardised = standardised_runs(series)
    seconds = series.repetition_time
    image = axes.imshow(
        standardised.T,
        aspect="auto",
        cmap=colormaps[SIGNED].resampled(_COLOURS).with_extremes(bad=MISSING),
        interpolation_stage="data",  # a mean of signals has one of the colours, too
        vmin=-LIMIT,
        vmax=LIMIT,
        extent=(0, series.n_frames * seconds, series.n_regions - 0.5, -0.5),
    )
    for end in np.cumsum([len(run) for run in series.runs])[:-1]:
        axes.axvline(end * seconds, color=INK, linewidth=1)
    tidy(axes)
    axes.set_yticks([0, series.n_regions - 1], ["1", str(series.n_regions)], fontsize=TINY)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(labelsize=TINY, color=FAINT)
    return image
