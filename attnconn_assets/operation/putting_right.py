"""Cleans up after killed processes."""

import dagster as dg

from attnconn_assets.assets.catalogue import tracking_of
from attnconn_assets.instance.run_locks import end_orphans
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.stored_names import is_stored_name

__all__ = ["clear_up"]


def clear_up(study: Study, instance: dg.DagsterInstance, store: Store) -> None:
    """End the runs of killed processes in Dagster and MLflow, and remove their temporary files."""
    end_orphans(instance)
    store.clear_abandoned()

    def is_over(run_id: str) -> bool:
        run = instance.get_run_by_id(run_id) if run_id else None
        return run is None or run.is_finished

    def maker_of(asset: str, partition: str) -> str | None:
        known = is_stored_name(asset) and is_stored_name(partition)
        entry = store.readable(asset, partition) if known else None
        return entry.made_by.get("mlflow_run") if entry else None

    tracking_of(study).close_left_running(study.name, is_over, maker_of)
