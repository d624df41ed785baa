"""A figure: the score asymmetry, with one box per method."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from attnconn_core.figures import FigureContext, Styles
from attnconn_core.scoring import Scored


def asymmetry_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw a box per method over subjects; 0 is a symmetric matrix."""
    styles = context.styles or Styles()
    scores = scored.tables["scores"]
    methods = styles.sort(scores["method"].unique())
    figure = Figure(figsize=(11, 1.5 + 0.5 * len(methods)), layout="constrained")
    axes = figure.subplots()
    axes.boxplot(
        [scores.loc[scores["method"] == name, "asymmetry"] for name in methods],
        orientation="horizontal",
        tick_labels=[styles.label(name) for name in methods],
    )
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of edge power in the antisymmetric part")
    axes.set_title("Asymmetry of every directed method", loc="left")
    return {"figure": figure}
