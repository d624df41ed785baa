"""The cohort: the sessions that a group result rests on, and why others are excluded."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from attnconn_assets.building.likeness import unlike_others
from attnconn_assets.building.recorded import Facts, recorded_facts, strings
from attnconn_assets.building.windows import Window
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.records import Cohort
from attnconn_core.sources import Listing
from attnconn_core.wording import told_once

__all__ = [
    "BY_RULE",
    "Basis",
    "Settled",
    "by_name",
    "cohort_of",
    "left_out_by_rules",
    "removed_sessions",
    "settle",
    "short_of_quorum",
]

BY_RULE = "left out by the study: "
"""Prefix of the reason if a session is excluded and doesn't count as missing."""

_REMOVED = (
    "its scan was removed, or its partition in Dagster was deleted; to leave it out on purpose, "
    "use exclude.sessions or a table of subjects"
)


@dataclass(frozen=True)
class Basis:
    """What an asset requires of the sessions that it rests on; see `BuildSpec`.

    Attributes
    ----------
    assets
        Assets that each session must have; none if the asset rests on no cohort.
    optional
        Members of `assets` that may be dropped if the quorum would be missed otherwise.
    made_without_all
        Whether the asset is made even if no session has any of them.
    window
        Consecutive frames that it needs of a session; None for no minimum.
    """

    assets: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    made_without_all: bool = False
    window: Window | None = None


@dataclass(frozen=True, eq=False)
class Settled:
    """The cohort of a group result.

    Attributes
    ----------
    cohort
        The sessions.
    left_out
        Assets that it is made without → sessions that lack them.
    lacks
        Why the study's quorum is missed; empty if it is met.
    missing
        If the quorum is missed: asset → sessions that are excluded because they lack it.
    """

    cohort: Cohort
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lacks: str = ""
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)


def settle(study: Study, store: Store, listing: Listing, basis: Basis) -> Settled:
    """Choose the sessions of a group result, and the assets that it is made without.

    First, all sessions that lack one of the assets are excluded. If this leaves fewer sessions
    than the study's quorum, optional assets are dropped instead, one by one until the quorum is
    met: first the one that most sessions lack, and of several the last. This way a method that
    fails everywhere is dropped alone. If dropping doesn't help, for example because scans can't
    be read, all assets are kept and the quorum is missed.
    """
    window = basis.window
    with_all_assets = cohort_of(study, store, listing, basis.assets, window)
    lacks = short_of_quorum(study, with_all_assets)
    # An asset that can be made without any of its inputs needs no quorum.
    if not lacks or (basis.made_without_all and with_all_assets.sessions):
        return Settled(with_all_assets)
    keys = [session.key for session in listing.sessions]
    missing = {
        name: [key for key in keys if _why_not(store, key, (name,), window)]
        for name in basis.assets
    }
    kept, left_out = list(basis.assets), {}
    while droppable := [n for n in reversed(kept) if n in basis.optional and missing[n]]:
        worst = max(droppable, key=lambda name: len(missing[name]))
        kept.remove(worst)
        left_out[worst] = missing[worst]
        if not (basis.made_without_all or basis.optional.intersection(kept)):
            break
        cohort = cohort_of(study, store, listing, kept, window)
        enough = not short_of_quorum(study, cohort)
        if enough or (basis.made_without_all and basis.optional.isdisjoint(kept)):
            return Settled(cohort, {n: left_out[n] for n in basis.assets if n in left_out})
    return Settled(with_all_assets, lacks=lacks, missing={k: v for k, v in missing.items() if v})


def by_name(study: Study, session: str) -> str:
    """Return the reason if the study excludes a session by name; otherwise an empty text."""
    return f"{BY_RULE}exclude.sessions names it" if study.exclude.names(session) else ""


def cohort_of(
    study: Study,
    store: Store,
    listing: Listing,
    assets: Iterable[str],
    window: Window | None = None,
) -> Cohort:
    """Return the sessions that have all of some assets and that no rule of the study excludes.

    All others are listed with the reason: an asset failed, isn't made or was made from an
    earlier version of the session, the source refuses the session, or its scan was removed.
    """
    rules = study.exclude
    assets = tuple(dict.fromkeys([*assets, *(("quality",) if rules.given else ())]))
    present = []
    excluded = listing.missing
    digests: dict[str, str] = {}
    for session in listing.sessions:
        # Rules come first: what a session lacks because a rule excludes it isn't missing.
        if why := _by_rule(study, store, session.key) or _why_not(
            store, session.key, assets, window, digests
        ):
            excluded[session.key] = why
        else:
            present.append(session)
    there = {session.key for session in listing.sessions}
    facts = recorded_facts(store, "time_series", [session.key for session in present])
    odd = unlike_others(facts)
    narrowed = getattr(study, "subjects", None) is not None  # others are missing on purpose
    removed = [] if narrowed else removed_sessions(study, store, there, listing.refused)
    gone = dict.fromkeys(removed, _REMOVED) | _renamed(
        recorded_facts(store, "time_series", removed), facts
    )
    return Cohort(
        tuple(session for session in present if session.key not in odd),
        {**excluded, **odd, **gone},
        study.sessions,
    )


def _renamed(removed: Facts, present: Facts) -> dict[str, str]:
    """Return a reason for each removed session whose recordings are now those of another."""
    holders = {
        recording: key
        for key, facts in present.items()
        for recording in strings(facts, "recordings")
    }
    renamed = {}
    for key, facts in removed.items():
        now = {holders.get(recording) for recording in strings(facts, "recordings")}
        if len(now) == 1 and (holder := now.pop()):
            renamed[key] = f"{BY_RULE}its scan is {holder} now"
    return renamed


def left_out_by_rules(study: Study, store: Store, sessions: Iterable[str]) -> dict[str, str]:
    """Return the sessions that the study excludes by name or by their quality → why.

    Sessions without stored quality are only excluded by name.
    """
    by_rule = {key: _by_rule(study, store, key).removeprefix(BY_RULE) for key in sessions}
    return {key: why for key, why in by_rule.items() if why}


def _by_rule(study: Study, store: Store, session: str) -> str:
    """Return why the study excludes a session, by name or by its stored quality; empty if not."""
    if why := by_name(study, session):
        return why
    quality = store.readable("quality", session) if study.exclude.given else None
    broken = study.exclude.why_not(quality.facts["measured"]) if quality else ""
    return f"{BY_RULE}{broken}" if broken else ""


def short_of_quorum(study: Study, cohort: Cohort) -> str:
    """Return why a cohort misses the study's quorum; empty if it meets it.

    Sessions that a rule of the study excludes don't count as missing.
    """
    by_rule = sum(why.startswith(BY_RULE) for why in cohort.excluded.values())
    present = len(cohort.sessions)
    eligible = present + len(cohort.excluded) - by_rule
    needed = min(math.ceil(study.quorum * eligible - 1e-9), eligible)
    if study.quorum < 1:
        needed = min(needed, max(1, eligible - 1))  # one bad scan excludes only its own session
    if present and present >= needed:
        return ""
    if by_rule and not eligible:
        whys = ((key, why.removeprefix(BY_RULE)) for key, why in cohort.excluded.items())
        reasons = "; ".join(alike.message for alike in told_once(whys))
        return (
            f"sessions, and the study's rules (exclude) leave out all {by_rule} of them: {reasons}"
        )
    missing = [item for item in cohort.excluded.items() if not item[1].startswith(BY_RULE)]
    listed = "; ".join(f"{key}: {why}" for key, why in missing[:10])
    return (
        f"{needed} of {eligible} sessions (quorum: {study.quorum:g}); {present} "
        f"{'is' if present == 1 else 'are'} usable. "
        f"Left out: {listed or 'none: the study has no session'}. To continue without them, name "
        "them under exclude.sessions, or lower the quorum"
    )


def removed_sessions(
    study: Study, store: Store, there: Collection[str], refused: Iterable[str]
) -> list[str]:
    """Return stored sessions whose scans no longer exist.

    Sessions that the study's `exclude` names aren't listed: they are missing on purpose.

    Parameters
    ----------
    study, store
        The study and its store.
    there
        Keys of the sessions whose scans exist, also of those that a table of subjects leaves out.
    refused
        Names of files and sessions that the source refuses: these scans weren't removed.
    """
    names = tuple(refused)
    return [
        key
        for key in store.partitions("time_series")
        if key not in there
        and not study.exclude.names(key)
        and not any(name == key or name.startswith((f"{key}.", f"{key}_")) for name in names)
    ]


def _why_not(
    store: Store,
    session: str,
    assets: Iterable[str],
    window: Window | None = None,
    digests: dict[str, str] | None = None,
) -> str:
    """Return why a session is excluded; empty if it isn't.

    Reasons are assets that it lacks, inputs that couldn't be made again, assets that weren't
    made again when their inputs were, or too short a scan.

    Parameters
    ----------
    store, session, assets, window
        As for `cohort_of`, for one session.
    digests
        Entries of sessions that were looked up already → their digests; extended.
    """
    digests = {} if digests is None else digests
    failed: dict[str, str] = {}
    missing, earlier = [], []
    for asset in assets:
        entry = store.readable(asset, session)
        if entry is None:
            missing.append(asset)
        inputs = entry.inputs if entry else {}
        earlier += [asset] if _changed(store, session, inputs, digests) else []
        for place in (f"{asset}/{session}", *(name for name in inputs if name.endswith(session))):
            why = store.failure(*place.split("/"))
            if why is not None:
                failed[place.partition("/")[0]] = why
    if failed:
        return "; ".join(f"{asset} failed: {why}" for asset, why in failed.items())
    if missing:
        return f"no {', '.join(missing)} in the store"
    if earlier:
        what = "what it is" if len(earlier) == 1 else "what they are"
        return f"{', '.join(earlier)} not made again since {what} made from changed"
    series = store.readable("time_series", session) if window else None
    return window.why_not(series.facts) if window and series else ""


def _changed(
    store: Store, session: str, inputs: Mapping[str, str], digests: dict[str, str]
) -> bool:
    """Whether an input of the same session has another content now than was read."""
    for name, read in inputs.items():
        asset, _, partition = name.partition("/")
        if partition != session:
            continue
        if name not in digests:
            entry = store.readable(asset, partition)
            digests[name] = entry.digest if entry else ""
        if digests[name] not in ("", read):
            return True
    return False
