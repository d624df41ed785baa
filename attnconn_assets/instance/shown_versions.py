"""Compares the content hashes that Dagster shows with those of the store."""

from collections.abc import Collection, Iterator, Mapping

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG
from dagster._core.events import DagsterEventType

from attnconn_assets.instance.data_versions import CONTENT_HASH
from attnconn_core.stored_names import WHOLE

__all__ = ["n_made", "shown_as_failed", "unlike"]

_MADE = DagsterEventType.ASSET_MATERIALIZATION
_AT_ONCE = 100  # events read per query; each may hold pictures


def n_made(instance: dg.DagsterInstance, asset: dg.AssetKey) -> int:
    """Return the number of an asset's partitions that Dagster shows as made; 1 if unpartitioned."""
    partitions = instance.get_materialized_partitions(asset)
    return len(partitions) or int(instance.get_latest_materialization_event(asset) is not None)


def unlike(
    instance: dg.DagsterInstance, asset: dg.AssetKey, stored: Mapping[str, str]
) -> dict[str, str | None]:
    """Return the partitions of which Dagster shows another content than the stored one.

    This takes two queries, whose cost depends on the number of partitions, not on their history.
    If another event log gave a chunk's partitions one common version, the events are also read.

    Parameters
    ----------
    instance, asset
        Dagster's instance, and the asset.
    stored
        Partition → hash of its content.

    Returns
    -------
    Partition → hash that is shown; None if Dagster doesn't show it as made. Events without a
    hash, reported by a person, are left out.
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


def shown_as_failed(
    instance: dg.DagsterInstance, asset: dg.AssetKey, partitions: Collection[str]
) -> list[str]:
    """List the partitions that Dagster shows as failed: their newest attempt ended in a failed run.

    The run may have failed before it came to the partition, such as at a step that it needs.
    """
    if not partitions or WHOLE in partitions:
        return []
    log = instance.event_log_storage
    attempts = log.get_latest_asset_partition_materialization_attempts_without_materializations(
        asset
    )
    last_runs = {key: run for key, (run, _) in attempts.items() if key in partitions}
    if not last_runs:
        return []
    runs = sorted(set(last_runs.values()))
    wanted = dg.RunsFilter(run_ids=runs, statuses=[dg.DagsterRunStatus.FAILURE])
    failed = {run.run_id for run in instance.get_runs(wanted)}
    return [key for key, run in last_runs.items() if run in failed]


def _shown(
    instance: dg.DagsterInstance, asset: dg.AssetKey, stored: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """Yield partitions with the hash of their newest event; None if it has none."""
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
