"""Figure of similarities: matrices of the same subject and of different subjects."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.method_styles import Look, Styles, default_styles
from attnconn_core.figures.rows import method_rows, points
from attnconn_core.figures.style import COLUMN, CROSS, INK, SMALL, canvas, heading
from attnconn_core.scoring.fingerprint.fingerprint import FingerprintScore

__all__ = ["similarity_panel"]

_CROSS_LOOK = Look(CROSS, "o", size=10.0)


def similarity_panel(
    scores: Mapping[str, FingerprintScore], design: str, *, styles: Styles | None = None
) -> Figure:
    """Draw the similarities behind a fingerprint, one row per method.

    Left, similarities of two matrices of the same subject and of different subjects; right,
    every subject's similarity to itself minus that to its best impostor.

    Parameters
    ----------
    scores
        Method → score.
    design
        What the two sessions of a subject are, such as ``"two halves of one run:
        split-half, not test–retest"``; shown in the subtitle.
    styles
        Labels, looks and order of methods; None: those of the registry, without
        configurations.

    Raises
    ------
    ParameterError
        If there is no score.
    """
    if not scores:
        raise ParameterError("a figure of similarities needs at least one method; got none")
    styles = styles or default_styles()
    methods = styles.sort(scores)
    figure = canvas(height=1.9 + 0.55 * len(methods), width=COLUMN)
    similarity, margin = figure.subplots(1, 2, width_ratios=[1.5, 1])
    _draw_similarities(similarity, scores, methods, styles)
    _draw_margins(margin, scores, methods, styles)
    first = scores[methods[0]]
    subjects = len(first.same_scores)
    pairs = int(np.isfinite(first.similarity_matrix).sum()) - subjects
    heading(
        figure,
        "Similarity of matrices of the same and of different subjects",
        f"n = {subjects} subjects, {pairs} pairs of different subjects; {design}; each method has "
        "its own scale: compare within rows" + styles.explanation(methods),
    )
    return figure


def _draw_similarities(
    axes: Axes, scores: Mapping[str, FingerprintScore], methods: Sequence[str], styles: Styles
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
    axes.set_title("Same subject (colour),\ndifferent subjects (grey)", fontsize=SMALL, color=INK)


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


def _draw_margins(
    axes: Axes, scores: Mapping[str, FingerprintScore], methods: Sequence[str], styles: Styles
) -> None:
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, method in enumerate(methods):
        points(axes, scores[method].margin, row, styles.look(method), height=0.25)
    method_rows(axes, [*map(styles.label, methods)], names=False)
    axes.set_xlabel("difference of similarities")
    axes.set_title(
        "Margin to the best impostor\n(below 0: misidentified)", fontsize=SMALL, color=INK
    )
