"""The registry of scores."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from attnconn_core.plugins import Registry, registry
from attnconn_core.scoring.behaviour.score import Behaviour
from attnconn_core.scoring.edges.contrast import GroupContrast
from attnconn_core.scoring.fingerprint.penalty_score import PenaltyIdentification
from attnconn_core.scoring.fingerprint.score import Fingerprint
from attnconn_core.scoring.forecast.score import ForecastSkill
from attnconn_core.scoring.plugins import ENTRY_POINTS, score_class
from attnconn_core.scoring.reliability.score import Reliability

__all__ = ["SCORES", "scores"]

#: Every score of this package by name, in the order in which scores are shown.
SCORES: Mapping[str, type[Any]] = Registry(
    {
        score.name: score
        for score in (
            Fingerprint,
            ForecastSkill,
            Reliability,
            Behaviour,
            GroupContrast,
            PenaltyIdentification,
        )
    },
    {},
)


@cache
def scores() -> Registry[type[Any]]:
    """Return every score: `SCORES`, then those of other installed packages.

    Raises
    ------
    ParameterError
        If two packages use one name. A score of another package that can't be used isn't
        listed, and raises this error when it is looked up; see `Registry`.
    """
    return registry(ENTRY_POINTS, "score", SCORES, score_class)
