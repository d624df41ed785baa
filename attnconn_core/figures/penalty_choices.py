"""Figure of identification at a penalty chosen on other subjects, and at the method's own."""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.accuracies import accuracy_axes
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    SMALL,
    canvas,
    heading,
    plain,
)
from attnconn_core.scoring.score import Scored

__all__ = ["penalty_choice_figures", "penalty_choice_panel"]

_ACROSS = 3  # number of panels side by side
_LETTERS = 26  # in a line of a title
_APART = 1.02  # factor on a logarithmic axis that separates coinciding curves


def penalty_choice_panel(
    by_frames: pd.DataFrame, chance: float, *, styles: Styles | None = None
) -> Figure:
    """Draw accuracy by scan length, one panel per method.

    Parameters
    ----------
    by_frames
        Table of the score `PenaltyIdentification`.
    chance
        Accuracy expected by guessing.
    styles
        Labels and looks of the methods; those of the registry if None.

    Raises
    ------
    ParameterError
        If there is no method.
    """
    if by_frames.empty:
        raise ParameterError("a figure of penalties needs at least one method; got none")
    styles = styles or default_styles()
    looks = styles.looks(by_frames["method"].astype(str).unique())
    down, across = -(-len(looks) // _ACROSS), min(len(looks), _ACROSS)
    figure = canvas(height=1.9 + 2.1 * down, width=COLUMN)
    panels = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
    for axes, (method, look) in zip(panels, looks.items(), strict=False):
        own = by_frames[by_frames["method"] == method].sort_values("frames")
        _draw(axes, own, look, chance)
        title = fill(styles.label(method), _LETTERS if across == _ACROSS else 2 * _LETTERS)
        axes.set_title(plain(title), fontsize=SMALL, color=INK)
    for axes in panels[len(looks) :]:
        axes.set_visible(False)
    for axes in panels[::across]:
        axes.set_ylabel("subjects identified (share)", fontsize=SMALL)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower right",
        ncols=len(labels),
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
    n = int(by_frames["subjects"].iloc[0])
    heading(
        figure,
        "Identification at the penalty that identifies others best",
        f"n = {n} subjects, each compared with all others (chance {chance:.2f}); vertical lines: "
        f"95 % intervals, uncorrected{styles.explanation(looks)}",
    )
    return figure


def penalty_choice_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `PenaltyIdentification`."""
    figure = penalty_choice_panel(
        scored.tables["by_frames"], scored.facts["chance"], styles=context.styles
    )
    return {"figure": figure}


def _draw(axes: Axes, own: pd.DataFrame, look: Look, chance: float) -> None:
    frames = own["frames"].to_numpy(dtype=np.float64)
    for column, colour, line, inside, apart, label in (
        ("own_accuracy", FAINT, "--", "white", 1 / _APART, "own penalty"),
        ("accuracy", look.colour, "-", look.colour, _APART, "the others' penalty"),
    ):
        values, low, high = (
            own[f"{column}{end}"].to_numpy(dtype=np.float64) for end in ("", "_lower", "_upper")
        )
        axes.vlines(frames * apart, low, high, color=colour, linewidth=1.1, alpha=0.8)
        axes.plot(
            frames * apart,
            values,
            color=colour,
            linestyle=line,
            marker="o",
            markersize=6,
            markerfacecolor=inside,
            linewidth=1.6,
            label=label,
            clip_on=False,
            zorder=3,
        )
    accuracy_axes(axes, own["frames"].tolist(), chance)
