"""The cohort: which sessions a group result may rest on, and why others are left out."""

from collections.abc import Iterable, Mapping

from attnconn_assets.building.likeness import unlike_others
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.records import Cohort
from attnconn_core.sources import Listing

__all__ = ["cohort_of", "short_of_quorum"]

_BY_RULE = "left out by the study: "


def cohort_of(study: Study, store: Store, listing: Listing, assets: Iterable[str]) -> Cohort:
    """Take the sessions that each of some assets holds and no rule of the study keeps out.

    Everybody else is listed with the reason: what failed or isn't made, what the source
    refuses, and whose scan was there once and was removed.
    """
    rules = study.exclude
    assets = tuple(dict.fromkeys([*assets, *(("quality",) if rules.given else ())]))
    present = []
    excluded = {name: str(why) for name, why in listing.refused.items()}
    for session in listing.sessions:
        why = _why_not(store, session.key, assets)
        if not why and rules.given:
            found = store.readable("quality", session.key)
            broken = rules.why_not(found.facts["measured"] if found else {})
            why = f"{_BY_RULE}{broken}" if broken else ""
        if why:
            excluded[session.key] = why
        else:
            present.append(session)
    odd = unlike_others(store, [session.key for session in present])
    return Cohort(
        tuple(session for session in present if session.key not in odd),
        {**excluded, **odd, **_removed(study, store, listing)},
    )


def short_of_quorum(study: Study, cohort: Cohort) -> str:
    """Say what a cohort lacks to be the study's quorum; empty if it is one.

    Those whom a rule of the study keeps out aren't missing.
    """
    by_rule = sum(why.startswith(_BY_RULE) for why in cohort.excluded.values())
    present = len(cohort.sessions)
    eligible = present + len(cohort.excluded) - by_rule
    if present and present >= study.quorum * eligible:
        return ""
    if by_rule and not eligible:
        return f"sessions, and the study's rules (exclude) leave out all {by_rule} of them"
    listed = "; ".join(f"{key}: {why}" for key, why in list(cohort.excluded.items())[:10])
    return (
        f"{study.quorum:.0%} of {eligible} sessions; {present} are there. "
        f"Left out: {listed or 'none: the study has no session'}"
    )


def _removed(study: Study, store: Store, listing: Listing) -> Mapping[str, str]:
    """Find sessions of the store whose scans are gone.

    A table of subjects takes sessions out on purpose; without one, nobody meant to.
    """
    if getattr(study, "subjects", None) is not None:
        return {}
    there = {session.key for session in listing.sessions}
    return {
        key: "its scan was removed; a table of subjects (subjects) can leave it out"
        for key in store.partitions("time_series")
        if key not in there
    }


def _why_not(store: Store, session: str, assets: Iterable[str]) -> str:
    """Say what keeps a session out: assets it lacks, or rests on that couldn't be made again."""
    failed: dict[str, str] = {}
    missing = []
    for asset in assets:
        entry = store.readable(asset, session)
        if entry is None:
            missing.append(asset)
        inputs = entry.inputs if entry else ()
        for read in (f"{asset}/{session}", *(name for name in inputs if name.endswith(session))):
            why = store.failure(*read.split("/"))
            if why is not None:
                failed[read.partition("/")[0]] = why
    if failed:
        return "; ".join(f"{asset} failed: {why}" for asset, why in failed.items())
    return f"no {', '.join(missing)} in the store" if missing else ""
