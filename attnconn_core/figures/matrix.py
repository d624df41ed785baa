"""Connectivity matrices, regions ordered by group, and their means group by group."""

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
    """Draw one connectivity matrix, rows the targets and columns the sources.

    The diagonal is grey: it is 1 or −1 by definition, or a region's own past, and
    would eat the scale.

    Parameters
    ----------
    connectivity
        Any method's.
    table
        The regions' groups; None leaves the regions as they are.
    signed
        Whether values of both signs are meant: colours are then centred on 0.
    size
        Width and height, in inches.
    styles
        Labels, looks and order of methods; None: those of the registry, which has no
        configurations.

    Raises
    ------
    AtlasError
        If the table's regions aren't the matrix's.
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
    styles: Styles | None = None,
) -> Figure:
    """Draw several methods' matrices side by side, three a row, each on its own scale.

    Parameters
    ----------
    connectivities
        Such as every method's mean over a cohort, all of the same regions.
    table
        The regions' groups; None leaves the regions as they are.
    signed
        For each method, whether values of both signs are meant.
    title
        What the matrices hold.
    styles
        Labels, looks and order of methods; None: those of the registry, which has no
        configurations.

    Raises
    ------
    ParameterError
        If there is no matrix, or `signed` leaves a method out.
    AtlasError
        If the table's regions aren't the matrices'.
    """
    if not connectivities:
        raise ParameterError("a gallery needs at least one matrix; got none")
    missing = [each.method for each in connectivities if each.method not in signed]
    if missing:
        raise ParameterError(f"signed must say so for every method; it lacks {', '.join(missing)}")
    styles = styles or default_styles()
    columns = min(_COLUMNS, len(connectivities))
    rows = ceil(len(connectivities) / columns)
    label_inches = 0.3 + 0.6 * TINY / 72 * _longest_name(connectivities[0], table)
    # Where the last row isn't full, names stand below two rows.
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
        each = connectivities[place]
        lowest = place + columns >= len(connectivities)
        names = ("y" if place % columns == 0 else "") + ("x" if lowest else "")
        image = _draw(axes, each, table, signed=signed[each.method], inches=2.1, names=names)
        axes.set_title(
            f"{styles.label(each.method)}\n{'directed' if each.directed else 'undirected'}",
            fontsize=NORMAL,
            color=INK,
        )
        _colour_bar(axes, image, "")
    figure.supxlabel(_SOURCE, fontsize=NORMAL, color=INK)
    figure.supylabel(_TARGET, fontsize=NORMAL, color=INK)
    explained = styles.explanation(each.method for each in connectivities)
    heading(figure, title, f"each on its own scale; grey: left out{explained}")
    return figure


def colour_limits(
    values: Float[np.ndarray, "target source"], *, signed: bool
) -> tuple[float, float]:
    """Where the colours end: the 2nd and 98th percentile off the diagonal.

    A few strong connections then don't wash all others out. Signed limits are the
    larger of the two, either way, so that 0 has the neutral colour.
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
    """Put regions in the order given; mask the diagonal and what isn't finite."""
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
        # Smoothing would wash the diagonal out; beyond this, regions share pixels.
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
    # An inset is as high as the image, whatever room the layout leaves beside it.
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
        "directed: row informed by column"
        if connectivity.directed
        else "undirected: both halves are equal"
    )
    return f"{n} regions, {kind}; diagonal left out"
