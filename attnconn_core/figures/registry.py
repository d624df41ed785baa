"""The registry of figures: a score's name, and the function that draws it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from matplotlib.figure import Figure

from attnconn_core.errors import ParameterError
from attnconn_core.figures.behaviours import behaviour_figures
from attnconn_core.figures.context import Draw, FigureContext
from attnconn_core.figures.contrasts import contrast_figures
from attnconn_core.figures.fingerprints import fingerprint_figures
from attnconn_core.figures.forecasts import forecast_figures
from attnconn_core.figures.penalty_choices import penalty_choice_figures
from attnconn_core.figures.reliabilities import reliability_figures
from attnconn_core.figures.score_panels import score_panel_figures
from attnconn_core.plugins import Registry, registry
from attnconn_core.scoring.score import Score, Scored

__all__ = ["ENTRY_POINTS", "FIGURES", "figures", "figures_module", "score_figures"]

#: The group of entry points for figures of scores.
ENTRY_POINTS = "attnconn.figures"

#: The figures of this package's scores.
FIGURES: Mapping[str, Draw] = Registry(
    {
        "fingerprint": fingerprint_figures,
        "forecast_skill": forecast_figures,
        "reliability": reliability_figures,
        "behaviour": behaviour_figures,
        "group_contrast": contrast_figures,
        "penalty_identification": penalty_choice_figures,
    },
    {},
)


@cache
def figures() -> Registry[Draw]:
    """Return the function that draws a score, by the name of the score.

    These are `FIGURES`, then those of other installed packages: an entry point of the group
    ``attnconn.figures`` has a score's name and refers to a function like `Draw`.

    Raises
    ------
    ParameterError
        If two packages draw one score. What another package brings and can't be called isn't
        listed, and raises this error when it is looked up; see `Registry`.
    """
    return registry(ENTRY_POINTS, "figure", FIGURES, _function)


def score_figures(score: Score, scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the figures of a score.

    Parameters
    ----------
    score
        The score. Without figures of its own, it gets a figure with one row per method.
    scored
        Its result.
    context
        Data of the study.

    Returns
    -------
    figures
        Figures by name; the main one is called ``figure``.
    """
    draw = figures().get(score.name)
    return draw(scored, context) if draw else score_panel_figures(score, scored, context)


def figures_module(score: Score) -> str:
    """Return the name of the module that draws a score."""
    return figures().get(score.name, score_panel_figures).__module__


def _function(name: str, draw: Any) -> Any:  # noqa: ARG001  (any score may have a figure)
    if not callable(draw):
        raise ParameterError(
            f"must be a function that takes a score's result and a context; got {draw!r}"
        )
    return draw
