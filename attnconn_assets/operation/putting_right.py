"""Putting right what killed processes and lost homes leave behind."""

from collections.abc import Sequence

import dagster as dg

from attnconn_assets.assets.catalogue import tracking_of
from attnconn_assets.building.retold import retold
from attnconn_assets.instance.data_versions import version_tags
from attnconn_assets.instance.run_locks import end_orphans
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.tracking import Tracking

__all__ = ["clear_up", "tell_again"]


def clear_up(study: Study, instance: dg.DagsterInstance, store: Store) -> None:
    """Put right what killed processes left behind: runs, in Dagster and MLflow, and scratch."""
    end_orphans(instance)
    store.clear_abandoned()

    def is_over(run_id: str) -> bool:
        run = instance.get_run_by_id(run_id) if run_id else None
        return run is None or run.is_finished

    tracking_of(study).close_abandoned(study.name, is_over)


def tell_again(
    instance: dg.DagsterInstance,
    asset: dg.AssetKey,
    store: Store,
    tracking: Tracking,
    standing: Sequence[str],
) -> int:
    """Record in Dagster what the store has and Dagster doesn't know; return how many.

    A process that was killed between the two leaves that, and a new home.
    """
    if standing == [WHOLE]:
        known_whole = instance.get_latest_materialization_event(asset) is not None
        unknown: list[str | None] = [] if known_whole else [None]
    else:
        known = instance.get_materialized_partitions(asset) if standing else set()
        unknown = [key for key in standing if key not in known]
    for key in unknown:
        entry = store.entry(asset.path[-1], key or WHOLE)
        instance.report_runless_asset_event(
            dg.AssetMaterialization(
                asset,
                partition=key,
                description="found in the store; its run didn't say so",
                metadata=retold(store, tracking, entry),
                tags=version_tags(entry.digest),
            )
        )
    return len(unknown)
