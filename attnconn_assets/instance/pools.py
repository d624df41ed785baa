"""Dagster's pools, which limit how many bodies of a kind run at once in all processes.

Dagster applies a pool's limit to the daemon's runs and to in-process runs. An in-process run polls
for a place without a pause, which uses a whole core, and waits forever if the holder of the place
was killed. The runner therefore waits here before it starts a run.
"""

import contextlib
import time
from collections.abc import Callable, Iterator

import dagster as dg

__all__ = ["TRAINING", "free_places", "is_full", "placed", "wait_for_place"]

TRAINING = "attnconn_training"
"""The pool of bodies that train forecasters."""

_PAUSE = 0.5  # seconds between two checks


def is_full(instance: dg.DagsterInstance, pool: str) -> bool:
    """Return whether a pool has reached its limit; False if it has none."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return False
    limits = {each.name: each.limit for each in storage.get_pool_limits()}
    if pool not in limits:
        return False
    return storage.get_concurrency_info(pool).active_slot_count >= limits[pool]


def wait_for_place(instance: dg.DagsterInstance, pool: str, said: Callable[[], object]) -> None:
    """Return once a pool isn't full; `said` is called at every check until then."""
    while is_full(instance, pool):
        said()
        time.sleep(_PAUSE)


def free_places(instance: dg.DagsterInstance, run_id: str) -> None:
    """Release the places of a run that has ended or was killed."""
    if instance.event_log_storage.supports_global_concurrency_limits:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)


@contextlib.contextmanager
def placed(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Release a run's places in pools at the end, also if it is interrupted."""
    try:
        yield
    finally:
        free_places(instance, run_id)
