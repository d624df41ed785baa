"""Circle of regions with the strongest directed connections as arrows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.blocks import Blocks, blocks_of, spread
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.style import COLUMN, INK, SMALL, TINY, canvas, heading, plain
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

if TYPE_CHECKING:
    from pycirclize import Circos

__all__ = ["circle_gallery", "strongest"]

_COLUMNS = 2
_PER_REGION, _MOST = 1.5, 150
# Okabe & Ito's colours, with a dark grey and a brown for the two that are hardly visible on white.
_COLOURS = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7"),
    *("#56B4E9", "#D55E00", "#555555", "#7F3C0C"),
)
_RING = (96, 100)
_SPACE = 2.0  # degrees between two groups
_FLATTEST = 0.72  # share of the radius at which the curves of neighbours turn
_RADIUS = 0.8  # inches, at least, of a circle
_WRAPPED = 16  # most letters of a name in one line


def circle_gallery(
    connectivities: Sequence[Connectivity],
    table: RegionTable,
    signed: Mapping[str, bool],
    *,
    edges: int | None = None,
    significant: Mapping[str, Bool[np.ndarray, "target source"]] | None = None,
    subtitle: str = "",
    styles: Styles | None = None,
) -> Figure:
    """Draw the strongest connections of directed methods as arrows in circles, two per row.

    Regions lie on the circle, ordered by group. An arrow leads from the source to the target
    and has the colour of the source's group.

    Parameters
    ----------
    connectivities
        Matrices of the same regions, one per directed method.
    table
        Table of the regions' groups. Without groups, each region is an arc and is named, or, if
        they are more than 40, all are one arc.
    signed
        For each method, whether the sign of values has a meaning: negative connections are then
        dashed, and strength is the absolute value.
    edges
        Number of arrows; by default 1.5 per region, at most 150.
    significant
        For some methods, the connections among which the strongest are drawn.
    subtitle, styles
        As for `matrix_gallery`.

    Raises
    ------
    ParameterError
        If there is no matrix, or one isn't directed.
    AtlasError
        If the regions of table and matrices differ.
    """
    undirected = [record.method for record in connectivities if not record.directed]
    if not connectivities or undirected:
        raise ParameterError(
            "circles with arrows need at least one matrix, and directed methods; got "
            f"{', '.join(undirected) or 'none'}"
        )
    styles = styles or default_styles()
    significant = significant or {}
    n_regions = len(table.regions)
    by_size = edges is None
    edges = edges or min(_MOST, round(_PER_REGION * n_regions))
    columns = min(_COLUMNS, len(connectivities))
    rows = ceil(len(connectivities) / columns)
    width = COLUMN if columns == _COLUMNS else 0.75 * COLUMN
    blocks = _arcs(blocks_of(connectivities[0].regions, table))
    lines = [line for name in blocks.names for line in wrap(name, _WRAPPED)]
    label = 0.5 * TINY * max(map(len, lines), default=0)  # points
    figure = canvas(height=1.5 + rows * (width / columns + 0.15), width=width)
    grid = figure.subplots(rows, columns, squeeze=False, subplot_kw={"projection": "polar"}).flat
    is_dashed = False
    for place, axes in enumerate(grid):
        if place >= len(connectivities):
            axes.set_visible(False)
            continue
        record = connectivities[place]
        allowed = significant.get(record.method)
        chosen = strongest(record, edges, allowed)
        is_dashed |= signed[record.method] and bool((record.values[tuple(chosen.T)] < 0).any())
        _draw(axes, record, chosen, blocks, is_signed=signed[record.method])
        about = "" if allowed is None else f": {_said(chosen, allowed)}"
        title = plain(f"{styles.label(record.method)}{about}")
        axes.set_title(title, fontsize=SMALL, color=INK, pad=6 + label)
    dashed = "; dashed: below 0" if is_dashed else ""
    every = n_regions * (n_regions - 1)
    why = f" ({_PER_REGION:g} per region, at most {_MOST})"
    shown = f"the {min(edges, every)} strongest of {every:,} connections{why if by_size else ''}"
    if significant:
        shown += ", or of those that are significant"
    heading(
        figure,
        "Strongest directed connections",
        (f"{subtitle}; " if subtitle else "")
        + f"{shown}. Arrows lead from the region that informs to the region that is informed"
        + (", in the colour of the former" if blocks.names else "")
        + (f"'s {table.grouping}" if table.grouping else "")
        + f"; thicker: stronger{dashed}"
        + styles.explanation([record.method for record in connectivities]),
    )
    return figure


def strongest(
    connectivity: Connectivity,
    edges: int,
    allowed: Bool[np.ndarray, "target source"] | None = None,
) -> Int[np.ndarray, "edge 2"]:
    """Return target and source of the strongest connections, from the strongest on.

    Parameters
    ----------
    connectivity
        The matrix; its diagonal, zeros and values that aren't finite are no connections.
    edges
        Largest number of connections.
    allowed
        Connections to choose from; None for all.
    """
    strength = np.abs(np.where(np.isfinite(connectivity.values), connectivity.values, 0.0))
    np.fill_diagonal(strength, 0.0)
    if allowed is not None:
        strength = np.where(allowed, strength, 0.0)
    order = np.argsort(-strength, axis=None, kind="stable")[:edges]
    order = order[strength.flat[order] > 0]
    return np.stack(np.unravel_index(order, strength.shape), axis=1)


def _arcs(blocks: Blocks) -> Blocks:
    """Return the arcs of the circle: the groups, or each region that is named for itself."""
    if blocks.borders or len(blocks.names) != len(blocks.order):
        return blocks
    return replace(blocks, borders=tuple(place + 0.5 for place in range(len(blocks.order) - 1)))


def _said(chosen: Int[np.ndarray, "edge 2"], allowed: Bool[np.ndarray, "target source"]) -> str:
    significant = int((allowed & ~np.eye(len(allowed), dtype=bool)).sum())
    return f"{len(chosen)} of {significant:,} significant"


def _draw(
    axes: Axes,
    connectivity: Connectivity,
    chosen: Int[np.ndarray, "edge 2"],
    blocks: Blocks,
    *,
    is_signed: bool,
) -> None:
    """Draw the ring of groups, and one arrow per chosen connection, the strongest on top."""
    circos, place_of = _ring(blocks)
    values = connectivity.values
    largest = float(np.abs(values[tuple(chosen[0])])) if len(chosen) else 1.0
    for target, source in chosen[::-1]:
        value = values[target, source]
        begin, end = place_of[source], place_of[target]
        circos.link_line(
            begin,
            end,
            _RING[0] - 1,
            _RING[0] - 1,
            color=_colour(int(begin[0]), len(circos.sectors)),
            height_ratio=_height(*(circos.get_sector(arc).x_to_rad(x) for arc, x in (begin, end))),
            direction=1,
            arrow_height=4.5,
            arrow_width=2.8,
            lw=0.4 + 1.1 * abs(value) / largest,
            ls="--" if is_signed and value < 0 else "-",
            alpha=0.75,
        )
    circos.plotfig(ax=axes)
    axes.set(xticks=[], yticks=[])  # hidden, but the layout would make room for them


def _height(first: float, second: float) -> float:
    """Return pycirclize's height of a curve between two angles: flatter for near ones.

    The curve's control point lies in the middle of the angles for heights below .5, and
    opposite of it above. Opposite is right for two angles on either side of the top.
    """
    apart = abs(first - second)
    nearest = min(apart, 2 * np.pi - apart)
    lift = _FLATTEST * (1 - nearest / np.pi) ** 2
    return 0.5 - lift if apart <= np.pi else 0.5 + lift


def _ring(blocks: Blocks) -> "tuple[Circos, dict[int, tuple[str, float]]]":
    """Return the circle with its named arcs, and each region's arc and place on it.

    Arcs are named by the number of their group, because a group may stand for several blocks.
    """
    # pycirclize imports Biopython: 0.2 s that only this figure needs.
    from pycirclize import Circos

    edges = [-0.5, *blocks.borders, len(blocks.order) - 0.5]
    sizes = np.diff(edges).astype(int)
    arcs = {str(number): int(size) for number, size in enumerate(sizes)}
    circos = Circos(arcs, space=_SPACE if len(arcs) > 1 else 0)
    place_of: dict[int, tuple[str, float]] = {}
    for sector in circos.sectors:
        number = int(sector.name)
        sector.add_track(_RING).axis(fc=_colour(number, len(arcs)), ec="none")
        first = int(edges[number] + 0.5)
        for offset, region in enumerate(blocks.order[first : first + sizes[number]]):
            place_of[int(region)] = (sector.name, offset + 0.5)
    if len(blocks.names) == len(arcs):
        _name(circos, blocks.names)
    return circos, place_of


def _colour(number: int, n_arcs: int) -> str:
    """Return an arc's colour, which its neighbours don't have, not even the first and the last."""
    is_last_like_first = number == n_arcs - 1 > 0 and number % len(_COLOURS) == 0
    return _COLOURS[len(_COLOURS) // 2 if is_last_like_first else number % len(_COLOURS)]


def _name(circos: "Circos", names: Sequence[str]) -> None:
    """Write the names of groups outside the ring, moved along it where they would overlap."""
    lines = ["\n".join(wrap(name, _WRAPPED)) for name in names]
    most = 1 + max(text.count("\n") for text in lines)
    gap = float(np.degrees(1.15 * most * TINY / 72 / _RADIUS))
    centres = np.array([np.degrees(np.mean(sector.rad_lim)) for sector in circos.sectors])
    places = spread(centres, gap, gap / 2, 360 - gap / 2)
    for text, degrees in zip(lines, places, strict=True):
        circos.text(
            plain(text),
            r=103,
            deg=float(degrees),
            adjust_rotation=True,
            orientation="vertical",
            size=TINY,
            color=INK,
        )
