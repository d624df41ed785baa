"""One matrix as an image: its colours, its groups, and its bar of colours."""

import numpy as np
from jaxtyping import Float, Int
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter

from attnconn_core.figures.blocks import blocks_of, draw_borders, label_blocks
from attnconn_core.figures.powers import scaled, times_power
from attnconn_core.figures.style import (
    FAINT,
    INK,
    MISSING,
    SIGNED,
    SMALL,
    TINY,
    UNSIGNED,
    plain,
    tidy,
)
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["colour_bar", "colour_limits", "draw_matrix", "without_diagonal"]

_SHARP = 200


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


def draw_matrix(
    axes: Axes,
    connectivity: Connectivity,
    table: RegionTable | None,
    *,
    signed: bool,
    inches: float,
    names: str,
) -> AxesImage:
    """Draw a matrix in the order of its groups, named on the sides ``"x"`` and ``"y"`` in names.

    A side has approximately this number of inches, which is only known after the layout.
    """
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


def colour_bar(axes: Axes, image: AxesImage, label: str, size: float = SMALL) -> None:
    """Draw a bar of colours beside an image; small numbers get a power of ten at the label."""
    shown: np.ndarray = np.ma.compressed(np.ma.asarray(image.get_array()))
    low, high = image.get_clim()
    ends = ("neither", "min", "max", "both")
    extend = ends[int((shown < low).any()) + 2 * int((shown > high).any())]
    # An inset has the height of the image, regardless of the layout beside it.
    inset = axes.inset_axes((1.03, 0.0, 0.04, 1.0))
    bar = axes.figure.colorbar(image, cax=inset, extend=extend, extendfrac=0.03)
    power, _ = scaled(np.array([low, high]))
    if power < 0:
        bar.formatter = FuncFormatter(lambda at, _: f"{at / 10.0**power:.4g}".replace("-", "−"))
        label += f" ({times_power(power)})"
    bar.set_label(plain(label), fontsize=size, color=INK)
    bar.ax.tick_params(labelsize=size, color=FAINT)
    bar.outline.set_visible(False)
