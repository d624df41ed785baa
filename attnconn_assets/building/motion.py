"""Motion of a cohort, as `quality` stored it, held against the study's rules and against itself."""

from collections.abc import Iterable, Mapping

from attnconn_assets.storage.store import Store
from attnconn_assets.study.settings import ExclusionRules
from attnconn_core.sources import RunMotion, doubtful_motion

__all__ = ["MOTION", "motion_beside_others", "motion_facts"]

MOTION = "motion"
"""The fact of `quality` that holds the runs of `RunMotion`."""


def motion_facts(store: Store, sessions: Iterable[str]) -> dict[str, Mapping[str, object]]:
    """Return session key → what `quality` recorded of it, where it can be read."""
    entries = {key: store.readable("quality", key) for key in sessions}
    return {key: entry.facts for key, entry in entries.items() if entry is not None}


def motion_beside_others(
    facts: Mapping[str, Mapping[str, object]], rules: ExclusionRules
) -> dict[str, str]:
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
