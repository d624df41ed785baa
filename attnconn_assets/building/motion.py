"""Checks the motion that `quality` stored, against the study's rules and for plausibility."""

from attnconn_assets.building.recorded import Facts
from attnconn_assets.study.settings import ExclusionRules
from attnconn_core.sources import RunMotion, doubtful_motion

__all__ = ["MOTION", "motion_beside_others"]

MOTION = "motion"
"""Name of the fact of `quality` that holds a `RunMotion` per run."""


def motion_beside_others(facts: Facts, rules: ExclusionRules) -> dict[str, str]:
    """Return the sessions whose recorded motion is implausible → why; see `doubtful_motion`.

    Parameters
    ----------
    facts
        Session key → what `quality` recorded of it; older facts hold no motion.
    rules
        The study's rules.
    """
    motions = {}
    for key, recorded in facts.items():
        runs = recorded.get(MOTION, ())
        assert isinstance(runs, list | tuple)  # noqa: S101  (as `quality` writes them)
        motions[key] = [RunMotion(**run) for run in runs]
    return doubtful_motion(motions, rules.about_motion)
