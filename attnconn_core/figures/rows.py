"""Axes with one row per method: its name on the left, its points along the row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from attnconn_core.figures.method_styles import Look
from attnconn_core.figures.style import (
    FAINT,
    INK,
    SMALL,
    TINY,
    plain,
    tidy,
)

__all__ = ["floor_note", "floor_of", "interval_point", "mean_tick", "method_rows", "points"]

_GOLDEN = (5**0.5 - 1) / 2


def method_rows(axes: Axes, labels: Sequence[str], *, names: bool = True) -> None:
    """Set up one row per label, the first on top; write the labels if requested."""
    shown = [plain(label) if names else "" for label in labels]
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), shown)
    tidy(axes, grid="x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    for label in axes.get_yticklabels():
        label.set(fontsize=SMALL, color=INK)
    for border in range(1, len(labels)):
        axes.axhline(border - 0.5, color=FAINT, linewidth=0.4, alpha=0.5)


def points(
    axes: Axes,
    values: Float[np.ndarray, " point"],
    row: float | int,
    look: Look,
    *,
    height: float = 0.3,
    hollow: bool = False,
    floor: float = -np.inf,
) -> None:
    """Draw values along a row, shifted vertically so that none hides another.

    The shifts are the golden ratio's low-discrepancy sequence over the sorted
    values: neighbours lie far apart, and the figure is reproducible. Values
    that are NaN are left out, those below `floor` are drawn at it as arrowheads.
    """
    ordered = np.sort(values[np.isfinite(values)])
    places = row + height * (2 * ((np.arange(len(ordered)) * _GOLDEN + 0.5) % 1) - 1)
    below = ordered < floor
    faint = 0.85 if len(ordered) <= 200 else 0.25
    size = 0.75 * look.size if len(ordered) <= 60 else min(look.size, 10.0)
    # The line goes half into a marker and half around it: without one, a marker is smaller.
    style: dict[str, Any] = {
        "linewidths": 0.9,
        "edgecolors": look.colour,
        "facecolors": "none" if hollow else look.colour,
        "alpha": 1.0 if hollow else faint,
        "zorder": 3,
        "clip_on": False,
    }
    axes.scatter(
        ordered[~below],
        places[~below],
        s=size,
        marker=look.marker,
        **style,
    )
    if below.any():
        axes.scatter(np.full(below.sum(), floor), places[below], s=34, marker="<", **style)


def interval_point(
    axes: Axes,
    value: float,
    ends: tuple[float, float],
    row: float | int,
    look: Look,
) -> None:
    """Draw a value with its interval along a row; no interval if an end is NaN."""
    if not np.isfinite(value):
        return
    if np.isfinite(ends).all():
        axes.plot(ends, [row, row], color=look.colour, linewidth=1.6, zorder=2)
    axes.scatter(
        [value],
        [row],
        s=look.size,
        marker=look.marker,
        color=look.colour,
        edgecolors="white",
        linewidths=0.5,
        zorder=3,
        clip_on=False,
    )


def mean_tick(
    axes: Axes,
    mean: float,
    ends: tuple[float, float],
    row: float | int,
    floor: float = -np.inf,
) -> None:
    """Draw a mean as a vertical bar with its interval; both are written right of the axes.

    A mean that is NaN has no values, an interval whose ends are NaN isn't drawn.
    """
    if np.isnan(mean):
        axes.text(
            0.01,
            row,
            "no values",
            transform=axes.get_yaxis_transform(),
            fontsize=SMALL,
            color=FAINT,
            va="center",
        )
        return
    drawn = max(mean, floor)
    axes.plot([drawn, drawn], [row - 0.4, row + 0.4], color=INK, linewidth=2.2, zorder=4)
    said = f"{mean:.3f}"
    if np.isfinite(ends).all():
        axes.plot(np.maximum(ends, floor), [row, row], color=INK, linewidth=1.0, zorder=2.5)
        said += f" [{ends[0]:.3f}, {ends[1]:.3f}]"
    axes.text(
        1.01,
        row,
        said.replace("-", "−"),
        transform=axes.get_yaxis_transform(),
        fontsize=TINY,
        color=INK,
        va="center",
    )


def floor_of(values: Float[np.ndarray, "..."]) -> float:
    """Return the lower end of an axis of R²; −∞ if all values can be shown.

    R² has no lower bound, and one failed forecast would compress all others into a
    line. Values more than five interquartile ranges below the first quartile are
    outside the axis; its end is a round number.
    """
    finite = values[np.isfinite(values)]
    if finite.size < 4:
        return -np.inf
    first, third = np.percentile(finite, [25, 75])
    floor = float(np.floor(10 * (first - 5 * max(third - first, 0.02))) / 10)
    return floor if finite.min() < floor else -np.inf


def floor_note(values: Float[np.ndarray, "..."], floor: float) -> str:
    """Return, in words, the number of values below the floor; empty if there are none."""
    below = int((values[np.isfinite(values)] < floor).sum())
    return f"; {below} below {floor:g}, drawn there" if below else ""
