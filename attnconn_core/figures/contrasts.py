"""Figure of a contrast: edges in which two groups of subjects differ."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from attnconn_core.figures.context import FigureContext
from attnconn_core.figures.matrix import matrix_gallery
from attnconn_core.scoring.score import Scored

__all__ = ["contrast_figures"]


def contrast_figures(scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the result of the score `GroupContrast`: t in the components, for every method."""
    details = scored.details
    figure = matrix_gallery(
        details.shown,
        context.regions,
        {matrix.method: True for matrix in details.shown},
        f"t of edges in components with p below {details.level}: {details.difference}",
        quantity="t",
        styles=context.styles,
    )
    return {"figure": figure}
