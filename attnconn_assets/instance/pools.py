"""Dagster's pools: how many bodies of a kind are made at once, whoever makes them.

Dagster holds a pool's limit in the daemon's runs and in those of one process alike. One that
waits in its own process looks for a place without a pause, which takes a whole core, and would
wait for ever for a place whose process was killed. So the runner waits before it begins.
"""

import contextlib
import time
from collections.abc import Callable, Iterator

import dagster as dg

__all__ = ["TRAINING", "free_places", "is_full", "placed", "wait_for_place"]

TRAINING = "attnconn_training"
"""The pool of what trains forecasters."""

_PAUSE = 0.5  # seconds between two looks


def is_full(instance: dg.DagsterInstance, pool: str) -> bool:
    """Return whether a pool has a limit, and as many hold a place as it allows."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return False
    limits = {each.name: each.limit for each in storage.get_pool_limits()}
    if pool not in limits:
        return False
    return storage.get_concurrency_info(pool).active_slot_count >= limits[pool]


def wait_for_place(instance: dg.DagsterInstance, pool: str, said: Callable[[], object]) -> None:
    """Return once a pool isn't full; `said` is called at every look until then."""
    while is_full(instance, pool):
        said()
        time.sleep(_PAUSE)


def free_places(instance: dg.DagsterInstance, run_id: str) -> None:
    """Give back the places that a run holds that has ended, or was killed."""
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


@contextlib.contextmanager
def placed(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Give back a run's places in pools, also where it is interrupted."""
    try:
        yield
    finally:
        free_places(instance, run_id)
