"""Connectivity between groups of regions: the mean of every block of a matrix."""

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
from jaxtyping import Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from attnconn_core.errors import ParameterError
from attnconn_core.figures.block_images import (
    FEW,
    block_means,
    draw_means,
    group_sizes,
    name_groups,
    write_means,
)
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.powers import in_tens, scaled, times_power
from attnconn_core.figures.quantities import quantity_of, sides_of
from attnconn_core.figures.style import COLUMN, INK, NORMAL, SMALL, TINY, canvas, heading, plain
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["network_gallery", "network_means"]

_COLUMNS = 2
_WRITTEN = 9  # most groups whose means can be written in the cells of a gallery
_NUMBERS = "; in brackets: number of regions"


def network_means(
    connectivity: Connectivity,
    table: RegionTable,
    *,
    signed: bool | None = None,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw the mean connection from every group of regions to every group.

    Parameters
    ----------
    connectivity
        Matrix of any method.
    table
        Table of the regions' groups.
    signed
        Whether the sign of values has a meaning: colours are then centred on 0. None:
        they are if there are values below 0.
    subtitle
        What the matrix is of, such as ``"mean over 7 subjects"``; begins the second line.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    AtlasError
        If the table has no groups, or the regions of table and matrix differ.
    """
    styles = styles or default_styles()
    label = styles.label(connectivity.method)
    names, means = block_means(connectivity, table)
    if signed is None:
        signed = bool((connectivity.values < 0).any())
    side = min(max(0.62 * len(names) + 3.4, 7.0), 11.0)
    figure = canvas(height=0.86 * side, width=side)
    axes = figure.subplots()
    power, shown = scaled(means)
    sizes = group_sizes(table)
    quantity = _mean_of(connectivity.method, power, styles)
    bar = draw_means(axes, shown, quantity, _numbers(sizes), signed=signed)
    bar.set_label(bar.ax.get_ylabel(), fontsize=NORMAL)
    bar.ax.tick_params(labelsize=SMALL)
    write_means(axes, shown, 2, SMALL if len(names) <= 10 else TINY)
    name_groups(axes, _with_sizes(sizes), "xy", SMALL)
    target, source = sides_of([connectivity], table.grouping or "group")
    axes.set_xlabel(source, fontsize=NORMAL)
    axes.set_ylabel(target, fontsize=NORMAL)
    unit = f" ({times_power(power)})" if power else ""
    heading(
        figure,
        f"{label} between {table.grouping or 'group'}s",
        (f"{subtitle}, and " if subtitle else "mean ")
        + f"over the pairs of different regions{unit}{_NUMBERS}{_beyond([axes])}"
        + styles.explanation([connectivity.method]),
    )
    return figure


def network_gallery(
    connectivities: Sequence[Connectivity],
    table: RegionTable,
    signed: Mapping[str, bool],
    *,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw the mean connections between groups by several methods, two per row.

    Each method has a scale of its own. Means are written in the cells of up to nine groups.

    Parameters
    ----------
    connectivities
        Matrices of the same regions, one per method.
    table
        Table of the regions' groups.
    signed
        For each method, whether the sign of values has a meaning.
    subtitle, styles
        As for `matrix_gallery`.

    Raises
    ------
    ParameterError
        If there is no matrix.
    AtlasError
        If the table has no groups, or the regions of table and matrices differ.
    """
    if not connectivities:
        raise ParameterError("a gallery needs at least one matrix; got none")
    styles = styles or default_styles()
    rows = ceil(len(connectivities) / _COLUMNS)
    sizes = group_sizes(table)
    longest = max(map(len, _with_sizes(sizes)))
    labels = 0.25 + 0.55 * TINY / 72 * longest
    # If the last row isn't full, the names of sources are written below two rows.
    named = 2 if len(connectivities) % _COLUMNS else 1
    panel = (COLUMN - labels - 1.7) / _COLUMNS + 0.4
    figure = canvas(height=1.3 + rows * (panel + 0.15) + named * labels, width=COLUMN)
    grid = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    for place, axes in enumerate(grid):
        if place >= len(connectivities):
            axes.set_visible(False)
            continue
        record = connectivities[place]
        _, means = block_means(record, table)
        power, shown = in_tens(means)
        quantity = _mean_of(record.method, power, styles)
        draw_means(axes, shown, quantity, _numbers(sizes), signed=signed[record.method])
        if len(sizes) <= _WRITTEN:
            write_means(axes, shown, 0, TINY)
        lowest = place + _COLUMNS >= len(connectivities)
        sides = ("x" if lowest else "") + ("" if place % _COLUMNS else "y")
        name_groups(axes, _with_sizes(sizes), sides, TINY)
        title = f"{styles.label(record.method)}\n{'' if record.directed else 'un'}directed"
        axes.set_title(plain(title), fontsize=SMALL, color=INK)
    target, source = sides_of(connectivities, table.grouping or "group")
    figure.supxlabel(source, fontsize=SMALL, color=INK)
    figure.supylabel(target, fontsize=SMALL, color=INK)
    heading(
        figure,
        f"Connectivity between {table.grouping or 'group'}s",
        (f"{subtitle}, and " if subtitle else "mean ")
        + "over the pairs of different regions; each method has its own scale, in its own unit"
        + f"{_NUMBERS}{_beyond(grid)}"
        + styles.explanation([record.method for record in connectivities]),
    )
    return figure


def _mean_of(method: str, power: int, styles: Styles) -> str:
    """Return the label of a colour bar: the quantity, and the power of ten it is divided by."""
    unit = f" ({times_power(power)})" if power else ""
    return f"mean {quantity_of(method, styles)}{unit}"


def _numbers(sizes: Mapping[str, int]) -> Int[np.ndarray, " group"]:
    return np.array([*sizes.values()])


def _with_sizes(sizes: Mapping[str, int]) -> list[str]:
    return [f"{name} ({number})" for name, number in sizes.items()]


def _beyond(grid: Sequence[Axes]) -> str:
    """Return what frames are; empty if there are none."""
    framed = any(isinstance(patch, Rectangle) for axes in grid for patch in axes.patches)
    return f"; framed: beyond the colours, fewer than {FEW} connections" if framed else ""
