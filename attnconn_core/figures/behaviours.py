"""Figure of how well each method's matrices predict behaviour."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from attnconn_core.errors import ParameterError
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import floor_note, floor_of
from attnconn_core.figures.style import (
    GRID,
    INK,
    SMALL,
    canvas,
    heading,
    plain,
    tidy,
)
from attnconn_core.scoring.comparison.measured import METHOD
from attnconn_core.scoring.score import Scored

__all__ = ["behaviour_figures", "behaviour_panel"]

_COLUMNS = ("method", "target", "r", "r2")


def behaviour_panel(scores: pd.DataFrame, *, styles: Styles | None = None) -> Figure:
    """Draw r and R² of every method for every target, the best predicted on top.

    Targets are sorted by their mean r over methods, so that no method is favoured.

    Parameters
    ----------
    scores
        One row per method and target, with columns `method`, `target`, `r` and `r2`,
        from predictions of held-out subjects; NaN where undefined. With a column
        ``subjects``, their number is added to the subtitle.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If a column is missing, there is no row, or a method has two rows for one
        target.
    """
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
    styles = styles or default_styles()
    looks = styles.looks(scores["method"].astype(str).unique())
    targets = _sorted_targets(scores)
    figure = canvas(height=2.0 + max(0.21 * len(targets), 1.2))
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, name in ((left, "r"), (right, "r2")):
        values = scores[name].to_numpy(dtype=np.float64)
        floor = floor_of(values) if name == "r2" else -np.inf
        _draw(axes, scores, name, targets, looks, floor)
    left.set_xlabel("r (predicted with measured)")
    right.set_xlabel(f"R²{floor_note(values, floor)}")
    figure.legend(
        handles=_explain([(styles.label(name), look) for name, look in looks.items()]),
        fontsize=SMALL,
        frameon=False,
        labelcolor=INK,
        loc="outside lower center",
        ncols=min(len(looks), 4),
    )
    heading(
        figure,
        f"Behaviour predicted for held-out subjects: {len(targets)} "
        f"{'measure' if len(targets) == 1 else 'measures'}",
        f"{_subjects(scores)}an R² below 0 is worse than predicting the mean"
        + styles.explanation(looks),
    )
    return figure


def _subjects(scores: pd.DataFrame) -> str:
    if "subjects" not in scores:
        return ""
    fewest, most = int(scores["subjects"].min()), int(scores["subjects"].max())
    return f"n = {fewest if fewest == most else f'{fewest} to {most}'} subjects; "


def behaviour_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `Behaviour`: methods, without null models."""
    scores = scored.tables["scores"]
    return {"figure": behaviour_panel(scores[scores["kind"] == METHOD], styles=context.styles)}


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
) -> None:
    places = {target: place for place, target in enumerate(targets)}
    axes.axvline(0, color=INK, linewidth=1)
    for method, look in looks.items():
        rows = scores[scores["method"] == method]
        values = rows[name].to_numpy(dtype=np.float64)
        axes.scatter(
            np.maximum(values, floor),
            [places[target] for target in rows["target"]],
            s=26,
            color=look.colour,
            marker=look.marker,
            edgecolors="white",
            linewidths=0.5,
            alpha=0.9,
            zorder=3,
            clip_on=False,
        )
    axes.set_yticks(range(len(targets)), [plain(str(target)) for target in targets])
    axes.set_ylim(len(targets) - 0.5, -0.5)
    tidy(axes, grid="x")
    axes.grid(axis="y", color=GRID, linewidth=0.5)
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
