"""Motion of a cohort, as `quality` stored it, held against the study's rules and against itself."""

from attnconn_assets.building.recorded import Facts
from attnconn_assets.study.settings import ExclusionRules
from attnconn_core.sources import RunMotion, doubtful_motion

__all__ = ["MOTION", "motion_beside_others"]

MOTION = "motion"
"""The fact of `quality` that holds the runs of `RunMotion`."""


def motion_beside_others(facts: Facts, rules: ExclusionRules) -> dict[str, str]:
    """Find the sessions whose motion can't be what it says; see `doubtful_motion`.

    Parameters
    ----------
    facts
        Session key → what `quality` recorded of it; older facts hold no motion.
    rules
        Of the study.
    """
    motions = {}
    for key, told in facts.items():
        runs = told.get(MOTION, ())
        assert isinstance(runs, list | tuple)  # noqa: S101  (as `quality` writes them)
        motions[key] = [RunMotion(**run) for run in runs]
    return doubtful_motion(motions, rules.about_motion)
