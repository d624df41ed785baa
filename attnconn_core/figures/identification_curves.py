"""Identification accuracy by scan length, one small panel per method."""

from collections.abc import Mapping
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import SubFigure

from attnconn_core.figures.accuracies import accuracy_axes
from attnconn_core.figures.method_styles import Styles
from attnconn_core.figures.style import INK, SMALL, TINY, plain
from attnconn_core.scoring.fingerprint.identification_intervals import accuracy_interval

__all__ = ["Curves", "curves_height", "draw_curves"]

_ACROSS = 4
_LETTERS = 26  # in a line of a title
_OTHERS = "#c4c4c4"

Curves = Mapping[str, Mapping[int, float]]
"""Method → frames → share of subjects identified."""


def curves_height(curves: Curves) -> float:
    """Return the height of the panels in inches."""
    return 0.5 + 1.75 * -(-len(curves) // _ACROSS)


def draw_curves(
    part: SubFigure, curves: Curves, chance: float, subjects: int, styles: Styles
) -> None:
    """Draw one panel per method: its accuracies with intervals, and all other methods in grey.

    Each method has its own panel because with few subjects many accuracies are exactly equal,
    and on common axes one curve would hide another.

    Parameters
    ----------
    part
        Where to draw.
    curves
        Accuracies, in [0, 1].
    chance
        Accuracy expected by guessing.
    subjects
        Number of subjects, from which the intervals follow; see `accuracy_interval`.
    styles
        Labels, looks and order of methods.
    """
    lengths = sorted({length for curve in curves.values() for length in curve})
    down = -(-len(curves) // _ACROSS)
    grid = part.subplots(down, min(_ACROSS, len(curves)), squeeze=False, sharey=True)
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)
    for axes, method in zip(grid.flat, styles.sort(curves), strict=False):
        for other, curve in curves.items():
            if other != method:
                frames = sorted(curve)
                axes.plot(frames, [curve[n] for n in frames], color=_OTHERS, linewidth=0.8)
        _draw_curve(axes, method, curves[method], subjects, styles)
        accuracy_axes(axes, lengths, chance)
        axes.set_xlabel("")
        axes.set_yticks([0, 0.5, 1])
        axes.tick_params(labelsize=TINY)
        title = fill(styles.label(method), _LETTERS)
        axes.set_title(plain(title), fontsize=TINY, color=INK)
    part.suptitle("Identification accuracy by scan length", fontsize=SMALL, color=INK)
    part.supxlabel("frames of each session", fontsize=SMALL, color=INK)
    part.supylabel("subjects identified (share)", fontsize=SMALL, color=INK)


def _draw_curve(
    axes: Axes, method: str, curve: Mapping[int, float], subjects: int, styles: Styles
) -> None:
    look, frames = styles.look(method), sorted(curve)
    ends = [accuracy_interval(curve[length], subjects) for length in frames]
    low, high = zip(*ends, strict=True)
    axes.vlines(frames, low, high, color=look.colour, linewidth=1.3, zorder=2)
    axes.plot(
        frames,
        [curve[length] for length in frames],
        color=look.colour,
        marker=look.marker,
        linestyle=look.line,
        markersize=5,
        linewidth=1.3,
        label=plain(styles.label(method)),
        clip_on=False,
        zorder=3,
    )
