"""Figure of the comparison: every method on every score, and who leads."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.references import Reference, against, reference_of
from attnconn_core.figures.rows import method_rows
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

__all__ = ["comparison_panel"]

_ACROSS = 3
_SHORT = 30  # letters of the longest name of a method beside three panels; else there are two
_ROW = 0.2  # inches
_TICKS = 0.6  # inches between the rows and the texts, and to the next panel
_LINE = 1.3  # of the size of its letters
_LETTERS = 78  # in a line below the panels of a row, all together

Panel = tuple[tuple[str, str], pd.DataFrame]


def comparison_panel(
    scores: pd.DataFrame, leaders: pd.DataFrame, *, styles: Styles | None = None
) -> Figure:
    """Draw one panel per score and measure, with every method's score and its interval.

    Panels of the same methods stand together. Where the reference differs between units, the
    difference from it is drawn, with the interval of the paired difference; see `against`.

    Parameters
    ----------
    scores
        One row per score, measure and method: ``score``, ``measure``, ``method``,
        ``value``, ``lower``, ``upper`` and ``reference``, which is drawn as a broken line;
        ``n`` units (``unit``), of which at least ``fewest`` are needed for a leader. May have
        ``above_lower``, the lower end of the interval of the difference from the reference.
    leaders
        One row per score, measure and leading method. Markers of leaders are filled, others
        hollow; a panel without a leader states why.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no score.
    """
    if scores.empty:
        raise ParameterError("a figure of a comparison needs at least one score; got none")
    styles = styles or default_styles()
    looks = styles.looks(scores["method"].unique())
    panels: list[Panel] = [
        ((str(score), str(measure)), own)
        for (score, measure), own in scores.groupby(["score", "measure"], sort=False)
    ]
    leading = set(leaders[["score", "measure", "method"]].itertuples(index=False, name=None))
    led = {what for what, _ in panels if any((*what, method) in leading for method in looks)}
    reasons = {what: _why_nobody(own) for what, own in panels if what not in led}
    common = next(iter(reasons.values()), "") if len(set(reasons.values())) == 1 else ""
    groups = _groups(panels)
    columns = [_columns(group, styles) for group in groups]
    references = {what: reference_of(*what, own, styles) for what, own in panels}
    shown_reasons = {} if common else reasons
    texts = {
        panel[0]: _texts(
            panel, references[panel[0]], shown_reasons.get(panel[0], ""), _LETTERS // across
        )
        for group, across in zip(groups, columns, strict=True)
        for panel in group
    }
    heights = [
        _height(group, across, [texts[what] for what, _ in group])
        for group, across in zip(groups, columns, strict=True)
    ]
    figure = canvas(height=1.5 + sum(heights), width=COLUMN)
    parts = figure.subfigures(len(groups), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, group, across in zip(parts, groups, columns, strict=True):
        own_looks = {name: look for name, look in looks.items() if name in _methods(group)}
        grid = _axes(part, group, [*map(styles.label, own_looks)], across)
        for axes, (what, own) in zip(grid, group, strict=True):
            reference = references[what]
            axes.axvline(reference.place, color=INK, linestyle="--", linewidth=1)
            best = {name for *of, name in leading if tuple(of) == what}
            _draw(axes, against(own, reference), own_looks, best)
            above, below = texts[what]
            axes.set_title(above, fontsize=SMALL, color=INK)
            axes.set_xlabel(below, fontsize=TINY, color=INK)
    _explain(figure, any_leads=bool(led))
    heading(
        figure,
        "Which methods lead" if led else "Scores of every method; none is shown to lead",
        _said(led, common) + styles.explanation(looks),
    )
    return figure


def _said(led: set[tuple[str, str]], common: str) -> str:
    """Return the subtitle: what leading means, and why none does where all panels agree."""
    rule = "a leader beats the reference, no method is shown to be better, and n is large enough"
    where = "elsewhere" if led else "in all panels"
    return f"{rule}; {where}: {common}" if common else rule


def _methods(group: Sequence[Panel]) -> set[str]:
    return {str(name) for _, own in group for name in own["method"]}


def _groups(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Return panels whose methods are the same, or part of each other, together."""
    groups: list[list[Panel]] = []
    for panel in panels:
        mine = _methods([panel])
        for group in groups:
            if mine <= _methods(group) or mine >= _methods(group):
                group.append(panel)
                break
        else:
            groups.append([panel])
    return groups


def _columns(group: Sequence[Panel], styles: Styles) -> int:
    longest = max(len(styles.label(name)) for name in _methods(group))
    return min(len(group), _ACROSS if longest <= _SHORT else _ACROSS - 1)


def _height(group: Sequence[Panel], across: int, texts: Sequence[tuple[str, str]]) -> float:
    """Return the inches of a group's panels with the texts above and below each."""
    above = 1 + max(title.count("\n") for title, _ in texts)
    below = 1 + max(label.count("\n") for _, label in texts)
    written = _LINE * (above * SMALL + below * TINY) / 72
    return -(-len(group) // across) * (_TICKS + written + _ROW * len(_methods(group)))


def _axes(
    part: SubFigure, group: Sequence[Panel], labels: Sequence[str], columns: int
) -> list[Axes]:
    """Return axes with rows for every panel; those of the rest of the grid are hidden."""
    grid = part.subplots(-(-len(group) // columns), columns, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(group):
            axes.set_visible(False)
            continue
        method_rows(axes, labels, names=place % columns == 0)
        tidy(axes, grid="x")
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
        axes.margins(x=0.06)
    return list(grid.flat)[: len(group)]


def _texts(panel: Panel, reference: Reference, why: str, letters: int) -> tuple[str, str]:
    """Return the score and n, and the quantity, the reference and why none leads."""
    (score, measure), own = panel
    above = [fill(line, letters - 2) for line in (score, measure, _support(own))]
    below = [reference.quantity, f"dashed: {reference.name}", why]
    lines = [fill(line, letters) for line in below if line]
    return plain("\n".join(above)), plain("\n".join(lines))


def _support(scores: pd.DataFrame) -> str:
    """Return the number of units behind a panel's scores, in words."""
    fewest, most = int(scores["n"].min()), int(scores["n"].max())
    n = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return f"n = {n} {scores['unit'].iloc[0]}"


def _why_nobody(scores: pd.DataFrame) -> str:
    if scores["n"].min() < scores["fewest"].iloc[0]:
        return f"too few to name a leader (at least {scores['fewest'].iloc[0]})"
    return "no method is shown to beat the reference"


def _draw(axes: Axes, shown: pd.DataFrame, looks: Mapping[str, Look], leading: set[str]) -> None:
    for row, (method, look) in enumerate(looks.items()):
        if method not in shown.index:
            place = axes.get_yaxis_transform()
            said = axes.text(0.1, row, "no value", transform=place, va="center")
            said.set(fontsize=TINY, color=FAINT)
            continue
        value, low, high = shown.loc[method, ["value", "lower", "upper"]].to_numpy(dtype=float)
        if np.isfinite([low, high]).all():
            axes.plot([low, high], [row, row], color=look.colour, linewidth=1.4, zorder=2)
        axes.scatter(
            [value],
            [row],
            s=30,
            marker=look.marker,
            edgecolors=look.colour,
            facecolors=look.colour if method in leading else "white",
            zorder=3,
            clip_on=False,
        )


def _explain(figure: Figure, *, any_leads: bool) -> None:
    leads = Line2D([], [], color=FAINT, marker="o", linestyle="", label="leads")
    hollow = Line2D([], [], color=FAINT, marker="o", linestyle="", label="doesn't lead")
    hollow.set_markerfacecolor("white")
    figure.legend(
        handles=[
            *([leads, hollow] if any_leads else []),
            Line2D([], [], color=FAINT, linewidth=1.4, label="95 % interval, uncorrected"),
            Line2D([], [], color=INK, linestyle="--", linewidth=1, label="reference"),
        ],
        loc="outside lower right",
        ncols=4,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
    )
