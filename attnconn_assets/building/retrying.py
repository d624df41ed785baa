"""Trying again: what failed for no fault of what it is made from, and nothing else.

A step asks Dagster for another try where a disk, a database or the memory failed it. So does a
run of its own with `dagster/max_retries`. Either goes on with what the tries before have left:
what they made stands, and what failed for good isn't tried again.
"""

from collections.abc import Mapping

import dagster as dg
from dagster._core.storage.tags import (
    RETRY_NUMBER_TAG,
    RETRY_ON_ASSET_OR_OP_FAILURE_TAG,
    ROOT_RUN_ID_TAG,
)

from attnconn_assets.building.metadata import failure
from attnconn_assets.building.platform import Platform
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.staleness import attempt
from attnconn_assets.building.work import ReplacedError
from attnconn_assets.storage.entry import Entry
from attnconn_core.errors import AttnconnError, StoreError, TrackingError

__all__ = [
    "FailedBeforeError",
    "ended",
    "made_before",
    "may_pass",
    "tell_if_retried",
    "tries_before",
]

_TRIES = 2  # beside the first
_PAUSE = 1.0  # seconds before the second try; twice that before the third

# What goes wrong for no fault of what a partition is made from: a damaged store, a disk, a
# database. The next try may end otherwise though nothing that it is made from has changed.
_PASSING = (OSError, MemoryError, ReplacedError, StoreError, TrackingError)


class FailedBeforeError(AttnconnError):
    """An earlier try failed for good, and was made from the same."""


def may_pass(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, is of what passes."""
    while error is not None:
        if isinstance(error, _PASSING) and not isinstance(error, FileNotFoundError):
            return True
        error = error.__cause__
    return False


def tries_before(context: dg.AssetExecutionContext) -> frozenset[str]:
    """Return the ids of the runs whose tries this one repeats; none for a first try.

    A run that a person starts again is a first try.
    """
    run = context.run
    root = run.tags.get(ROOT_RUN_ID_TAG)
    if RETRY_NUMBER_TAG in run.tags and root:
        found = context.instance.get_run_ids(dg.RunsFilter(tags={ROOT_RUN_ID_TAG: root}))
        return frozenset({root, *found})
    return frozenset({run.run_id}) if context.retry_number else frozenset()


def made_before(
    platform: Platform, spec: BuildSpec, partition: str, tries: frozenset[str]
) -> Entry | None:
    """Return what an earlier try has made of a partition; None if it is to be made.

    Raises
    ------
    FailedBeforeError
        If an earlier try failed for a fault of what it is made from, which is as it was.
    """
    if not tries:
        return None
    store = platform.store
    why = store.failure(spec.name, partition)
    if why is None:
        entry = store.readable(spec.name, partition)
        made = entry is not None and entry.made_by.get("dagster_run") in tries
        return entry if made and store.damage(spec.name, partition) is None else None
    now = attempt(
        platform.study, spec, platform.store, platform.source, platform.listing, partition
    )
    if store.failed_with(spec.name, partition) == now:
        raise FailedBeforeError(why)
    return None


def ended(
    context: dg.AssetExecutionContext, failed: Mapping[str, str], total: int, *, passing: bool
) -> Exception:
    """Return what ends a step that failed: another try, if some of it may pass.

    A retry policy of Dagster's would also begin again what a person has ended.
    """
    told = failure(f"{len(failed)} of {total} failed", failed)
    tell_if_retried(context.instance, context.run, passing=passing)
    if not passing:
        return told
    again = dg.RetryRequested(_TRIES, seconds_to_wait=_PAUSE * 2**context.retry_number)
    again.__cause__ = told
    return again


def tell_if_retried(instance: dg.DagsterInstance, run: dg.DagsterRun, *, passing: bool) -> None:
    """Tell Dagster whether a run with `dagster/max_retries` that fails now is tried again.

    What a person chose for the run stays.
    """
    tag, is_retry = RETRY_ON_ASSET_OR_OP_FAILURE_TAG, RETRY_NUMBER_TAG in run.tags
    if tag in run.tags and not is_retry:
        return
    now = instance.get_run_by_id(run.run_id)
    if not passing and now and now.tags.get(tag) == "true" and not is_retry:
        return  # another step of it may pass
    instance.add_run_tags(run.run_id, {tag: str(passing).lower()})
