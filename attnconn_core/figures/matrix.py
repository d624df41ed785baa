"""Connectivity matrices, with regions ordered by group."""

from collections.abc import Mapping, Sequence
from math import ceil

from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.blocks import blocks_of
from attnconn_core.figures.matrix_image import colour_bar, draw_matrix
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.quantities import quantity_of, sides_of
from attnconn_core.figures.style import (
    COLUMN,
    INK,
    NORMAL,
    SMALL,
    TINY,
    canvas,
    heading,
    plain,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["matrix", "matrix_gallery"]

_COLUMNS = 3
_BAR = 0.85  # inches of a colour bar with its numbers


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
    image = draw_matrix(axes, connectivity, table, signed=signed, inches=0.6 * height, names="xy")
    index = "" if blocks_of(connectivity.regions, table).names else " (index from 0)"
    target, source = sides_of([connectivity], "region")
    axes.set_xlabel(source + index, fontsize=NORMAL)
    axes.set_ylabel(target + index, fontsize=NORMAL)
    colour_bar(axes, image, f"{label} connectivity: {quantity_of(connectivity.method, styles)}")
    explained = styles.explanation([connectivity.method])
    heading(figure, label, f"{_direction(connectivity)}{explained}")
    return figure


def matrix_gallery(
    connectivities: Sequence[Connectivity],
    table: RegionTable | None,
    signed: Mapping[str, bool],
    title: str = "Connectivity by method",
    *,
    quantity: str = "",
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw several methods' matrices side by side, each on its own scale.

    There are three per row, or two where the names of many groups need the space.

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
    quantity
        What the values of all matrices are; by default, those of each method.
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
    label_inches = 0.3 + 0.6 * TINY / 72 * _longest_name(connectivities[0], table)
    columns, inches = _columns(connectivities, table, COLUMN - label_inches - 0.3)
    rows = ceil(len(connectivities) / columns)
    # If the last row isn't full, the names of sources are written below two rows.
    named_rows = 2 if len(connectivities) % columns else 1
    figure = canvas(
        height=(inches + 0.5) * rows + named_rows * label_inches + 1.2, width=COLUMN, square=True
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(connectivities):
            axes.set_visible(False)
            continue
        record = connectivities[place]
        lowest = place + columns >= len(connectivities)
        names = ("y" if place % columns == 0 else "") + ("x" if lowest else "")
        image = draw_matrix(
            axes, record, table, signed=signed[record.method], inches=inches, names=names
        )
        axes.set_title(
            plain(f"{styles.label(record.method)}\n{_kind(record)}"), fontsize=SMALL, color=INK
        )
        colour_bar(axes, image, quantity or quantity_of(record.method, styles), TINY)
    target, source = sides_of(connectivities, "region")
    figure.supxlabel(source, fontsize=SMALL, color=INK)
    figure.supylabel(target, fontsize=SMALL, color=INK)
    explained = styles.explanation(record.method for record in connectivities)
    scale = f"each on its own scale; grey: not shown{explained}"
    heading(figure, title, f"{subtitle}; {scale}" if subtitle else scale)
    return figure


def _columns(
    connectivities: Sequence[Connectivity], table: RegionTable | None, width: float
) -> tuple[int, float]:
    """Return the number of panels per row, and the inches of a side of one."""
    names = len(blocks_of(connectivities[0].regions, table).names)
    sides = {columns: width / columns - _BAR for columns in (_COLUMNS, _COLUMNS - 1)}
    fits = [columns for columns, side in sides.items() if 72 * side >= 1.25 * TINY * names]
    columns = fits[0] if fits else _COLUMNS - 1
    return min(columns, len(connectivities)), sides[columns]


def _kind(connectivity: Connectivity) -> str:
    return "directed" if connectivity.directed else "undirected"


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
