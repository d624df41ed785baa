"""The registry of the figures of scores: a score's name, and the function that draws it."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
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
from attnconn_core.plugins import installed
from attnconn_core.scoring.score import Score, Scored

__all__ = ["ENTRY_POINTS", "FIGURES", "figures", "figures_module", "score_figures"]

#: The group that a package names the figures of scores in.
ENTRY_POINTS = "attnconn.figures"

#: The figures of this package's scores.
FIGURES: Mapping[str, Draw] = MappingProxyType(
    {
        "fingerprint": fingerprint_figures,
        "forecast_skill": forecast_figures,
        "reliability": reliability_figures,
        "behaviour": behaviour_figures,
        "group_contrast": contrast_figures,
        "penalty_identification": penalty_choice_figures,
    }
)


@cache
def figures() -> Mapping[str, Draw]:
    """Return the name of every score that has figures of its own, and what draws them.

    `FIGURES`, then those of other installed packages: an entry point of the group
    ``attnconn.figures`` has a score's name and leads to a function like `Draw`.

    Raises
    ------
    ParameterError
        Naming the package, if a function can't be imported or called, or the score has
        figures already.
    """
    return MappingProxyType({**FIGURES, **installed(ENTRY_POINTS, "figure", FIGURES, _check)})


def score_figures(score: Score, scored: Scored, context: FigureContext) -> Mapping[str, Figure]:
    """Draw the figures of a score.

    Parameters
    ----------
    score
        Which score it is. One without figures of its own gets a row per method.
    scored
        What it found.
    context
        Of the study.

    Returns
    -------
    figures
        By name; the one that stands for the score is called ``figure``.
    """
    if score.name in figures():
        return figures()[score.name](scored, context)
    return score_panel_figures(score, scored, context)


def figures_module(score: Score) -> str:
    """Return the name of the module that draws a score."""
    return figures().get(score.name, score_panel_figures).__module__


def _check(name: str, draw: Any) -> None:  # noqa: ARG001  (any score may have a figure)
    if not callable(draw):
        raise ParameterError(f"must be a function of what a score found; got {draw!r}")
