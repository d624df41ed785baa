"""A store that is away: nothing is made again of what Dagster knows to be stored."""

import dagster as dg

from attnconn_assets.study.claim import has_results
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError

__all__ = ["require_store"]


def require_store(study: Study, instance: dg.DagsterInstance) -> None:
    """See that a store isn't empty of which Dagster knows that it held something.

    A store on a mount that is away is an empty folder, or none: everything would be made again
    in it without a word.

    Raises
    ------
    StoreError
        With the ways out.
    """
    store = study.store_folder
    if has_results(store):
        return
    keys = [key for key in instance.all_asset_keys() if key.path[0] == study.name]
    known = sum(_materialised(instance, key) for key in keys)
    if known:
        raise StoreError(
            f"the store of {study.name} must hold what was made; {store} "
            f"{'is empty' if store.is_dir() else 'is not there'}, and Dagster knows {known} "
            "partitions that were stored. Mount it if it is on a mount that is away, or let "
            "`store` in the study say where it lies now. If it is gone for good, `attnconn clean` "
            "forgets what was made, and the next run makes all of it again"
        )


def _materialised(instance: dg.DagsterInstance, key: dg.AssetKey) -> int:
    """Count the partitions of an asset that were made; 1 for one without partitions."""
    partitions = instance.get_materialized_partitions(key)
    return len(partitions) or int(instance.get_latest_materialization_event(key) is not None)
