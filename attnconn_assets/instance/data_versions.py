"""Data versions, by which Dagster decides whether an asset is unsynced.

Dagster gives all partitions of a chunk the same version. A partition that is made again in another
chunk would get a new version, and Dagster would show its dependents as unsynced although nothing
has changed. Here the version of a partition is the hash of its content, from its metadata.
"""

import dagster as dg
from dagster._core.definitions.data_version import (
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
)
from dagster._core.events import DagsterEventType

__all__ = ["CONTENT_HASH", "version_tags", "with_own_version"]

CONTENT_HASH = "content hash"
"""Name of the metadata entry with the hash of a partition's content."""


def version_tags(digest: str) -> dict[str, str]:
    """Return the Dagster tags for a data version."""
    return {DATA_VERSION_TAG: digest, DATA_VERSION_IS_USER_PROVIDED_TAG: "true"}


def with_own_version(event: dg.EventLogEntry) -> dg.EventLogEntry:
    """Return an event; a materialisation gets its partition's own data version."""
    dagster_event = event.dagster_event
    if dagster_event is None or dagster_event.event_type != DagsterEventType.ASSET_MATERIALIZATION:
        return event
    data = dagster_event.step_materialization_data
    made = data.materialization
    digest = made.metadata.get(CONTENT_HASH)
    if digest is None:
        return event
    made = made._replace(tags={**(made.tags or {}), **version_tags(str(digest.value))})
    dagster_event = dagster_event._replace(event_specific_data=data._replace(materialization=made))
    return event._replace(dagster_event=dagster_event)
