"""Pools: subjects that are compared with each other, and rest on the same others.

Whatever a matrix takes from other subjects must be the same for all that are compared with
it, or every matrix tells its subject by who is missing.
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
    "groups_within",
    "place_of",
    "pool_of",
]

Pools = list[frozenset[str] | None]
"""Who is compared with whom; None for everyone, where the study names who trains."""

_FEWEST = 3  # subjects that can be dealt into pools


def dealt_pools(work: Work, cohort: Cohort) -> Pools:
    """Return who is compared with whom, as the cohort's models are dealt; none if too few."""
    few = len(cohort.subjects) < _FEWEST and all(each.group is None for each in cohort.sessions)
    if few:
        return []
    dealt = group_folds(cohort, work.settings["folds"], work.settings["dealt"])
    return [fold.reads for fold in dealt]


def groups_within(pools: Pools, cohort: Cohort) -> Mapping[str, int]:
    """Deal those who may train into groups, none of which holds subjects of two pools."""
    trained = (each.subject for each in cohort.sessions if each.group != "test")
    return deal(trained, pools=[each for each in pools if each])


def facts_of(pools: Pools) -> list[dict[str, Any]]:
    """Return what an entry says of its pools."""
    return [{"reads": None if each is None else sorted(each)} for each in pools]


def place_of(work: Work, asset: str) -> int:
    """Return the place of the fold that holds this session's subject, among an asset's.

    Raises
    ------
    CohortError
        If there were too few subjects to be dealt into pools.
        Or if no pool holds this subject.
    """
    folds = work.facts(asset, WHOLE)["folds"]
    if not folds:
        raise CohortError(
            f"{work.asset} takes from other subjects, and needs at least {_FEWEST}, so that "
            "two have the same others"
        )
    place = fold_of(folds, work.session.subject)
    if place is None:
        raise CohortError(
            f"{asset} has no fold for subject {work.session.subject}: it was made before this "
            "subject was there; materialise it again"
        )
    return place


def pool_of(work: Work, asset: str) -> frozenset[str] | None:
    """Return who is compared with this session's subject, by what an asset says.

    None is everyone. Errors are those of `place_of`.
    """
    reads = work.facts(asset, WHOLE)["folds"][place_of(work, asset)]["reads"]
    return None if reads is None else frozenset(reads)
