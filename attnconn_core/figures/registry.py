"""The registry of the figures of scores: a score's name, and the function that draws it."""

from collections.abc import Mapping
from types import MappingProxyType

from matplotlib.figure import Figure

from attnconn_core.figures.behaviours import behaviour_figures
from attnconn_core.figures.context import Draw, Drawable, FigureContext
from attnconn_core.figures.contrasts import contrast_figures
from attnconn_core.figures.fingerprints import fingerprint_figures
from attnconn_core.figures.forecasts import forecast_figures
from attnconn_core.figures.score_panels import score_panel_figures
from attnconn_core.scoring.score import Score, Scored

__all__ = ["FIGURES", "figures_module", "score_figures"]

#: Of this package's scores. One that isn't here draws itself, or gets a row per method.
FIGURES: Mapping[str, Draw] = MappingProxyType(
    {
        "fingerprint": fingerprint_figures,
        "forecast_skill": forecast_figures,
        "behaviour": behaviour_figures,
        "group_contrast": contrast_figures,
    }
)


def score_figures(score: Score, scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the figures of a score.

    Parameters
    ----------
    score
        Which score it is.
    scored
        What it found.
    context
        Of the study.

    Returns
    -------
    figures
        By name; the one that stands for the score is called ``figure``.
    """
    if score.name in FIGURES:
        return FIGURES[score.name](scored, context)
    if isinstance(score, Drawable):
        return score.figures(scored, context)
    return score_panel_figures(score, scored, context)


def figures_module(score: Score) -> str:
    """Return the name of the module that draws a score."""
    if score.name in FIGURES:
        return FIGURES[score.name].__module__
    return (type(score) if isinstance(score, Drawable) else score_panel_figures).__module__
