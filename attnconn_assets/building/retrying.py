"""Retries: only failures that aren't due to a partition's inputs are retried.

A step requests a retry from Dagster after a failure of a disk, a database or the memory, and so
does a run with `dagster/max_retries`. A retry keeps the partitions that earlier tries have made,
and doesn't retry those that failed because of their inputs.
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
    "is_transient",
    "made_before",
    "set_retry_tag",
    "step_error",
    "tries_before",
]

_TRIES = 2  # after the first
_PAUSE = 1.0  # seconds before the second try; twice that before the third

# Errors of a store, a disk or a database: a retry may succeed although the inputs are the same.
_TRANSIENT = (OSError, MemoryError, ReplacedError, StoreError, TrackingError)


class FailedBeforeError(AttnconnError):
    """An earlier try with the same inputs failed because of them."""


def is_transient(error: BaseException | None) -> bool:
    """Whether an error, or one of its causes, may not recur with the same inputs."""
    while error is not None:
        if isinstance(error, _TRANSIENT) and not isinstance(error, FileNotFoundError):
            return True
        error = error.__cause__
    return False


def tries_before(context: dg.AssetExecutionContext) -> frozenset[str]:
    """Return the ids of the runs that this one retries; none for a first try.

    A run that a person starts counts as a first try.
    """
    run = context.run
    root = run.tags.get(ROOT_RUN_ID_TAG)
    if RETRY_NUMBER_TAG in run.tags and root:
        run_ids = context.instance.get_run_ids(dg.RunsFilter(tags={ROOT_RUN_ID_TAG: root}))
        return frozenset({root, *run_ids})
    return frozenset({run.run_id}) if context.retry_number else frozenset()


def made_before(
    platform: Platform, spec: BuildSpec, partition: str, tries: frozenset[str]
) -> Entry | None:
    """Return the entry that an earlier try has made; None if the partition is to be made.

    Raises
    ------
    FailedBeforeError
        If an earlier try failed because of the inputs, and these haven't changed.
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


def step_error(
    context: dg.AssetExecutionContext, failed: Mapping[str, str], total: int, *, transient: bool
) -> Exception:
    """Return the exception that ends a failed step: a retry, if some failures may not recur.

    A Dagster retry policy isn't used, because it would also retry runs that a person ended.
    """
    error = failure(f"{len(failed)} of {total} failed", failed)
    set_retry_tag(context.instance, context.run, transient=transient)
    if not transient:
        return error
    again = dg.RetryRequested(_TRIES, seconds_to_wait=_PAUSE * 2**context.retry_number)
    again.__cause__ = error
    return again


def set_retry_tag(instance: dg.DagsterInstance, run: dg.DagsterRun, *, transient: bool) -> None:
    """Set the tag that decides whether a failing run with `dagster/max_retries` is retried.

    A value that a person chose for the run is kept.
    """
    tag, is_retry = RETRY_ON_ASSET_OR_OP_FAILURE_TAG, RETRY_NUMBER_TAG in run.tags
    if tag in run.tags and not is_retry:
        return
    now = instance.get_run_by_id(run.run_id)
    if not transient and now and now.tags.get(tag) == "true" and not is_retry:
        return  # another step has asked for a retry
    instance.add_run_tags(run.run_id, {tag: str(transient).lower()})
