"""The plan: which partitions of an asset are to be made now, and what the others wait for.

It looks at the store and at the scans, not at Dagster's history: the store knows for
every partition what made it, and from what.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from attnconn_assets.asset import AssetSpec
from attnconn_assets.partitions import WHOLE
from attnconn_assets.store import Store
from attnconn_assets.study import Study
from attnconn_assets.work import cohort_of, is_current, short_of_quorum
from attnconn_core.records import Session

__all__ = ["Plan", "plan"]


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
    sessions: Sequence[Session],
    *,
    retry_failed: bool = True,
) -> Plan:
    """Sort an asset's partitions out.

    Parameters
    ----------
    study, spec, store, sessions
        What to look at.
    retry_failed
        Whether a partition whose last try failed is due; if not, it waits until its
        scan changes.
    """
    keys = {
        "session": [session.key for session in sessions],
        "configuration": list(study.configurations),
        "whole": [WHOLE],
    }[spec.partitioned]
    scans = {session.key: session.files for session in sessions}
    digest, lacks = None, ""
    read = [name for name, kind in spec.needs.items() if kind == "session"]
    if spec.partitioned != "session" and read:
        cohort = cohort_of(store, sessions, read, study.exclude)
        digest, lacks = cohort.digest, short_of_quorum(study, cohort)
    found = Plan()
    for key in keys:
        if is_current(store, spec.recipe_of(key), key, digest):
            found.standing.append(key)
            continue
        why = _unmade(study, spec, store, key) or lacks
        if not why and not retry_failed:
            why = _failed_before(store, spec.name, key, scans.get(key, ()))
        if why:
            found.waiting[key] = why
        else:
            found.due.append(key)
    return found


def _unmade(study: Study, spec: AssetSpec, store: Store, key: str) -> str:
    """Name what a partition reads that isn't there, or couldn't be made again.

    Of sessions that a group result rests on, those are left out and listed instead.
    """
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
    return ", ".join(
        name if partition in (key, WHOLE) else f"{name} of {partition}"
        for name, partition in read
        if store.failure(name, partition) is not None or store.find(name, partition) is None
    )


def _failed_before(store: Store, asset: str, key: str, scans: Sequence[Path]) -> str:
    """Say why the last try failed, if no scan is newer than it."""
    why, when = store.failure(asset, key), store.failed_at(asset, key)
    if why is None or when is None:
        return ""
    changed = [path.stat().st_mtime for path in scans if path.exists()]
    return "" if any(each > when for each in changed) else f"it failed: {why}"
