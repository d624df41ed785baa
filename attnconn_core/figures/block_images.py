"""Means of the blocks of a matrix, as an image with one cell per pair of groups."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.patches import Rectangle

from attnconn_core.figures.blocks import blocks_of
from attnconn_core.figures.style import (
    FAINT,
    INK,
    MISSING,
    SIGNED,
    TINY,
    UNSIGNED,
    plain,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["FEW", "block_means", "draw_means", "group_sizes", "name_groups", "write_means"]

FEW = 10
"""Blocks of fewer connections don't decide where the colours end."""


def block_means(
    connectivity: Connectivity, table: RegionTable
) -> tuple[tuple[str, ...], Float[np.ndarray, "group group"]]:
    """Return the mean connection from every group (column) to every group (row), off the diagonal.

    Connections that are NaN are left out; a block without connections, such as that of a
    single region with itself, is NaN.

    Returns
    -------
    names, means
        Names of the groups, in the order of the table, and the matrix of means.

    Raises
    ------
    AtlasError
        If the table has no groups, or the regions of table and matrix differ.
    """
    table.require_groups()
    blocks = blocks_of(connectivity.regions, table)
    groups = np.asarray(table.groups)
    names = tuple(dict.fromkeys(blocks.names))
    members = np.array([groups == name for name in names], dtype=np.float64)
    counted = np.isfinite(connectivity.values) & ~np.eye(len(groups), dtype=bool)
    totals = members @ np.where(counted, connectivity.values, 0.0) @ members.T
    counts = members @ counted.astype(np.float64) @ members.T
    return names, np.divide(totals, counts, out=np.full_like(totals, np.nan), where=counts > 0)


def group_sizes(table: RegionTable) -> dict[str, int]:
    """Return the number of regions of every group, in the order of `block_means`.

    Raises
    ------
    AtlasError
        If the table has no groups.
    """
    groups = table.require_groups()
    names = dict.fromkeys(blocks_of(table.regions, table).names)
    return {name: groups.count(name) for name in names}


def draw_means(
    axes: Axes,
    shown: Float[np.ndarray, "group group"],
    label: str,
    sizes: Int[np.ndarray, " group"],
    *,
    signed: bool,
) -> Colorbar:
    """Draw a matrix of means, and frame those beyond the colours; return its colour bar.

    Colours end at the extremes of the blocks with at least 10 connections: a block of two
    regions, often a left and a right one, would otherwise leave all others with one colour.
    """
    connections = sizes[:, None] * sizes - np.diag(sizes)
    many = np.where(connections >= FEW, shown, np.nan)
    low, high = _limits(many if np.isfinite(many).any() else shown, signed=signed)
    image = axes.imshow(
        np.ma.masked_invalid(shown),
        cmap=colormaps[SIGNED if signed else UNSIGNED].with_extremes(bad=MISSING),
        vmin=low,
        vmax=high,
    )
    tidy(axes)
    axes.tick_params(length=0)
    below, above = shown < low, shown > high
    for row, column in np.argwhere(below | above):
        cell = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=1.4)
        axes.add_patch(cell)
    ends = ("neither", "min", "max", "both")[int(below.any()) + 2 * int(above.any())]
    inset = axes.inset_axes((1.03, 0.0, 0.04, 1.0))
    bar = axes.figure.colorbar(image, cax=inset, extend=ends, extendfrac=0.03)
    bar.set_label(plain(label), fontsize=TINY, color=INK)
    bar.ax.tick_params(labelsize=TINY, color=FAINT)
    bar.outline.set_visible(False)
    return bar


def write_means(axes: Axes, shown: np.ndarray, decimals: int, size: float) -> None:
    """Write every mean in its cell."""
    (image,) = axes.images
    for (row, column), value in np.ndenumerate(shown):
        rounded = round(float(value), decimals) + 0.0  # no −0
        axes.text(
            column,
            row,
            "–" if np.isnan(value) else f"{rounded:.{decimals}f}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=size,
            color=INK if np.isnan(value) else _ink_on(tuple(image.cmap(image.norm(value)))),
        )


def name_groups(axes: Axes, names: Sequence[str], sides: str, size: float) -> None:
    """Write the groups' names along the given sides."""
    labels, none = [plain(name) for name in names], [""] * len(names)
    axes.set_xticks(range(len(names)), labels if "x" in sides else none, fontsize=size, rotation=90)
    axes.set_yticks(range(len(names)), labels if "y" in sides else none, fontsize=size)


def _limits(shown: np.ndarray, *, signed: bool) -> tuple[float, float]:
    finite = shown[np.isfinite(shown)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if signed:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(high) + 0.5)


def _ink_on(colour: tuple[float, ...]) -> str:
    """Return dark or white letters, by contrast (relative luminance of ITU-R BT.709)."""
    red, green, blue = colour[:3]
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else "white"
