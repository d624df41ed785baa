"""Carpet plot: every region's signal over time."""

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.errors import SeriesError
from attnconn_core.figures.blocks import Blocks, blocks_of, draw_borders, label_blocks
from attnconn_core.figures.style import (
    FAINT,
    INK,
    MISSING,
    NORMAL,
    SIGNED,
    SMALL,
    WIDTH,
    canvas,
    heading,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import TimeSeries

__all__ = ["LIMIT", "carpet", "mean_signal", "standardised_runs"]

LIMIT = 2.5
"""Standard deviations at the ends of the colour map; about 1 % of a normal signal is outside."""

_MEAN_LIMIT = 2.0
"""Range of the panel of the mean, in standard deviations of a region."""


def carpet(
    series: TimeSeries, table: RegionTable | None, *, size: tuple[float, float] = (WIDTH, 5.6)
) -> Figure:
    """Draw regions × time, standardised within each run, with their mean above.

    Regions are ordered by group; runs are separated by a line.
    Signals that can't be standardised (NaN, infinite or constant within a run) are grey.

    Parameters
    ----------
    series
        Runs of any length.
    table
        Table of the regions' groups; None keeps the order of regions.
    size
        Width and height, in inches.

    Raises
    ------
    AtlasError
        If the regions of table and series differ.
    SeriesError
        If the series has no frame.

    References
    ----------
    Power (2017), "A simple but useful way to assess fMRI scan qualities",
    NeuroImage 154: the plot of all signals in grey.
    """
    if not series.n_frames:
        raise SeriesError("a carpet needs at least one frame; the series has none")
    blocks = blocks_of(series.regions, table)
    standardised = standardised_runs(series)
    width, height = size
    figure = canvas(height=height, width=width)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 5])
    _draw_mean(above, standardised, series)
    _draw_regions(below, standardised[:, blocks.order], series, blocks, 0.57 * height)
    _mark_runs(above, below, series)
    heading(
        figure,
        f"{series.n_regions} regions over {series.n_frames} frames of "
        f"{series.repetition_time:g} s, standardised within each run",
    )
    return figure


def standardised_runs(series: TimeSeries) -> np.ma.MaskedArray:
    """Return every run standardised separately, (time, region); mask what can't be standardised."""
    runs: np.ma.MaskedArray = np.ma.concatenate(
        [_standardised(run) for run in series.runs if len(run)]
    )
    return runs


def mean_signal(
    standardised: np.ma.MaskedArray, series: TimeSeries
) -> list[Float[np.ndarray, " time"]]:
    """Return the mean over regions for each run; NaN where all regions are masked."""
    mean = np.ma.filled(standardised.mean(axis=1), np.nan)
    return np.split(mean, np.cumsum([len(run) for run in series.runs])[:-1])


def _standardised(run: Float[np.ndarray, "time region"]) -> np.ma.MaskedArray:
    values = np.ma.masked_invalid(run.astype(np.float64))
    # The deviation of a constant may be rounding noise; its range is exactly 0.
    values[:, np.ma.filled(np.ma.ptp(values, axis=0) == 0, True)] = np.ma.masked
    standardised: np.ma.MaskedArray = (values - values.mean(axis=0)) / values.std(axis=0)
    return standardised


def _draw_mean(axes: Axes, standardised: np.ma.MaskedArray, series: TimeSeries) -> None:
    seconds = (np.arange(series.n_frames) + 0.5) * series.repetition_time
    axes.axhline(0, color=FAINT, linewidth=0.6)
    start = 0
    for mean in mean_signal(standardised, series):
        axes.plot(seconds[start : start + len(mean)], mean, color=INK, linewidth=0.8)
        start += len(mean)
    # The same scale for all sessions, so that signals of the whole brain stand out.
    axes.set_ylim(-_MEAN_LIMIT, _MEAN_LIMIT)
    tidy(axes)
    axes.set_ylabel("global mean\n(SD)", fontsize=SMALL)


def _draw_regions(
    axes: Axes, ordered: np.ma.MaskedArray, series: TimeSeries, blocks: Blocks, inches: float
) -> None:
    n_frames, n_regions = ordered.shape
    image = axes.imshow(
        ordered.T,
        aspect="auto",
        cmap=colormaps[SIGNED].with_extremes(bad=MISSING),
        vmin=-LIMIT,
        vmax=LIMIT,
        extent=(0, n_frames * series.repetition_time, n_regions - 0.5, -0.5),
    )
    draw_borders(axes, blocks, INK, columns=False)
    tidy(axes)
    label_blocks(axes, blocks, "y", inches)
    axes.set_xlabel("time (s)", fontsize=NORMAL)
    axes.set_ylabel("region" if blocks.names else "region (index from 0)", fontsize=NORMAL)
    bar = axes.figure.colorbar(image, ax=axes, extend="both", pad=0.01, fraction=0.03)
    bar.set_label("signal (SD of its run)", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)


def _mark_runs(above: Axes, below: Axes, series: TimeSeries) -> None:
    lengths = [len(run) * series.repetition_time for run in series.runs]
    ends = np.cumsum(lengths)
    for axes in (above, below):
        for end in ends[:-1]:
            axes.axvline(end, color=INK, linewidth=1.4)
    if len(lengths) > 1:
        for number, (length, end) in enumerate(zip(lengths, ends, strict=True), start=1):
            above.text(
                end - length / 2,
                1.02,
                f"run {number}",
                transform=above.get_xaxis_transform(),
                fontsize=SMALL,
                color=FAINT,
                ha="center",
                va="bottom",
            )
