"""The plan: which partitions of an asset are to be made now, and why others can't be.

It compares the store with the scans and doesn't use Dagster's history: the store records the
recipe and the inputs of every partition.
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
from attnconn_assets.storage.recipe import Recipe, code_version
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import file_facts, is_unchanged
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError
from attnconn_core.sources import Listing, Source

__all__ = ["Plan", "attempt", "is_current", "plan", "why_again"]


@dataclass
class Plan:
    """The state of one asset.

    Attributes
    ----------
    due
        Partitions that are missing or stale and can be made.
    waiting
        Missing or stale partitions that can't be made → why.
    standing
        Partitions that are up to date.
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
    """Return which partitions of an asset are due, waiting or up to date.

    Parameters
    ----------
    study, spec, store
        The study, the asset and the store.
    source, listing
        The source of the scans, and the sessions to consider.
    specs
        All assets of the study, used to trace why an input is missing.
    retry_failed
        Whether a partition whose last try failed is due. If not, it waits until one of its
        inputs changes.
    only
        The partitions to consider; by default all.
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
    partitions = Plan()
    for key in keys:
        reads = spec.reads(source, sessions.get(key)) if spec.reads else None
        excluded = cohort.excluded if cohort and spec.lists_excluded else None
        lacks = causes.without(spec, key)
        if is_current(store, spec.recipe_of(key), key, digest, reads, excluded, lacks):
            partitions.standing.append(key)
            continue
        why = causes.of_needs(spec, key)
        if not why and not retry_failed:
            tried = store.failed_with(spec.name, key)
            if tried == attempt(study, spec, store, source, listing, key):
                failure = store.failure(spec.name, key)
                message = f"{failure} (not retried: its inputs have not changed since)"
                why = (Cause(spec.name, key, message, failed=True),)
        if why:
            partitions.waiting[key] = why
        else:
            partitions.due.append(key)
    return partitions


def attempt(
    study: Study, spec: BuildSpec, store: Store, source: Source, listing: Listing, key: str
) -> str:
    """Return a hash of everything that a partition would be made from now."""
    session = next((session for session in listing.sessions if session.key == key), None)
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


def why_again(store: Store, recipe: Recipe, partition: str) -> str:
    """Return why a stored partition is made again; empty if none is stored.

    The first that applies of ``"code"``, ``"damage"`` of the stored files, ``"settings"`` and
    ``"inputs"``, which are other assets, scans, tables or the cohort.
    """
    entry = store.readable(recipe.asset, partition)
    if entry is None:
        return ""
    if entry.made_by.get("code_version") != code_version(*recipe.calls):
        return "code"
    if not store.is_whole(entry):
        return "damage"
    return "inputs" if entry.recipe == recipe.digest else "settings"


def is_current(
    store: Store,
    recipe: Recipe,
    partition: str,
    cohort: str | None = None,
    reads: Sequence[Path] | None = None,
    excluded: Mapping[str, str] | None = None,
    lacks: Mapping[str, str] | None = None,
) -> bool:
    """Whether a stored partition is up to date with today's scans, code and settings.

    Parameters
    ----------
    store, recipe, partition
        The store, the recipe and the partition.
    cohort
        Digest of today's cohort, for a group result.
    reads
        The user's files that it would be made from; None if unknown before it is made.
    excluded
        Sessions that it would list as excluded → why; None if it doesn't depend on them.
    lacks
        Optional inputs that it would be made without → why.
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
    files = entry.facts.get("read", ())
    if reads is not None and {file["path"] for file in files} != {str(path) for path in reads}:
        return False
    return (
        all(_is_unchanged(store, name, digest) for name, digest in entry.inputs.items())
        and all(is_unchanged(file) for file in files)
        and store.is_whole(entry)
    )


def _is_unchanged(store: Store, name: str, digest: str) -> bool:
    asset, _, partition = name.partition("/")
    entry = store.readable(asset, partition)
    return entry is not None and entry.digest == digest
