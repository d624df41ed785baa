"""One look for every figure: sizes, inks, and a colour, marker and name for each method.

Everything is handed over by argument: no pyplot, no rcParams, nothing that one
figure could leave behind for the next. Categories take the colours of Okabe & Ito
(2008, "Color universal design"), which stay apart for colour-blind readers; methods
differ in their marker as well, for readers without colour.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, islice

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Annotation

__all__ = [
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
    "Look",
    "canvas",
    "display_name",
    "heading",
    "looks",
    "plain",
    "sorted_methods",
    "tidy",
]

WIDTH = 11.0
"""Inches: 1,100 px at 100 dpi, the width of the report's page."""

TINY, SMALL, NORMAL, LARGE = 7.5, 8.5, 10.0, 13.0
INK, FAINT, GRID = "#222222", "#666666", "#dddddd"
MISSING = "#a9a9a9"
"""What isn't there: a masked diagonal, a NaN."""

CROSS = "#8a8a8a"
"""Pairs of different subjects, whatever the method."""

SIGNED, UNSIGNED = "RdBu_r", "viridis"

_BLACK, _ORANGE, _SKY, _GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
_BLUE, _VERMILLION, _PURPLE = "#0072B2", "#D55E00", "#CC79A7"

_GROUP = "attention_group_"
# Read from a group's network beside its attention, whose configurations' looks they share.
_ABLATION, _SENSITIVITY = "ablation_group_", "sensitivity_group_"
_OF_GROUPS = (_GROUP, _ABLATION, _SENSITIVITY)


@dataclass(frozen=True)
class Look:
    """How one method is drawn."""

    colour: str
    marker: str
    line: str = "-"
    size: float = 38.0


# In the order of the families, which is the order in every figure.
_METHODS = {
    "pearson": ("Pearson", Look(_SKY, "o")),
    "partial": ("Partial correlation", Look(_BLUE, "s")),
    "shrinkage_partial": ("Partial (Ledoit–Wolf)", Look(_BLUE, "D")),
    "graphical_lasso": ("Partial (graphical lasso)", Look(_BLUE, "v")),
    "tangent": ("Tangent", Look(_SKY, "s")),
    "granger": ("Granger (ridge)", Look(_GREEN, "^")),
    "granger_own_past_free": ("Granger (own past free)", Look(_GREEN, "v")),
    "granger_own_past_free_validated": (
        "Granger (own past free, unseen)",
        Look(_GREEN, "<"),
    ),
    "granger_log_ratio": ("Granger (log-ratio)", Look(_GREEN, "s")),
    "lagged_correlation": ("Lagged correlation", Look(_GREEN, "o")),
    "transfer_entropy": ("Transfer entropy", Look(_GREEN, "D")),
    "patel_tau": ("Patel's tau", Look(_BLACK, "o")),
    "likelihood_ratio": ("Likelihood ratio (tanh)", Look(_BLACK, "s")),
    "likelihood_ratio_skew": ("Likelihood ratio (skew)", Look(_BLACK, "v")),
    "oriented_partial": ("Partial × (1 + tau)", Look(_BLACK, "D")),
    _GROUP: ("Attention (group", Look(_ORANGE, "D")),
    _ABLATION: ("Ablation (group", Look(_PURPLE, "D")),
    _SENSITIVITY: ("Sensitivity (group", Look(_VERMILLION, "D")),
    "attention_finetuned": ("Attention (fine-tuned)", Look(_PURPLE, "p")),
    "attention_subject": ("Attention (subject)", Look(_VERMILLION, "v")),
    "attention_published": ("Attention (published model)", Look(_VERMILLION, "*")),
    "ar": ("AR (own past)", Look("#6b6b6b", "o", "--")),
    "ridge_var": ("Ridge VAR", Look("#9a7d0a", "s", "--")),
    "ridge_var_own_past": ("Ridge VAR, own past unpenalised", Look(_BLACK, "^", "--")),
}
# Group configurations share their colour and differ in marker and dashes.
_CONFIGURATIONS = (("D", "-"), ("d", "--"), ("<", "-."), (">", ":"), ("*", "-"), ("8", "--"))
_UNKNOWN = Look(FAINT, ".", ":")


def display_name(method: str) -> str:
    """Name a method for a reader: ``"attention_group_base"`` → ``"Attention (group, base)"``.

    A method that isn't listed here is shown by its own name, spaces for underscores.
    """
    family = _family(method)
    if method in _OF_GROUPS or family not in _METHODS:
        return method.replace("_", " ").strip() or "(no name)"
    if family in _OF_GROUPS:
        configuration = method.removeprefix(family).replace("_", " ")
        return f"{_METHODS[family][0]}, {configuration})"
    return _METHODS[family][0]


def sorted_methods(methods: Iterable[str]) -> tuple[str, ...]:
    """Sort methods by family: correlations, Granger, attention, linear forecasts, others."""
    families = list(_METHODS)
    return tuple(
        sorted(
            methods,
            key=lambda name: (
                families.index(_family(name)) if _family(name) in families else len(families),
                name,
            ),
        )
    )


def looks(methods: Iterable[str]) -> dict[str, Look]:
    """Give every method its look.

    A method's colour depends on nothing but its name, so that it is the same in
    every figure.
    """
    ordered = sorted_methods(dict.fromkeys(methods))
    variants: dict[str, tuple[str, str]] = {}
    for family in _OF_GROUPS:
        groups = [name for name in ordered if _family(name) == family]
        variants |= dict(zip(groups, islice(cycle(_CONFIGURATIONS), len(groups)), strict=True))
    return {
        name: Look(_METHODS[_family(name)][1].colour, *variants[name])
        if name in variants
        else _METHODS.get(name, ("", _UNKNOWN))[1]
        for name in ordered
    }


def canvas(height: float, width: float = WIDTH, *, square: bool = False) -> Figure:
    """Make an empty white figure of `width` × `height` inches that lays itself out.

    `square` is for images of a fixed aspect, which are then drawn close together.
    """
    layout = ConstrainedLayoutEngine(
        w_pad=0.08, h_pad=0.08, wspace=0.03, hspace=0.05, compress=square
    )
    return Figure(figsize=(width, height), dpi=100, facecolor="white", layout=layout)


def heading(figure: Figure, title: str, subtitle: str = "") -> None:
    """Write a figure's title, and its subtitle below, wrapped to the figure's width."""
    points = 0.95 * 72 * figure.get_figwidth()
    first = textwrap.wrap(title, int(points / (0.6 * LARGE)))
    second = textwrap.wrap(subtitle, int(points / (0.6 * NORMAL)))
    # The layout keeps room for the title alone: its empty lines are the subtitle's.
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


def tidy(axes: Axes, *, grid: str = "") -> None:
    """Take the frame's clutter off; draw a faint grid along ``"x"``, ``"y"`` or ``"both"``."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.tick_params(labelsize=SMALL, color=FAINT, labelcolor=INK)
    axes.xaxis.label.set(fontsize=NORMAL, color=INK)
    axes.yaxis.label.set(fontsize=NORMAL, color=INK)
    axes.title.set(fontsize=NORMAL, color=INK)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=GRID, linewidth=0.7)  # type: ignore[arg-type]


def plain(text: str) -> str:
    """Keep dollar signs in a name from being read as a formula."""
    return text.replace("$", r"\$")


def _family(method: str) -> str:
    return next((family for family in _OF_GROUPS if method.startswith(family)), method)
