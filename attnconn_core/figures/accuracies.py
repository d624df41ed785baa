"""Axes of identification accuracy by scan length."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from attnconn_core.figures.style import FAINT, tidy

__all__ = ["accuracy_axes"]


def accuracy_axes(axes: Axes, lengths: Sequence[int], chance: float) -> None:
    """Set up a logarithmic axis of frames, and draw chance.

    Parameters
    ----------
    axes
        Axes with the curves drawn.
    lengths
        Numbers of frames that get a tick.
    chance
        Accuracy expected by guessing.
    """
    axes.set_xscale("log")
    axes.axhline(chance, color=FAINT, linestyle=":", linewidth=1.4, label="chance")
    tidy(axes, grid="y")
    axes.set_xticks(lengths, [f"{length}" for length in lengths])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("frames of each scan")
