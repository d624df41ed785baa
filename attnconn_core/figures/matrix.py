"""Connectivity matrices, with regions ordered by group."""

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
from jaxtyping import Float, Int
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import ScalarFormatter

from attnconn_core.errors import ParameterError
from attnconn_core.figures.blocks import blocks_of, draw_borders, label_blocks
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.style import (
    FAINT,
    INK,
    MISSING,
    NORMAL,
    SIGNED,
    SMALL,
    TINY,
    UNSIGNED,
    canvas,
    heading,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["colour_limits", "matrix", "matrix_gallery", "without_diagonal"]

_COLUMNS = 3
_SHARP = 200
_TARGET, _SOURCE = "target: the region predicted", "source: the region that informs it"


def matrix(
    connectivity: Connectivity,
    table: RegionTable | None,
    *,
    signed: bool,
    size: tuple[float, float] = (10.0, 9.0),
    styles: Styles | None = None,
) -> Figure:
    """Draw one connectivity matrix, with targets as rows and sources as columns.

    The diagonal is grey: it is 1 or −1 by definition, or a region's own past, and
    would dominate the colours.

    Parameters
    ----------
    connectivity
        Matrix of any method.
    table
        Table of the regions' groups; None keeps the order of regions.
    signed
        Whether the sign of values has a meaning: colours are then centred on 0.
    size
        Width and height, in inches.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    AtlasError
        If the regions of table and matrix differ.
    """
    width, height = size
    styles = styles or default_styles()
    label = styles.label(connectivity.method)
    figure = canvas(height=height, width=width)
    axes = figure.subplots()
    image = _draw(axes, connectivity, table, signed=signed, inches=0.6 * height, names="xy")
    index = "" if blocks_of(connectivity.regions, table).names else " (index from 0)"
    axes.set_xlabel(_SOURCE + index, fontsize=NORMAL)
    axes.set_ylabel(_TARGET + index, fontsize=NORMAL)
    _colour_bar(axes, image, f"{label} connectivity")
    explained = styles.explanation([connectivity.method])
    heading(figure, label, f"{_direction(connectivity)}{explained}")
    return figure


def matrix_gallery(
    connectivities: Sequence[Connectivity],
    table: RegionTable | None,
    signed: Mapping[str, bool],
    title: str = "Connectivity by method",
    *,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw several methods' matrices side by side, three per row, each on its own scale.

    Parameters
    ----------
    connectivities
        Matrices of the same regions, such as every method's mean over a cohort.
    table
        Table of the regions' groups; None keeps the order of regions.
    signed
        For each method, whether the sign of values has a meaning.
    title
        Title of the figure.
    subtitle
        What the values are of, such as ``"mean over 7 subjects"``; begins the second line.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no matrix, or `signed` lacks a method.
    AtlasError
        If the regions of table and matrices differ.
    """
    if not connectivities:
        raise ParameterError("a gallery needs at least one matrix; got none")
    missing = [record.method for record in connectivities if record.method not in signed]
    if missing:
        raise ParameterError(f"signed must hold every method; it lacks {', '.join(missing)}")
    styles = styles or default_styles()
    columns = min(_COLUMNS, len(connectivities))
    rows = ceil(len(connectivities) / columns)
    label_inches = 0.3 + 0.6 * TINY / 72 * _longest_name(connectivities[0], table)
    # If the last row isn't full, the names of sources are written below two rows.
    named_rows = 2 if len(connectivities) % columns else 1
    figure = canvas(
        height=2.9 * rows + named_rows * label_inches + 0.4,
        width=3.05 * columns + label_inches,
        square=True,
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(connectivities):
            axes.set_visible(False)
            continue
        record = connectivities[place]
        lowest = place + columns >= len(connectivities)
        names = ("y" if place % columns == 0 else "") + ("x" if lowest else "")
        image = _draw(axes, record, table, signed=signed[record.method], inches=2.1, names=names)
        axes.set_title(
            f"{styles.label(record.method)}\n{'directed' if record.directed else 'undirected'}",
            fontsize=NORMAL,
            color=INK,
        )
        _colour_bar(axes, image, "")
    figure.supxlabel(_SOURCE, fontsize=NORMAL, color=INK)
    figure.supylabel(_TARGET, fontsize=NORMAL, color=INK)
    explained = styles.explanation(record.method for record in connectivities)
    scale = f"each on its own scale; grey: not shown{explained}"
    heading(figure, title, f"{subtitle}; {scale}" if subtitle else scale)
    return figure


def colour_limits(
    values: Float[np.ndarray, "target source"], *, signed: bool
) -> tuple[float, float]:
    """Return the values at which the colours end: 2nd and 98th percentile off the diagonal.

    Outliers would otherwise leave all other values with one colour. For signed values both
    limits have the larger absolute value of the two, so that 0 has the neutral colour.
    """
    off = values[~np.eye(len(values), dtype=bool)]
    off = off[np.isfinite(off)]
    low, high = np.percentile(off, [2, 98]) if off.size else (0.0, 1.0)
    if signed:
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    if not high > low:
        low, high = (low - 0.5, high + 0.5) if not signed else (-1.0, 1.0)
    return float(low), float(high)


def without_diagonal(
    values: Float[np.ndarray, "target source"], order: Int[np.ndarray, " region"]
) -> np.ma.MaskedArray:
    """Return a matrix in the given order, with the diagonal and non-finite values masked."""
    ordered = np.ma.masked_invalid(values[np.ix_(order, order)])
    ordered[np.eye(len(ordered), dtype=bool)] = np.ma.masked
    return ordered


def _draw(
    axes: Axes,
    connectivity: Connectivity,
    table: RegionTable | None,
    *,
    signed: bool,
    inches: float,
    names: str,
) -> AxesImage:
    blocks = blocks_of(connectivity.regions, table)
    low, high = colour_limits(connectivity.values, signed=signed)
    ordered = without_diagonal(connectivity.values, blocks.order)
    image = axes.imshow(
        ordered,
        cmap=colormaps[SIGNED if signed else UNSIGNED].with_extremes(bad=MISSING),
        vmin=low,
        vmax=high,
        # Smoothing would blur the diagonal; with more regions than pixels it is needed.
        interpolation="nearest" if len(ordered) <= _SHARP else "auto",
    )
    draw_borders(axes, blocks, INK if signed else "white")
    tidy(axes)
    points = SMALL if inches > 4 else TINY
    for side in ("x", "y"):
        if side in names:
            label_blocks(axes, blocks, side, inches, points)
        else:
            axes.tick_params(axis=side, length=0, labelbottom=False, labelleft=False)
    return image


def _colour_bar(axes: Axes, image: AxesImage, label: str) -> None:
    shown: np.ndarray = np.ma.compressed(np.ma.asarray(image.get_array()))
    low, high = image.get_clim()
    ends = ("neither", "min", "max", "both")
    extend = ends[int((shown < low).any()) + 2 * int((shown > high).any())]
    # An inset has the height of the image, regardless of the layout beside it.
    inset = axes.inset_axes((1.03, 0.0, 0.04, 1.0))
    bar = axes.figure.colorbar(image, cax=inset, extend=extend, extendfrac=0.03)
    bar.set_label(label, fontsize=NORMAL, color=INK)
    bar.ax.tick_params(labelsize=SMALL, color=FAINT)
    bar.outline.set_visible(False)
    if 0 < max(abs(low), abs(high)) < 0.01:
        bar.formatter = ScalarFormatter(useMathText=True)
        bar.formatter.set_powerlimits((-2, 3))
        bar.ax.yaxis.get_offset_text().set_fontsize(TINY)


def _longest_name(connectivity: Connectivity, table: RegionTable | None) -> int:
    return max(map(len, blocks_of(connectivity.regions, table).names), default=3)


def _direction(connectivity: Connectivity) -> str:
    n = len(connectivity.regions)
    kind = (
        "directed: from column to row"
        if connectivity.directed
        else "undirected: both halves are equal"
    )
    return f"{n} regions, {kind}; diagonal left out"
