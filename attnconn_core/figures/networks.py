"""Connectivity between groups of regions: the mean of every block of a matrix."""

from math import floor, log10

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.figure import Figure

from attnconn_core.figures.blocks import blocks_of
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
    plain,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["block_means", "network_means"]


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
    power, shown = _scaled(means)
    side = min(max(0.62 * len(names) + 3.4, 7.0), 11.0)
    figure = canvas(height=0.86 * side, width=side)
    axes = figure.subplots()
    low, high = _limits(shown, signed=signed)
    image = axes.imshow(
        np.ma.masked_invalid(shown),
        cmap=colormaps[SIGNED if signed else UNSIGNED].with_extremes(bad=MISSING),
        vmin=low,
        vmax=high,
    )
    for (row, column), value in np.ndenumerate(shown):
        axes.text(
            column,
            row,
            "–" if np.isnan(value) else f"{value:.2f}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=SMALL if len(names) <= 10 else TINY,
            color=INK if np.isnan(value) else _ink_on(tuple(image.cmap(image.norm(value)))),
        )
    tidy(axes)
    labels = [plain(name) for name in names]
    axes.set_xticks(range(len(names)), labels, fontsize=SMALL, rotation=90)
    axes.set_yticks(range(len(names)), labels, fontsize=SMALL)
    axes.tick_params(length=0)
    axes.set_xlabel("source: the group that informs", fontsize=NORMAL)
    axes.set_ylabel("target: the group predicted", fontsize=NORMAL)
    bar = figure.colorbar(image, cax=axes.inset_axes((1.03, 0.0, 0.04, 1.0)))
    unit = f" (× 10{_superscript(power)})" if power else ""
    bar.set_label(f"mean connection{unit}", fontsize=NORMAL, color=INK)
    bar.ax.tick_params(labelsize=SMALL, color=FAINT)
    bar.outline.set_visible(False)
    heading(
        figure,
        f"{label} between {table.grouping or 'group'}s",
        (f"{subtitle}, and " if subtitle else "mean ")
        + f"over the pairs of different regions{unit}"
        + styles.explanation([connectivity.method]),
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


def _scaled(means: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the common power of ten with which means are written with two decimals, and these."""
    finite = np.abs(means[np.isfinite(means)])
    largest = finite.max() if finite.size else 0.0
    power = floor(log10(largest)) if largest > 0 else 0
    power = 0 if -1 <= power <= 1 else power
    return power, means / 10.0**power


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


def _superscript(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
