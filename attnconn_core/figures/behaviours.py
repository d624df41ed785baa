"""Figures of how well each method's matrices predict behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from attnconn_core.errors import ParameterError
from attnconn_core.figures.behaviour_winners import winners_panel
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import floor_note, floor_of, interval_point
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    GRID,
    INK,
    MISSING,
    SMALL,
    canvas,
    heading,
    plain,
    tidy,
)
from attnconn_core.scoring.comparison.measured import METHOD
from attnconn_core.scoring.comparison.power import FEWEST_SUBJECTS
from attnconn_core.scoring.comparison.verdicts import ALL_TARGETS, compare_targets
from attnconn_core.scoring.score import Scored

__all__ = ["behaviour_figures", "behaviour_panel"]

_COLUMNS = ("method", "target", "r", "r2")
_MOST_LINES = 160  # more points get no line each: the figure would be metres long
_LINE = 0.125  # inches per line
_LOWEST = -1.0  # an interval of R² is drawn down to here
_ENDS = {"r": ("lower", "upper"), "r2": ("r2_lower", "r2_upper")}


def behaviour_panel(scores: pd.DataFrame, *, styles: Styles | None = None) -> Figure:
    """Draw r and R² of every method for every target, with their intervals.

    Targets are sorted by their mean r over methods, the best predicted on top, so that no method
    is favoured. What isn't a finding is grey. With very many targets and methods, a target's
    points share one line, and only findings have an interval.

    Parameters
    ----------
    scores
        One row per method and target, with columns `method`, `target`, `r` and `r2`,
        from predictions of held-out subjects; NaN where undefined. With columns ``lower`` and
        ``upper``, and ``r2_lower`` and ``r2_upper``, the intervals of r and R² are drawn; with
        ``star``, rows where it is false are grey; with ``subjects``, their number is added to the
        subtitle.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If a column is missing, there is no row, or a method has two rows for one
        target.
    """
    _require_scores(scores)
    styles = styles or default_styles()
    looks = styles.looks(scores["method"].astype(str).unique())
    targets = _sorted_targets(scores)
    dense = len(targets) * len(looks) > _MOST_LINES
    row = 0.21 if dense else max(0.21, _LINE * (len(looks) + 1))
    figure = canvas(height=2.6 + 0.19 * len(looks) / 2 + max(row * len(targets), 1.2), width=COLUMN)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, name in ((left, "r"), (right, "r2")):
        values = scores[name].to_numpy(dtype=np.float64)
        floor = floor_of(values) if name == "r2" else -np.inf
        _draw(axes, scores, name, targets, looks, floor, dense=dense)
        _set_rows(axes, targets)
    left.set_xlabel("r (predicted with measured)")
    right.set_xlabel(f"R²{floor_note(values, floor)}{_cut_note(scores)}")
    right.xaxis.set_major_locator(MaxNLocator(4))
    has_intervals = {"lower", "upper"} <= set(scores)
    figure.legend(
        handles=[
            *_explain([(styles.label(name), look) for name, look in looks.items()]),
            *_explain_marks(
                greyed="star" in scores and not scores["star"].all(),
                interval=has_intervals,
                dense=dense,
            ),
        ],
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
        loc="outside lower center",
        ncols=2,
    )
    heading(
        figure,
        f"Behaviour predicted for held-out subjects: {len(targets)} "
        f"{'measure' if len(targets) == 1 else 'measures'}",
        f"{_subjects(scores)}an R² below 0 is worse than predicting the mean"
        + (_FINDING if "star" in scores else "")
        + styles.explanation(looks),
    )
    return figure


_FINDING = (
    f"; in colour: q below .05, interval of r and R² above 0, n of at least {FEWEST_SUBJECTS}"
)


def behaviour_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `Behaviour`: methods, without null models.

    With several methods, there is also a figure of how often each is the best.
    """
    scores = scored.tables["scores"]
    methods = scores[scores["kind"] == METHOD]
    figures = {"figure": behaviour_panel(methods, styles=context.styles)}
    if methods["method"].nunique() > 1:
        compared = compare_targets(methods, scored.tables["comparison"])
        compared.pop(ALL_TARGETS, None)
        figures["best"] = winners_panel(compared, styles=context.styles)
    return figures


def _require_scores(scores: pd.DataFrame) -> None:
    missing = [name for name in _COLUMNS if name not in scores]
    if missing:
        raise ParameterError(
            f"behaviour scores need the columns {', '.join(_COLUMNS)}; "
            f"missing: {', '.join(missing)}"
        )
    if scores.empty:
        raise ParameterError("a behaviour figure needs at least one row; got none")
    twice = scores[scores.duplicated(["method", "target"])]
    if len(twice):
        first = twice.iloc[0]
        raise ParameterError(
            "a method must have one row for each target; got more for "
            f"{first['method']} and {first['target']}"
        )


def _subjects(scores: pd.DataFrame) -> str:
    if "subjects" not in scores:
        return ""
    fewest, most = int(scores["subjects"].min()), int(scores["subjects"].max())
    return f"n = {fewest if fewest == most else f'{fewest} to {most}'} subjects; "


def _sorted_targets(scores: pd.DataFrame) -> list[str]:
    means = scores.groupby("target", sort=True)["r"].mean()
    return list(means.sort_values(ascending=False, na_position="last", kind="stable").index)


def _draw(
    axes: Axes,
    scores: pd.DataFrame,
    name: str,
    targets: Sequence[str],
    looks: Mapping[str, Look],
    floor: float,
    *,
    dense: bool,
) -> None:
    places = {target: place for place, target in enumerate(targets)}
    axes.axvline(0, color=INK, linewidth=1)
    for place, (method, look) in enumerate(looks.items()):
        shift = 0.0 if dense else (place + 1) / (len(looks) + 1) - 0.5
        for _, own in scores[scores["method"] == method].iterrows():
            found = bool(own.get("star", True))
            lower, upper = (float(own.get(end, np.nan)) for end in _ENDS[name])
            if name == "r2":  # where too few subjects tell nothing, the interval has no end
                lower = max(lower, min(_LOWEST, float(own[name])), floor)
            hidden = dense and not found
            interval_point(
                axes,
                max(float(own[name]), floor) if np.isfinite(own[name]) else np.nan,
                (np.nan, np.nan) if hidden else (lower, upper),
                places[own["target"]] + shift,
                replace(look, size=22.0, colour=look.colour if found else MISSING),
            )


def _cut_note(scores: pd.DataFrame) -> str:
    """Return, in words, that intervals are cut, if any is."""
    cut = "r2_lower" in scores and (scores["r2_lower"] < _LOWEST).any()
    return f"; intervals are cut at −{-_LOWEST:g}" if cut else ""


def _set_rows(axes: Axes, targets: Sequence[str]) -> None:
    axes.set_yticks(range(len(targets)), [plain(str(target)) for target in targets])
    axes.set_ylim(len(targets) - 0.5, -0.5)
    tidy(axes, grid="x")
    for border in range(1, len(targets)):
        axes.axhline(border - 0.5, color=GRID, linewidth=0.7)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _explain(labelled: Sequence[tuple[str, Look]]) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            linestyle="",
            marker=look.marker,
            color=look.colour,
            label=plain(label),
        )
        for label, look in labelled
    ]


def _explain_marks(*, greyed: bool, interval: bool, dense: bool) -> list[Line2D]:
    handles = []
    if greyed:
        grey = Line2D([], [], linestyle="", marker="o", color=MISSING, label="grey: no finding")
        handles.append(grey)
    if interval:
        label = "95 % interval" + (", of findings" if dense else "")
        handles.append(Line2D([], [], color=FAINT, linewidth=1.6, label=label))
    return handles
