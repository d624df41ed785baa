"""Connectivity between groups of regions: the mean of every block of a matrix."""

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.blocks import blocks_of
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.powers import in_tens, scaled, times_power
from attnconn_core.figures.style import (
    COLUMN,
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
    plain,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["block_means", "network_gallery", "network_means"]

_COLUMNS = 2
_WRITTEN = 9  # most groups whose means can be written in the cells of a gallery
_SOURCE = "source: the group that informs"
_TARGET = "target: the group predicted"


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
        whether there are values below 0.
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
    bar = _draw(axes, shown, power, signed=signed)
    bar.set_label(bar.ax.get_ylabel(), fontsize=NORMAL)
    bar.ax.tick_params(labelsize=SMALL)
    _write(axes, shown, 2, SMALL if len(names) <= 10 else TINY)
    _name(axes, names, "xy", SMALL)
    axes.set_xlabel(_SOURCE, fontsize=NORMAL)
    axes.set_ylabel(_TARGET, fontsize=NORMAL)
    unit = f" ({times_power(power)})" if power else ""
    heading(
        figure,
        f"{label} between {table.grouping or 'group'}s",
        (f"{subtitle}, and " if subtitle else "mean ")
        + f"over the pairs of different regions{unit}"
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
    longest = max(map(len, table.require_groups()))
    labels = 0.25 + 0.55 * TINY / 72 * longest
    # If the last row isn't full, the names of sources are written below two rows.
    named = 2 if len(connectivities) % _COLUMNS else 1
    panel = (COLUMN - labels - 1.7) / _COLUMNS + 0.4
    figure = canvas(height=1.1 + rows * panel + named * labels, width=COLUMN)
    grid = list(figure.subplots(rows, _COLUMNS, squeeze=False).flat)
    for place, axes in enumerate(grid):
        if place >= len(connectivities):
            axes.set_visible(False)
            continue
        record = connectivities[place]
        names, means = block_means(record, table)
        power, shown = in_tens(means)
        _draw(axes, shown, power, signed=signed[record.method])
        if len(names) <= _WRITTEN:
            _write(axes, shown, 0, TINY)
        lowest = place + _COLUMNS >= len(connectivities)
        sides = ("x" if lowest else "") + ("" if place % _COLUMNS else "y")
        _name(axes, names, sides, TINY)
        axes.set_title(plain(styles.label(record.method)), fontsize=NORMAL, color=INK)
    figure.supxlabel(_SOURCE, fontsize=SMALL, color=INK)
    figure.supylabel(_TARGET, fontsize=SMALL, color=INK)
    heading(
        figure,
        f"Connectivity between {table.grouping or 'group'}s",
        (f"{subtitle}, and " if subtitle else "mean ")
        + "over the pairs of different regions; each method has its own scale, in its own unit"
        + styles.explanation([record.method for record in connectivities]),
    )
    return figure


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


def _draw(axes: Axes, shown: np.ndarray, power: int, *, signed: bool) -> Colorbar:
    """Draw a matrix of means, already divided by a power of ten; return its colour bar."""
    low, high = _limits(shown, signed=signed)
    image = axes.imshow(
        np.ma.masked_invalid(shown),
        cmap=colormaps[SIGNED if signed else UNSIGNED].with_extremes(bad=MISSING),
        vmin=low,
        vmax=high,
    )
    tidy(axes)
    axes.tick_params(length=0)
    bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.03, 0.0, 0.04, 1.0)))
    unit = f" ({times_power(power)})" if power else ""
    bar.set_label(f"mean connection{unit}", fontsize=TINY, color=INK)
    bar.ax.tick_params(labelsize=TINY, color=FAINT)
    bar.outline.set_visible(False)
    return bar


def _write(axes: Axes, shown: np.ndarray, decimals: int, size: float) -> None:
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


def _name(axes: Axes, names: Sequence[str], sides: str, size: float) -> None:
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
