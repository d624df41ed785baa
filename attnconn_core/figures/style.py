"""The style of all figures: sizes, colours, titles and axes.

Everything is passed by argument: no pyplot and no rcParams, so that no figure
affects the next one.
"""

import textwrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Annotation

__all__ = [
    "COLUMN",
    "CROSS",
    "FAINT",
    "GRID",
    "INK",
    "LARGE",
    "MISSING",
    "NORMAL",
    "SIGNED",
    "SMALL",
    "TINY",
    "UNSIGNED",
    "WIDTH",
    "canvas",
    "heading",
    "plain",
    "tidy",
]

WIDTH = 11.0
"""Inches: 1,100 px at 100 dpi, the width of the report's page."""

COLUMN = 180 / 25.4
"""Inches: 180 mm, two columns of a journal; texts of `TINY` and more can be read there."""

TINY, SMALL, NORMAL, LARGE = 7.5, 8.5, 10.0, 13.0
INK, FAINT, GRID = "#222222", "#666666", "#dddddd"
MISSING = "#a9a9a9"
"""Missing values: a masked diagonal, a NaN."""

CROSS = "#8a8a8a"
"""Pairs of different subjects, for all methods."""

SIGNED, UNSIGNED = "RdBu_r", "viridis"


def canvas(height: float, width: float = WIDTH, *, square: bool = False) -> Figure:
    """Return an empty white figure of `width` × `height` inches with automatic layout.

    `square` is for images of a fixed aspect, which are then drawn close together.
    """
    layout = ConstrainedLayoutEngine(
        w_pad=0.08, h_pad=0.08, wspace=0.03, hspace=0.05, compress=square
    )
    return Figure(figsize=(width, height), dpi=100, facecolor="white", layout=layout)


def heading(figure: Figure, title: str, subtitle: str = "") -> None:
    """Write a figure's title, and its subtitle below, wrapped to the figure's width."""
    points = 0.95 * 72 * figure.get_figwidth()
    first = _wrapped(title, points / LARGE)
    second = _wrapped(subtitle, points / NORMAL)
    # The layout reserves space for the title only: empty lines in it make room for the subtitle.
    room = [""] * len(second)
    above = figure.suptitle(
        plain("\n".join(first + room)), fontsize=LARGE, color=INK, x=0.012, ha="left"
    )
    if second:
        below = Annotation(
            plain("\n".join(second)),
            xy=(0, 0),
            xycoords=above,
            fontsize=NORMAL,
            color=FAINT,
            va="bottom",
            linespacing=1.2 * LARGE / NORMAL,
        )
        figure.add_artist(below)


def _wrapped(text: str, ems: float) -> list[str]:
    """Return a text as lines of a width in ems, letters being 0.6 em wide, unbroken at hyphens."""
    # A number stays with its percent sign: only plain spaces are broken at.
    whole = text.replace(" %", "\N{NO-BREAK SPACE}%")
    lines = textwrap.wrap(whole, int(ems / 0.6), break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def tidy(axes: Axes, *, grid: str = "") -> None:
    """Remove the frame and ticks; draw a faint grid along ``"x"``, ``"y"`` or ``"both"``."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
    axes.xaxis.label.set(fontsize=SMALL, color=INK)
    axes.yaxis.label.set(fontsize=SMALL, color=INK)
    axes.title.set(fontsize=SMALL, color=INK)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.7)  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Return a text in which dollar signs don't start a formula."""
    return text.replace("$", r"\$")
