"""Order of regions by group, with borders and names of the groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from sklearn.isotonic import isotonic_regression

from attnconn_core.errors import AtlasError
from attnconn_core.figures.style import FAINT, INK, SMALL, plain
from attnconn_core.parcellation.regions import RegionTable

__all__ = ["Blocks", "blocks_of", "draw_borders", "label_blocks", "spread"]

_NAMEABLE = 40
"""Most single regions that can be named legibly along an axis."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Order in which regions are drawn, and blocks of regions of one group.

    Attributes
    ----------
    order
        Indices of the regions in the record, in the order in which they are drawn.
    names
        One per block: the group, or the region if there are no groups
        and few regions; empty if neither can be shown.
    borders
        Positions between two blocks, in units of regions: 2.5 lies between the
        third and the fourth.
    centres
        Middle of each named block.
    """

    order: Int[np.ndarray, " region"]
    names: tuple[str, ...]
    borders: tuple[float, ...]
    centres: tuple[float, ...]


def blocks_of(regions: Sequence[str], table: RegionTable | None) -> Blocks:
    """Return the order of regions by the groups of `table`; unchanged without groups.

    Raises
    ------
    AtlasError
        If the table's regions, or their order, differ from `regions`.
    """
    if table is not None and tuple(table.regions) != tuple(regions):
        strange = sorted(set(table.regions) ^ set(regions))
        raise AtlasError(
            f"a table of regions must name the {len(regions)} regions drawn, in their order; "
            f"got {len(table.regions)}, "
            + (f"not in both: {', '.join(strange[:5])}" if strange else "in another order")
        )
    if table is None or table.groups is None:
        shown = tuple(regions) if len(regions) <= _NAMEABLE else ()
        everywhere = np.arange(len(regions))
        return Blocks(everywhere, shown, (), tuple(map(float, range(len(shown)))))
    order = np.asarray(table.order())
    names, starts = [], [0]
    for name, members in groupby(table.groups[place] for place in order):
        names.append(name)
        starts.append(starts[-1] + sum(1 for _ in members))
    return Blocks(
        order=order,
        names=tuple(names),
        borders=tuple(start - 0.5 for start in starts[1:-1]),
        centres=tuple((a + b - 1) / 2 for a, b in pairwise(starts)),
    )


def draw_borders(axes: Axes, blocks: Blocks, colour: str, *, columns: bool = True) -> None:
    """Draw a line between groups across the rows and, if requested, the columns."""
    for place in blocks.borders:
        axes.axhline(place, color=colour, linewidth=0.6)
        if columns:
            axes.axvline(place, color=colour, linewidth=0.6)


def label_blocks(
    axes: Axes, blocks: Blocks, side: Literal["x", "y"], inches: float, size: float = SMALL
) -> None:
    """Write group names along a side of an image, without overlap.

    Parameters
    ----------
    axes
        Axes of an image with one row and, for ``"x"``, one column per region.
    blocks
        Blocks to name; if they have no names, nothing is written.
    side
        ``"y"`` for the rows, ``"x"`` for the columns.
    inches
        Approximate length of that side, which is only known after the layout.
    size
        Font size, in points.
    """
    axis = axes.yaxis if side == "y" else axes.xaxis
    if not blocks.names:
        axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.tick_params(axis=side, labelsize=size, color=FAINT)
        return
    gap = 1.25 * size / 72 / inches * len(blocks.order)
    places = spread(np.asarray(blocks.centres), gap, -0.5, len(blocks.order) - 0.5)
    axis.set_ticks(places, [plain(name) for name in blocks.names], fontsize=size, color=INK)
    axes.tick_params(axis=side, length=0, pad=10)
    if side == "x":
        axes.tick_params(axis="x", labelrotation=90)
    for centre, place in zip(blocks.centres, places, strict=True):
        edge, away = ((0.0, centre), (-10, place)) if side == "y" else ((centre, 0.0), (place, -10))
        fraction, offset = ("axes fraction", "data"), ("offset points", "data")
        axes.annotate(
            "",
            xy=edge,
            xycoords=fraction if side == "y" else fraction[::-1],
            xytext=away,
            textcoords=offset if side == "y" else offset[::-1],
            arrowprops={"arrowstyle": "-", "color": FAINT, "lw": 0.6, "shrinkA": 0, "shrinkB": 0},
            annotation_clip=False,
        )


def spread(
    places: Float[np.ndarray, " label"], gap: float, low: float, high: float
) -> Float[np.ndarray, " label"]:
    """Move ascending positions by as little as possible so that neighbours lie `gap` apart.

    The least squared movement is an isotonic regression of the positions minus their share
    of the gaps. Positions stay between `low` and `high`, with a smaller gap if they don't
    fit.
    """
    if len(places) < 2:
        return np.clip(np.asarray(places, dtype=np.float64), low, high)
    gap = min(gap, (high - low) / (len(places) - 1))
    shares = gap * np.arange(len(places))
    moved = isotonic_regression(places - shares, y_min=low, y_max=high - shares[-1])
    return np.asarray(moved + shares)
