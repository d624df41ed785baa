"""Figures of the fingerprint: identification of subjects by each method's matrices."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.checks import require_share
from attnconn_core.errors import ParameterError
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.identification_curves import Curves, curves_height, draw_curves
from attnconn_core.figures.method_styles import Styles, default_styles
from attnconn_core.figures.rows import interval_point, method_rows
from attnconn_core.figures.similarities import similarity_panel
from attnconn_core.figures.style import COLUMN, FAINT, INK, SMALL, canvas, heading
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore
from attnconn_core.scoring.score import Scored
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["fingerprint_figures", "fingerprint_panel"]

_NO_INTERVAL = (float("nan"), float("nan"))
# Method → name of a score → its interval.
Intervals = Mapping[str, Mapping[str, tuple[float, float]]]


def fingerprint_panel(
    scores: Mapping[str, FingerprintScore],
    by_length: Curves,
    chance: float,
    design: str,
    intervals: Intervals | None = None,
    *,
    styles: Styles | None = None,
) -> Figure:
    """Draw how well subjects are identified by each method's matrices.

    Above, one row per method: accuracy of identification, Cohen's d, and I_diff, which is
    written and not drawn, because its scale differs between methods. Below, one panel per method:
    the share of subjects identified, by the number of frames used.

    Parameters
    ----------
    scores
        Method → score.
    by_length
        Method → frames → identification accuracy in [0, 1]; may be empty.
    chance
        Accuracy expected by guessing.
    design
        What test and retest are, such as ``"two halves of one run:
        split-half, not test–retest"``; shown in the subtitle.
    intervals
        Method → intervals from `identification_intervals`, of which ``accuracy``,
        ``cohens_d`` and ``i_diff`` are shown; None shows no intervals.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no score, or `chance` isn't in [0, 1].
    """
    if not scores:
        raise ParameterError("a fingerprint figure needs at least one method's score; got none")
    require_share("chance", chance, ends=True)
    styles = styles or default_styles()
    methods = styles.sort(scores)
    curves = {method: lengths for method, lengths in by_length.items() if lengths}
    if len(set(chain.from_iterable(curves.values()))) < 2:  # a curve needs two lengths
        curves = {}
    above = 2.0 + 0.25 * len(methods)
    below = curves_height(curves) if curves else 0.0
    figure = canvas(height=above + below + 0.4, width=COLUMN)
    rows = 2 if curves else 1
    parts = figure.subfigures(rows, 1, squeeze=False, height_ratios=[above, below][:rows])
    accuracy, effect, difference = parts[0, 0].subplots(1, 3, width_ratios=[1, 1, 0.8])
    own = {method: (intervals or {}).get(method, {}) for method in methods}
    _draw_accuracies(accuracy, scores, own, chance, styles)
    _draw_effects(effect, scores, own, styles)
    _write_differences(difference, scores, own)
    subjects = len(scores[methods[0]].same_scores)
    if curves:
        draw_curves(parts[1, 0], curves, chance, subjects, styles)
    heading(
        figure,
        "Fingerprint: are subjects identified by their matrices?",
        f"n = {subjects} subjects; {design}"
        + ("; lines and brackets: 95 % intervals, uncorrected" if intervals or curves else "")
        + ("; grey curves: all other methods" if len(curves) > 1 else "")
        + styles.explanation(methods),
    )
    return figure


def fingerprint_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `Fingerprint`: the scores, and the similarities behind them."""
    details, design = scored.details, DESIGN_LABELS[context.design]
    return {
        "figure": fingerprint_panel(
            details.scores,
            details.by_length,
            details.chance,
            design,
            details.intervals,
            styles=context.styles,
        ),
        "similarities": similarity_panel(details.scores, design, styles=context.styles),
    }


def _draw_accuracies(
    axes: Axes,
    scores: Mapping[str, FingerprintScore],
    intervals: Intervals,
    chance: float,
    styles: Styles,
) -> None:
    axes.axvline(chance, color=FAINT, linestyle=":", linewidth=1.4)
    for row, (method, own) in enumerate(intervals.items()):
        value = float(scores[method].hits.mean())
        interval_point(axes, value, own.get("accuracy", _NO_INTERVAL), row, styles.look(method))
    method_rows(axes, [*map(styles.label, intervals)])
    axes.set_xlim(-0.03, 1.03)
    axes.set_xlabel("subjects identified (share)")
    title = f"Accuracy\n(dotted: chance, {chance:.2f})"
    axes.set_title(title, fontsize=SMALL, color=INK)


def _draw_effects(
    axes: Axes, scores: Mapping[str, FingerprintScore], intervals: Intervals, styles: Styles
) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, (method, own) in enumerate(intervals.items()):
        ends = own.get("cohens_d", _NO_INTERVAL)
        interval_point(axes, scores[method].cohens_d, ends, row, styles.look(method))
    method_rows(axes, ["" for _ in intervals], names=False)
    axes.set_xlabel("Cohen's d")
    title = "Same minus different,\nin standard deviations"
    axes.set_title(title, fontsize=SMALL, color=INK)


def _write_differences(
    axes: Axes, scores: Mapping[str, FingerprintScore], intervals: Intervals
) -> None:
    """Write I_diff with its interval, one row per method."""
    method_rows(axes, ["" for _ in intervals], names=False)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    for row, (method, own) in enumerate(intervals.items()):
        axes.text(
            0.05,
            row,
            _in_words(scores[method].i_diff, own.get("i_diff", _NO_INTERVAL)),
            transform=axes.get_yaxis_transform(),
            fontsize=SMALL,
            color=INK,
            va="center",
        )
    # Drawn on one axis, methods would seem to be ranked by the scale of their similarities.
    title = "I_diff\n(no common scale)"
    axes.set_title(title, fontsize=SMALL, color=INK)


def _in_words(value: float, ends: tuple[float, float]) -> str:
    if not np.isfinite(value):
        return "–"
    said = f"{value:.1f}"
    if np.isfinite(ends).all():
        said += f" [{ends[0]:.1f}, {ends[1]:.1f}]"
    return said.replace("-", "−")
