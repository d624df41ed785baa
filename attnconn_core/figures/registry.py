"""The registry of figures: a score's name, and the function that draws it."""

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

#: The group of entry points for figures of scores.
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
    """Return the function that draws a score, by the name of the score.

    These are `FIGURES`, then those of other installed packages: an entry point of the group
    ``attnconn.figures`` has a score's name and refers to a function like `Draw`.

    Raises
    ------
    ParameterError
        If a function can't be imported or called, or the score has figures already; the
        message names the package.
    """
    return MappingProxyType({**FIGURES, **installed(ENTRY_POINTS, "figure", FIGURES, _check)})


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
    if score.name in figures():
        return figures()[score.name](scored, context)
    return score_panel_figures(score, scored, context)


def figures_module(score: Score) -> str:
    """Return the name of the module that draws a score."""
    return figures().get(score.name, score_panel_figures).__module__


def _check(name: str, draw: Any) -> None:  # noqa: ARG001  (any score may have a figure)
    if not callable(draw):
        raise ParameterError(f"must be a function of a score's result; got {draw!r}")
