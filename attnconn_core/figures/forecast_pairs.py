"""Figures of the forecasts of two methods against each other, one point per session."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.blocks import spread
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.rows import floor_note, floor_of
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    SMALL,
    TINY,
    canvas,
    heading,
    plain,
    tidy,
)
from attnconn_core.scoring.comparison.paired_tests import mean_interval

__all__ = ["forecast_pairs", "forecast_scatter"]

_NAMEABLE = 30
_ACROSS = 3
_MOST = 12  # panels
_LETTERS = 32  # in a line of a title


def forecast_scatter(
    x: Float[np.ndarray, " point"],
    y: Float[np.ndarray, " point"],
    names: Sequence[str],
    *,
    x_method: str,
    y_method: str,
    styles: Styles | None = None,
) -> Figure:
    """Draw one method's R² against another's, one point per session, with the identity line.

    Parameters
    ----------
    x, y
        R² of the two methods, mean over regions; pairs with a NaN are left out.
    names
        Names of the points, such as subjects; written beside them if there are few.
    x_method, y_method
        Names of the two methods.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        Unless every point has a name and a pair without a NaN exists.
    """
    if len(names) != len(x):
        raise ParameterError(f"every point needs a name; got {len(x)} points, {len(names)} names")
    kept = np.isfinite(x) & np.isfinite(y)
    if not kept.any():
        raise ParameterError(
            f"{y_method} can't be drawn against {x_method}: no session has an R² of both"
        )
    x, y = x[kept].astype(np.float64), y[kept].astype(np.float64)
    names = [name for name, keep in zip(names, kept, strict=True) if keep]
    styles = styles or default_styles()
    look = styles.look(y_method)
    figure = canvas(height=5.6, width=COLUMN)
    axes = figure.subplots()
    floor = floor_of(np.concatenate([x, y]))
    drawn = (np.maximum(x, floor), np.maximum(y, floor))
    low, high = _common_limits(*drawn)
    axes.plot([low, high], [low, high], color=FAINT, linewidth=1, linestyle="--", label="equal")
    axes.scatter(*drawn, s=46, color=look.colour, marker=look.marker, edgecolors="white", zorder=3)
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    tidy(axes, grid="both")
    if len(names) <= _NAMEABLE:
        _name_points(axes, *drawn, names, inches=4.2)
    axes.set_xlabel(f"R² of {plain(styles.label(x_method))}")
    axes.set_ylabel(f"R² of {plain(styles.label(y_method))}")
    axes.legend(fontsize=SMALL, frameon=False, labelcolor=FAINT, loc="upper left")
    heading(
        figure,
        f"{styles.label(y_method)} against {styles.label(x_method)}",
        f"{len(x)} sessions (points); R² is higher by {styles.label(y_method)} in "
        f"{int((y > x).sum())} of them, which is not a test"
        + floor_note(np.concatenate([x, y]), floor)
        + styles.explanation([x_method, y_method]),
    )
    return figure


def forecast_pairs(r2: pd.DataFrame, method: str, *, styles: Styles | None = None) -> Figure:
    """Draw one method's R² against that of every other forecaster, one point per session.

    Above every panel stands the mean difference over subjects, with its 95 % interval.

    Parameters
    ----------
    r2
        One row per (subject, session) and one column per forecaster: R² on the test part, mean
        over regions. NaN where a forecaster has none.
    method
        The column on all vertical axes. Of the others, the first 12 in the order of the styles
        are drawn.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If `r2` lacks the method, or no other has an R² of one of its sessions.
    """
    if method not in r2:
        raise ParameterError(f"r2 needs a column {method}; got {', '.join(map(str, r2))}")
    styles = styles or default_styles()
    others = [
        name
        for name in styles.sort(str(name) for name in r2 if name != method)
        if r2[[name, method]].notna().all(axis=1).any()
    ]
    if not others:
        raise ParameterError(f"no other forecaster has an R² of a session of {method}")
    shown = others[:_MOST]
    values = r2[[method, *shown]].to_numpy(dtype=np.float64)
    floor = floor_of(values)
    limits = _common_limits(*2 * [np.maximum(values[np.isfinite(values)], floor)])
    across = min(_ACROSS, len(shown))
    down = -(-len(shown) // across)
    side = (COLUMN - 0.5) / _ACROSS
    figure = canvas(height=1.6 + down * (side + 0.35), width=max(across * side + 0.5, 5.2))
    panels = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
    for place, axes in enumerate(panels.flat):
        if place >= len(shown):
            axes.set_visible(False)
            continue
        _draw_pair(axes, r2[[shown[place], method]].dropna(), floor, limits, styles)
    figure.supxlabel("R² of the forecaster above the panel", fontsize=SMALL, color=INK)
    figure.supylabel(f"R² of {plain(styles.label(method))}", fontsize=SMALL, color=INK)
    subjects = r2.index.get_level_values(0).nunique()
    left_out = len(others) - len(shown)
    heading(
        figure,
        f"Forecasts by {styles.label(method)} against all others",
        f"n = {subjects} subjects, {len(r2)} sessions (points); above the line the method on the "
        "y axis forecasts better; numbers: mean difference of R², y minus x, with its 95 % "
        f"interval over subjects{_uncorrected(len(shown))}{floor_note(values, floor)}"
        + (f"; {left_out} more forecasters aren't drawn" if left_out else "")
        + styles.explanation([method, *shown]),
    )
    return figure


def _draw_pair(
    axes: Axes,
    pair: pd.DataFrame,
    floor: float,
    limits: tuple[float, float],
    styles: Styles,
) -> None:
    other, method = map(str, pair)
    look = styles.look(other)
    axes.plot(limits, limits, color=FAINT, linewidth=1, linestyle="--")
    axes.scatter(
        np.maximum(pair[other], floor),
        np.maximum(pair[method], floor),
        s=24,
        color=look.colour,
        marker=look.marker,
        linewidths=0.7,
        zorder=3,
    )
    axes.set(xlim=limits, ylim=limits)
    axes.set_box_aspect(1)
    axes.locator_params(nbins=4)
    tidy(axes, grid="both")
    by_subject = (pair[method] - pair[other]).groupby(level=0).mean()
    mean, low, high = mean_interval(by_subject.to_numpy(dtype=np.float64))
    said = f"{mean:+.3f}"
    if np.isfinite([low, high]).all():
        said += f" [{low:+.3f}, {high:+.3f}]"
    title = f"{fill(styles.label(other), _LETTERS)}\n{said.replace('-', '−')}"
    axes.set_title(plain(title), fontsize=SMALL, color=INK)


def _uncorrected(comparisons: int) -> str:
    """Return that the intervals of several comparisons aren't corrected; empty for one."""
    return f", uncorrected for the {comparisons} comparisons" if comparisons > 1 else ""


def _common_limits(
    x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"]
) -> tuple[float, float]:
    both = np.concatenate([x, y])
    pad = max(0.06 * np.ptp(both), 0.01)
    return float(both.min() - pad), float(both.max() + pad)


def _name_points(
    axes: Axes,
    x: Float[np.ndarray, " point"],
    y: Float[np.ndarray, " point"],
    names: Sequence[str],
    inches: float,
) -> None:
    """Write names in a column beside the axes, in the order of y, with a line to each point."""
    order = np.argsort(y, kind="stable")
    low, high = axes.get_ylim()
    places = spread(y[order], 1.45 * TINY / 72 / inches * (high - low), low, high)
    for index, place in zip(order, places, strict=True):
        axes.annotate(
            plain(names[index]),
            xy=(x[index], y[index]),
            xytext=(1.03, place),
            textcoords=axes.get_yaxis_transform(),
            fontsize=TINY,
            color=INK,
            va="center",
            arrowprops={
                "arrowstyle": "-",
                "color": FAINT,
                "lw": 0.4,
                "alpha": 0.6,
                "relpos": (0, 0.5),
                "shrinkB": 4,
            },
            annotation_clip=False,
        )
