"""Remembers dynamic partitions, so that those deleted by a person aren't added again.

Dagster keeps no record of deleted partitions, and their scans still exist.
"""

import json
from collections.abc import Iterable

import dagster as dg

__all__ = ["forget", "had_before", "remember"]


def remember(instance: dg.DagsterInstance, partitions: str, keys: Iterable[str]) -> None:
    """Record that partitions exist."""
    before = had_before(instance, partitions)
    now = before.union(keys)
    if now != before:
        _write(instance, partitions, sorted(now))


def had_before(instance: dg.DagsterInstance, partitions: str) -> set[str]:
    """Return all recorded partitions, including deleted ones."""
    key = _key(partitions)
    cursor = instance.daemon_cursor_storage.get_cursor_values({key}).get(key)
    return set(json.loads(cursor)) if cursor else set()


def forget(instance: dg.DagsterInstance, partitions: str) -> None:
    """Remove the record of all partitions."""
    _write(instance, partitions, [])


def _write(instance: dg.DagsterInstance, partitions: str, keys: list[str]) -> None:
    instance.daemon_cursor_storage.set_cursor_values({_key(partitions): json.dumps(keys)})


def _key(partitions: str) -> str:
    return f"attnconn/known/{partitions}"
