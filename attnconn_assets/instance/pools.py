"""Dagster's pools, which limit how many bodies of a kind run at once in all processes.

Dagster applies a pool's limit to the daemon's runs and to in-process runs. An in-process run polls
for a place without a pause, which uses a whole core, and waits forever if the holder of the place
was killed. The runner therefore waits here before it starts a run.
"""

import contextlib
import time
from collections.abc import Callable, Iterator

import dagster as dg

__all__ = ["TRAINING", "free_places", "placed", "wait_for_place", "why_full"]

TRAINING = "attnconn_training"
"""The pool of bodies that train forecasters."""

_PAUSE = 0.5  # seconds between two checks


def why_full(instance: dg.DagsterInstance, pool: str) -> str:
    """Return why a pool has no free place; empty if it has one, or no limit."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return ""
    limit = {limit.name: limit.limit for limit in storage.get_pool_limits()}.get(pool)
    if limit is None:
        return ""
    if limit == 0:
        return f"pool {pool} is limited to 0 in Dagster"
    taken = storage.get_concurrency_info(pool).active_slot_count
    return f"another process holds pool {pool}" if taken >= limit else ""


def wait_for_place(instance: dg.DagsterInstance, pool: str, said: Callable[[str], object]) -> None:
    """Return once a pool isn't full; `said` is called with the reason at every check until then."""
    while why := why_full(instance, pool):
        said(why)
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
