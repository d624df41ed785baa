"""The plan: which partitions of an asset are to be made now, and what the others wait for.

It looks at the store and at the scans, not at Dagster's history: the store knows for
every partition what made it, and from what.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attnconn_assets.building.cohort import cohort_of, short_of_quorum
from attnconn_assets.building.spec import AssetSpec
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import file_facts, is_unchanged
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError
from attnconn_core.records import Cohort
from attnconn_core.sources import Listing, Source

__all__ = ["Plan", "attempt", "is_current", "plan"]


@dataclass
class Plan:
    """One asset as it stands.

    Attributes
    ----------
    due
        Partitions that are missing or out of date, and can be made.
    waiting
        Partitions that can't → why: what they read isn't there, or failed.
    standing
        Partitions that are as they would be made today.
    """

    due: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    standing: list[str] = field(default_factory=list)


def plan(
    study: Study,
    spec: AssetSpec,
    store: Store,
    source: Source,
    listing: Listing,
    *,
    retry_failed: bool = True,
) -> Plan:
    """Sort an asset's partitions out.

    Parameters
    ----------
    study, spec, store
        What to look at.
    source, listing
        Where the scans are, and which sessions to think of.
    retry_failed
        Whether a partition whose last try failed is due; if not, it waits until
        something that it would be made from changes.
    """
    keys = {
        "session": [session.key for session in listing.sessions],
        "configuration": list(study.configurations),
        "benchmark": list(study.recovery.benchmarks),
        "whole": [WHOLE],
    }[spec.partitioned]
    sessions = {session.key: session for session in listing.sessions}
    cohort = _cohort(study, spec, store, listing)
    lacks = short_of_quorum(study, cohort) if cohort else ""
    digest = cohort.digest if cohort else None
    found = Plan()
    for key in keys:
        reads = spec.reads(source, sessions.get(key)) if spec.reads else None
        excluded = cohort.excluded if cohort and spec.lists_excluded else None
        if is_current(store, spec.recipe_of(key), key, digest, reads, excluded):
            found.standing.append(key)
            continue
        why = _unmade(study, spec, store, key) or lacks
        if not why and not retry_failed:
            tried = store.failed_with(spec.name, key)
            if tried == attempt(study, spec, store, source, listing, key):
                why = f"another scan or setting; it failed: {store.failure(spec.name, key)}"
        if why:
            found.waiting[key] = why
        else:
            found.due.append(key)
    return found


def attempt(
    study: Study, spec: AssetSpec, store: Store, source: Source, listing: Listing, key: str
) -> str:
    """Hash all that a partition would be made from now: another hash, another result."""
    session = next((each for each in listing.sessions if each.key == key), None)
    cohort = _cohort(study, spec, store, listing)
    parts = [spec.recipe_of(key).digest, cohort.digest if cohort else ""]
    if spec.reads:
        parts += [json.dumps(file_facts(path)) for path in spec.reads(source, session)]
    for asset, partition in _read_by(study, spec, key):
        entry = store.readable(asset, partition)
        parts.append(f"{asset}/{partition} {entry.digest if entry else ''}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _cohort(study: Study, spec: AssetSpec, store: Store, listing: Listing) -> Cohort | None:
    """Take the cohort that a group's result would rest on; None for what rests on no group."""
    return cohort_of(study, store, listing, spec.rests_on) if spec.rests_on else None


def _read_by(study: Study, spec: AssetSpec, key: str) -> list[tuple[str, str]]:
    """List the assets and partitions that a partition reads, its cohort aside."""
    read = []
    for name, kind in spec.needs.items():
        if kind == spec.partitioned:
            read.append((name, key))
        elif kind == "whole":
            read.append((name, WHOLE))
        elif kind == "configuration":
            chosen = spec.from_configuration
            configurations = list(study.configurations) if chosen is None else [chosen]
            read += [(name, each) for each in configurations]
        elif kind == "benchmark":
            read += [(name, each) for each in study.recovery.benchmarks]
    return read


def _unmade(study: Study, spec: AssetSpec, store: Store, key: str) -> str:
    """Name what a partition reads that isn't there, or couldn't be made again.

    Of sessions that a group result rests on, those are left out and listed instead.
    """
    return ", ".join(
        name if partition in (key, WHOLE) else f"{name} of {partition}"
        for name, partition in _read_by(study, spec, key)
        if store.failure(name, partition) is not None or store.readable(name, partition) is None
    )


def is_current(
    store: Store,
    recipe: Recipe,
    partition: str,
    cohort: str | None = None,
    reads: Sequence[Path] | None = None,
    excluded: Mapping[str, str] | None = None,
) -> bool:
    """Whether the store holds a partition as today's scans, code and settings would make it.

    Parameters
    ----------
    store, recipe, partition
        What is asked for.
    cohort
        The digest of the cohort that a group result should rest on.
    reads
        The user's files that it should be made from, where those are known beforehand.
    excluded
        Whom it should list as left out and why, where it rests on that.
    """
    try:
        entry = store.find(recipe.asset, partition)
    except StoreError:
        return False
    if entry is None or entry.recipe != recipe.digest:
        return False
    if store.failure(recipe.asset, partition) is not None:
        return False
    if cohort is not None and entry.facts.get("cohort", cohort) != cohort:
        return False
    if excluded is not None and entry.facts.get("excluded") != dict(excluded):
        return False
    read = entry.facts.get("read", ())
    if reads is not None and {each["path"] for each in read} != {str(path) for path in reads}:
        return False
    return (
        all(_is_unchanged(store, read, digest) for read, digest in entry.inputs.items())
        and all(is_unchanged(file) for file in read)
        and store.is_whole(entry)
    )


def _is_unchanged(store: Store, read: str, digest: str) -> bool:
    asset, _, partition = read.partition("/")
    found = store.find(asset, partition)
    return found is not None and found.digest == digest
