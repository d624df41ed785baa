"""The plan: which partitions of an asset are to be made now, and what the others wait for.

It looks at the store and at the scans, not at Dagster's history: the store knows for
every partition what made it, and from what.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attnconn_assets.building.causes import Cause, Causes, read_by
from attnconn_assets.building.cohort import settle
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.recipe import Recipe
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import file_facts, is_unchanged
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError
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
        Partitions that can't → what failed or is lacking, that they can't be made for.
    standing
        Partitions that are as they would be made today.
    """

    due: list[str] = field(default_factory=list)
    waiting: dict[str, tuple[Cause, ...]] = field(default_factory=dict)
    standing: list[str] = field(default_factory=list)


def plan(
    study: Study,
    spec: BuildSpec,
    store: Store,
    source: Source,
    listing: Listing,
    *,
    specs: Sequence[BuildSpec] = (),
    retry_failed: bool = True,
    only: Collection[str] | None = None,
) -> Plan:
    """Sort an asset's partitions out.

    Parameters
    ----------
    study, spec, store
        What to look at.
    source, listing
        Where the scans are, and which sessions to think of.
    specs
        Every asset of the study: what a partition waits for is looked up in them.
    retry_failed
        Whether a partition whose last try failed is due; if not, it waits until
        something that it would be made from changes.
    only
        The partitions to look at; by default all of them.
    """
    keys = {
        "session": [session.key for session in listing.sessions],
        "configuration": list(study.configurations),
        "ground truth": list(study.recovery.ground_truths),
        "whole": [WHOLE],
    }[spec.partitioned]
    if only is not None:
        keys = [key for key in keys if key in only]
    sessions = {session.key: session for session in listing.sessions}
    causes = Causes(study, store, listing, specs or (spec,))
    cohort = causes.settled(spec).cohort if spec.rests_on else None
    digest = cohort.digest if cohort else None
    found = Plan()
    for key in keys:
        reads = spec.reads(source, sessions.get(key)) if spec.reads else None
        excluded = cohort.excluded if cohort and spec.lists_excluded else None
        lacks = causes.without(spec, key)
        if is_current(store, spec.recipe_of(key), key, digest, reads, excluded, lacks):
            found.standing.append(key)
            continue
        why = causes.of_needs(spec, key)
        if not why and not retry_failed:
            tried = store.failed_with(spec.name, key)
            if tried == attempt(study, spec, store, source, listing, key):
                failure = store.failure(spec.name, key)
                told = f"{failure} (nothing that it is made from has changed since)"
                why = (Cause(spec.name, key, told, failed=True),)
        if why:
            found.waiting[key] = why
        else:
            found.due.append(key)
    return found


def attempt(
    study: Study, spec: BuildSpec, store: Store, source: Source, listing: Listing, key: str
) -> str:
    """Hash all that a partition would be made from now: another hash, another result."""
    session = next((each for each in listing.sessions if each.key == key), None)
    parts = [spec.recipe_of(key).digest]
    if spec.rests_on:
        settled = settle(study, store, listing, spec.basis)
        parts += [settled.cohort.digest, *sorted(settled.left_out)]
    if spec.reads:
        parts += [json.dumps(file_facts(path)) for path in spec.reads(source, session)]
    for asset, partition in read_by(study, spec, key):
        entry = store.readable(asset, partition)
        parts.append(f"{asset}/{partition} {entry.digest if entry else ''}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def is_current(
    store: Store,
    recipe: Recipe,
    partition: str,
    cohort: str | None = None,
    reads: Sequence[Path] | None = None,
    excluded: Mapping[str, str] | None = None,
    lacks: Mapping[str, str] | None = None,
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
    lacks
        What it should be made without, and why.
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
    if dict(lacks or {}) != entry.facts.get("lacks", {}):
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
    found = store.readable(asset, partition)
    return found is not None and found.digest == digest
