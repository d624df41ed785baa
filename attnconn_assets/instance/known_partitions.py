"""Which dynamic partitions Dagster has had: one that was deleted on purpose doesn't come back.

Dagster forgets a partition with its deletion, and its scan still lies there.
"""

import json
from collections.abc import Iterable

import dagster as dg

__all__ = ["forget", "had_before", "remember"]


def remember(instance: dg.DagsterInstance, partitions: str, keys: Iterable[str]) -> None:
    """Remember that partitions were there."""
    before = had_before(instance, partitions)
    now = before.union(keys)
    if now != before:
        _write(instance, partitions, sorted(now))


def had_before(instance: dg.DagsterInstance, partitions: str) -> set[str]:
    """Return the partitions that are remembered, whether they are still there or not."""
    key = _key(partitions)
    told = instance.daemon_cursor_storage.get_cursor_values({key}).get(key)
    return set(json.loads(told)) if told else set()


def forget(instance: dg.DagsterInstance, partitions: str) -> None:
    """Forget all of them."""
    _write(instance, partitions, [])


def _write(instance: dg.DagsterInstance, partitions: str, keys: list[str]) -> None:
    instance.daemon_cursor_storage.set_cursor_values({_key(partitions): json.dumps(keys)})


def _key(partitions: str) -> str:
    return f"attnconn/known/{partitions}"
