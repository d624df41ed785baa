"""Figures of forecasts: how much of the next frame each method predicts."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.forecast_pairs import forecast_pairs, forecast_scatter
from attnconn_core.figures.forecast_regions import forecast_regions
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.rows import floor_note, floor_of, mean_tick, method_rows, points
from attnconn_core.figures.session_names import session_label
from attnconn_core.figures.style import (
    COLUMN,
    FAINT,
    INK,
    SMALL,
    TINY,
    canvas,
    heading,
    plain,
)
from attnconn_core.scoring.comparison.paired_tests import mean_interval
from attnconn_core.scoring.score import Scored

__all__ = ["forecast_figures", "forecast_panel"]

_LETTERS = 30  # in a line of a method's name
_BASELINE = "ar"
# Needs of methods for which no forecaster is trained.
_NO_FORECASTER = frozenset({"series", "cohort"})


def forecast_panel(r2: pd.DataFrame, *, styles: Styles | None = None) -> Figure:
    """Draw every session's test R² for each method, the means over subjects, and AR's mean.

    Parameters
    ----------
    r2
        One row per (subject, session) and one column per method: R² on the test part, mean
        over regions. NaN where a method has none.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no column or no row.
    """
    if r2.empty:
        raise ParameterError(f"a forecast figure needs a row and a column; got shape {r2.shape}")
    styles = styles or default_styles()
    methods = styles.sort(map(str, r2.columns))
    table = r2.astype(np.float64)
    figure = canvas(height=2.0 + 0.42 * len(methods), width=COLUMN)
    axes = figure.subplots()
    means = {name: _mean_over_subjects(table[name]) for name in methods}
    sessions = _sessions(table)
    kinds = list(dict.fromkeys(sessions))
    floor = floor_of(table.to_numpy())
    for row, method in enumerate(methods):
        values = table[method].to_numpy()
        for place, kind in enumerate(kinds):
            chosen = values[[session == kind for session in sessions]]
            # Hollow markers distinguish the second session; further ones look the same.
            hollow = len(kinds) == 2 and place == 1
            points(axes, chosen, row, styles.look(method), hollow=hollow, floor=floor)
        mean, *ends = means[method]
        mean_tick(axes, mean, (ends[0], ends[1]), row, floor)
    handles = _explain(kinds)
    baseline = means.get(_BASELINE, (np.nan,))[0]
    if np.isfinite(baseline):
        handles.append(axes.axvline(max(baseline, floor), color=INK, linestyle="--", linewidth=1))
        handles[-1].set_label(f"mean of {styles.label(_BASELINE)}")
    method_rows(axes, [fill(styles.label(name), _LETTERS) for name in methods])
    axes.margins(x=0.04)
    axes.set_xlabel(f"R² on the test part (mean over regions){floor_note(table.to_numpy(), floor)}")
    figure.legend(
        handles=handles,
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
        loc="outside lower right",
        ncols=2,
    )
    axes.text(1.01, 1.0, "mean [interval]", transform=axes.transAxes, fontsize=TINY, color=FAINT)
    heading(
        figure,
        "Forecast of the next frame",
        f"{_support(table)}; each point is one session; R² is computed per region, then averaged; "
        "on the right: mean over subjects with its 95 % interval, uncorrected"
        + styles.explanation(methods),
    )
    return figure


def forecast_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `ForecastSkill`, and methods against each other.

    The last method with a trained forecaster (y) is drawn against the first without one (x), with
    the names of sessions, and against all others.
    """
    scores = scored.tables["scores"]
    sessions = scores["session"].map(lambda name: session_label(context.design, name))
    scores = scores.assign(session=sessions)
    r2 = scores.pivot(index=["subject", "session"], columns="method", values="r2")
    figures = {"figure": forecast_panel(r2, styles=context.styles)}
    if "over_regions" in scored.tables:
        figures["regions"] = forecast_regions(scored.tables["over_regions"], styles=context.styles)
    judged = [method for method in context.methods if method.name in r2]
    linear = [method.name for method in judged if method.needs in _NO_FORECASTER]
    trained = [method.name for method in judged if method.needs not in _NO_FORECASTER]
    if linear and trained:
        figures["scatter"] = forecast_scatter(
            r2[linear[0]].to_numpy(),
            r2[trained[-1]].to_numpy(),
            [", ".join(names) for names in r2.index],
            x_method=linear[0],
            y_method=trained[-1],
            styles=context.styles,
        )
    if trained and len(r2.columns) > 1:
        figures["pairs"] = forecast_pairs(r2, trained[-1], styles=context.styles)
    return figures


def _mean_over_subjects(r2: pd.Series) -> tuple[float, float, float]:
    """Return a method's mean and its interval, in which all subjects weigh the same."""
    return mean_interval(r2.groupby(level=0).mean().to_numpy(dtype=np.float64))


def _support(table: pd.DataFrame) -> str:
    """Return the numbers of subjects and sessions, in words."""
    subjects = table.index.get_level_values(0).nunique()
    return f"n = {subjects} subjects, {len(table)} sessions"


def _sessions(table: pd.DataFrame) -> list[str]:
    if isinstance(table.index, pd.MultiIndex) and table.index.nlevels >= 2:
        return [str(session) for session in table.index.get_level_values(1)]
    return ["scan"] * len(table)


def _explain(kinds: Sequence[str]) -> list[Line2D]:
    handles = [Line2D([], [], color=INK, linewidth=2.2, label="mean over subjects, 95 % interval")]
    if len(kinds) != 2:
        return handles
    faces = (INK, "none")
    return [
        *(
            Line2D(
                [], [], linestyle="", marker="o", color=INK, markerfacecolor=face, label=plain(kind)
            )
            for kind, face in zip(kinds, faces, strict=True)
        ),
        *handles,
    ]
