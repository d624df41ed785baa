"""Which content Dagster's page shows of each partition of an asset."""

from collections.abc import Iterator, Mapping

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.events import DagsterEventType

from attnconn_assets.instance.data_versions import CONTENT_HASH
from attnconn_core.stored_names import WHOLE

__all__ = ["n_made", "unlike"]

_MADE = DagsterEventType.ASSET_MATERIALIZATION
_AT_ONCE = 100  # events read at once: each may hold pictures


def n_made(instance: dg.DagsterInstance, asset: dg.AssetKey) -> int:
    """Count the partitions of an asset that Dagster shows as made; 1 for one without partitions."""
    partitions = instance.get_materialized_partitions(asset)
    return len(partitions) or int(instance.get_latest_materialization_event(asset) is not None)


def unlike(
    instance: dg.DagsterInstance, asset: dg.AssetKey, stored: Mapping[str, str]
) -> dict[str, str | None]:
    """Find the partitions of which Dagster's page shows something else than what is stored.

    Two queries, whose cost is that of the asset's partitions, and not of its history. Where
    another event log than the project's gives a chunk's partitions one version together, the
    events themselves are read, too.

    Parameters
    ----------
    instance, asset
        Where to look.
    stored
        Partition → the hash of its content.

    Returns
    -------
    Partition → the hash that is shown; None where Dagster doesn't know that it was made. What
    somebody reported by hand, which has no hash, is left out.
    """
    if not stored:
        return {}
    if WHOLE in stored:
        event = instance.get_latest_materialization_event(asset)
        shown = {} if event is None else {WHOLE: _hash_of(event)}
    else:
        shown = dict(_shown(instance, asset, stored))
    return {
        key: shown.get(key)
        for key, digest in stored.items()
        if key not in shown or shown[key] not in (None, digest)
    }


def _shown(
    instance: dg.DagsterInstance, asset: dg.AssetKey, stored: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """Pair partitions with the hash of the newest event of each, None if it has none."""
    log = instance.event_log_storage
    newest = log.get_latest_storage_id_by_partition(asset, _MADE)
    tags = log.get_latest_tags_by_partition(asset, _MADE, [DATA_VERSION_TAG])
    unsure: list[int] = []
    for key, number in newest.items():
        version = tags.get(key, {}).get(DATA_VERSION_TAG)
        if version == stored.get(key):
            yield key, version
        elif key in stored:
            unsure.append(number)
    for start in range(0, len(unsure), _AT_ONCE):
        some = dg.AssetRecordsFilter(asset, storage_ids=unsure[start : start + _AT_ONCE])
        for record in instance.fetch_materializations(some, limit=_AT_ONCE).records:
            if record.partition_key is not None:
                yield record.partition_key, _hash_of(record.event_log_entry)


def _hash_of(event: dg.EventLogEntry) -> str | None:
    made = event.asset_materialization
    held = made.metadata.get(CONTENT_HASH) if made else None
    return None if held is None else str(held.value)
