"""Pools: subjects that are compared with each other and use the data of the same others.

A matrix may use other subjects' data only if all matrices that it is compared with use the same
subjects. Otherwise each matrix would identify its subject by who is missing.
"""

from collections.abc import Mapping
from typing import Any

from attnconn_assets.building.folds import fold_of
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.errors import CohortError
from attnconn_core.forecasting import deal, group_folds
from attnconn_core.records import Cohort

__all__ = [
    "Pools",
    "dealt_pools",
    "facts_of",
    "fold_index",
    "groups_within",
    "pool_of",
]

Pools = list[frozenset[str] | None]
"""Sets of subjects that are compared; None for all subjects, if the study sets who trains."""

_FEWEST = 3  # fewest subjects for pools


def dealt_pools(work: Work, cohort: Cohort) -> Pools:
    """Return the pools, which are the folds of cohort models; empty if subjects are too few."""
    few = len(cohort.subjects) < _FEWEST and all(
        session.group is None for session in cohort.sessions
    )
    if few:
        return []
    dealt = group_folds(cohort, work.settings["folds"], work.settings["dealt"])
    return [fold.reads for fold in dealt]


def groups_within(pools: Pools, cohort: Cohort) -> Mapping[str, int]:
    """Assign training subjects to groups, none of which has subjects of two pools."""
    trained = (session.subject for session in cohort.sessions if session.group != "test")
    return deal(trained, pools=[subjects for subjects in pools if subjects])


def facts_of(pools: Pools) -> list[dict[str, Any]]:
    """Return an entry's facts on pools."""
    return [{"reads": None if subjects is None else sorted(subjects)} for subjects in pools]


def fold_index(work: Work, asset: str) -> int:
    """Return the index of an asset's fold that reads this session's subject.

    Raises
    ------
    CohortError
        If there were too few subjects for pools, or no pool has this subject.
    """
    folds = work.facts(asset, WHOLE)["folds"]
    if not folds:
        raise CohortError(
            f"{work.asset} uses other subjects' data, and needs at least {_FEWEST} subjects, so "
            "that two of them can use the same other subjects"
        )
    index = fold_of(folds, work.session.subject)
    if index is None:
        raise CohortError(
            f"{asset} has no fold for subject {work.session.subject}: it was made before this "
            "subject was added; materialise it again"
        )
    return index


def pool_of(work: Work, asset: str) -> frozenset[str] | None:
    """Return the subjects of this session's pool, as recorded by an asset; None for all.

    Raises the errors of `fold_index`.
    """
    reads = work.facts(asset, WHOLE)["folds"][fold_index(work, asset)]["reads"]
    return None if reads is None else frozenset(reads)
