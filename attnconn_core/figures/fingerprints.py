"""Figure of the fingerprint: identification of subjects by each method's matrices."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.checks import require_share
from attnconn_core.errors import ParameterError
from attnconn_core.figures.accuracies import accuracy_axes
from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import method_rows, points
from attnconn_core.figures.style import (
    CROSS,
    INK,
    NORMAL,
    SMALL,
    canvas,
    heading,
    plain,
)
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore
from attnconn_core.scoring.score import Scored
from attnconn_core.sources import DESIGN_LABELS

__all__ = ["fingerprint_figures", "fingerprint_panel"]

_CROSS_LOOK = Look(CROSS, "o", size=10.0)


def fingerprint_panel(
    scores: Mapping[str, FingerprintScore],
    by_length: Mapping[str, Mapping[int, float]],
    chance: float,
    design: str,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    *,
    styles: Styles | None = None,
) -> Figure:
    """Draw how well subjects are identified by each method's matrices.

    Above, one row per method: similarities of matrices of the same subject and of
    different subjects, I_diff, and every subject's margin to its best impostor.
    Below: the share of subjects identified, by the number of frames used.

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
        Method → 95 % interval of its I_diff; None draws no intervals.
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
    above = 1.5 + 0.62 * len(methods)
    below = max(3.6, 0.26 * len(curves))  # the legend has a line per method
    figure = canvas(height=above + (below + 0.4 if curves else 0.4))
    rows = 2 if curves else 1
    parts = figure.subfigures(rows, 1, squeeze=False, height_ratios=[above, below][:rows])
    similarity, difference, margin = parts[0, 0].subplots(1, 3, width_ratios=[1.5, 1, 1.2])
    _draw_similarities(similarity, scores, methods, styles)
    _draw_differences(difference, scores, methods, styles, intervals or {})
    _draw_margins(margin, scores, methods, styles)
    if curves:
        _draw_lengths(parts[1, 0].subplots(), curves, chance, styles)
    subjects = len(scores[methods[0]].same_scores)
    heading(
        figure,
        "Fingerprint: are subjects identified by their matrices?",
        f"n = {subjects} subjects; {design}{styles.explanation(methods)}",
    )
    return figure


def fingerprint_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `Fingerprint`."""
    details = scored.details
    figure = fingerprint_panel(
        details.scores,
        details.by_length,
        details.chance,
        DESIGN_LABELS[context.design],
        {method: intervals["i_diff"] for method, intervals in details.intervals.items()},
        styles=context.styles,
    )
    return {"figure": figure}


def _draw_similarities(
    axes: Axes,
    scores: Mapping[str, FingerprintScore],
    methods: Sequence[str],
    styles: Styles,
) -> None:
    for row, method in enumerate(methods):
        same = scores[method].same_scores
        # A pair of subjects is a cross score of both and is drawn once.
        cross = np.unique(scores[method].cross_scores)
        points(axes, same, row - 0.22, styles.look(method), height=0.12)
        _violin(axes, cross, row + 0.2)
        points(axes, cross, row + 0.2, _CROSS_LOOK, height=0.1)
    method_rows(axes, [*map(styles.label, methods)])
    axes.set_xlabel("similarity of two matrices")
    axes.set_title("Same subject (colour), different subjects (grey)", fontsize=NORMAL, color=INK)


def _violin(axes: Axes, values: Float[np.ndarray, " point"], row: float | int) -> None:
    finite = values[np.isfinite(values)]
    # A density needs several points that aren't all equal.
    if len(finite) < 10 or np.ptp(finite) <= 1e-9 * np.abs(finite).max():
        return
    drawn = axes.violinplot(
        [finite], positions=[row], orientation="horizontal", widths=0.42, showextrema=False
    )
    for body in drawn["bodies"]:  # type: ignore[attr-defined]
        body.set(facecolor=CROSS, alpha=0.3, edgecolor="none")


def _draw_differences(
    axes: Axes,
    scores: Mapping[str, FingerprintScore],
    methods: Sequence[str],
    styles: Styles,
    intervals: Mapping[str, tuple[float, float]],
) -> None:
    values = np.array([scores[method].i_diff for method in methods], dtype=np.float64)
    finite = np.nan_to_num(values)
    axes.barh(
        range(len(methods)),
        finite,
        height=0.55,
        color=[styles.look(name).colour for name in methods],
    )
    for row, value in enumerate(values):
        ends = intervals.get(methods[row], (value, value))
        for colour, width in (("white", 3.4), (INK, 1.4)):  # visible on dark bars, too
            axes.plot(ends, [row, row], color=colour, linewidth=width)
        outer = np.nanmax([finite[row], *ends]) if finite[row] >= 0 else np.nanmin([*ends, value])
        axes.annotate(
            f"{value:.1f}".replace("-", "−") if np.isfinite(value) else "–",
            (outer, row),
            xytext=(4 if finite[row] >= 0 else -4, 0),
            textcoords="offset points",
            va="center",
            ha="left" if finite[row] >= 0 else "right",
            fontsize=SMALL,
            color=INK,
        )
    axes.axvline(0, color=INK, linewidth=0.8)
    method_rows(axes, [*map(styles.label, methods)], names=False)
    axes.margins(x=0.3)
    axes.set_xlabel("I_diff (100 × mean difference)")
    title = "Same minus different" + (", 95 % interval" if intervals else "")
    axes.set_title(title, fontsize=NORMAL, color=INK)


def _draw_margins(
    axes: Axes,
    scores: Mapping[str, FingerprintScore],
    methods: Sequence[str],
    styles: Styles,
) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, method in enumerate(methods):
        points(axes, scores[method].margin, row, styles.look(method), height=0.25)
    method_rows(axes, [*map(styles.label, methods)], names=False)
    axes.set_xlabel("margin (below 0: misidentified)")
    axes.set_title("Margin to the best impostor", fontsize=NORMAL, color=INK)


def _draw_lengths(
    axes: Axes,
    curves: Mapping[str, Mapping[int, float]],
    chance: float,
    styles: Styles,
) -> None:
    methods = styles.sort(curves)
    lengths = sorted({length for curve in curves.values() for length in curve})
    for place, method in enumerate(methods):
        # Accuracies of few subjects coincide. A small factor on the logarithmic axis separates
        # the methods without changing the accuracy.
        factor = 1 + 0.012 * (place - (len(methods) - 1) / 2)
        frames = sorted(curves[method])
        axes.plot(
            np.array(frames) * factor,
            [curves[method][length] for length in frames],
            color=styles.look(method).colour,
            marker=styles.look(method).marker,
            linestyle=styles.look(method).line,
            markersize=6,
            linewidth=1.6,
            markeredgecolor="white",
            markeredgewidth=0.6,
            label=plain(styles.label(method)),
            clip_on=False,
            zorder=3,
        )
    accuracy_axes(axes, lengths, chance)
    axes.set_xlabel("frames of each scan (methods are slightly shifted sideways)")
    axes.set_ylabel("subjects identified (share)")
    axes.set_title("Identification accuracy by scan length", fontsize=NORMAL, color=INK)
    axes.legend(
        fontsize=SMALL, frameon=False, labelcolor=INK, loc="center left", bbox_to_anchor=(1.0, 0.5)
    )
