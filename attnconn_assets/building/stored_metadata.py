"""Metadata for Dagster of a stored partition, read from the store."""

from collections.abc import Mapping
from typing import Any

from attnconn_assets.building import metadata
from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StoreError

__all__ = ["metadata_of", "opened"]


def metadata_of(store: Store, tracking: Tracking, entry: Entry) -> dict[str, Any]:
    """Return the metadata of an entry: pictures, numbers, facts, run, paths and hash.

    Pictures that aren't stored are taken from the MLflow run, if it exists.
    """
    pictures = {**tracking.pictures(entry.made_by), **_stored_pictures(store, entry)}
    recorded: Mapping[str, Any] = entry.tracked[0] if entry.tracked else {}
    link = {"mlflow run": tracking.link(entry.made_by)} if "mlflow_run" in entry.made_by else {}
    return {
        **opened(tracking, entry),
        **{f"warning: {m}": why for m, why in entry.facts.get("warnings", {}).items()},
        **metadata.pictures(pictures, f"{entry.asset} {entry.partition}"),
        **metadata.numbers(recorded.get("metrics", {})),
        **metadata.of_facts(entry.facts),
        **link,
        **metadata.provenance(entry, store.root),
    }


def opened(tracking: Tracking, entry: Entry) -> dict[str, Any]:
    """Return links that open an entry's pages in MLflow; a browser opens no path of a disk."""
    if "mlflow_run" not in entry.made_by:
        return {}
    pages = (name for name in entry.files if name.endswith(".html"))
    return {f"open {name}": tracking.link(entry.made_by, name) for name in pages}


def _stored_pictures(store: Store, entry: Entry) -> dict[str, bytes]:
    pictures = {}
    for name in entry.files:
        if name.endswith(".png"):
            try:
                pictures[name.removesuffix(".png")] = store.path(entry, name).read_bytes()
            except StoreError:  # damaged; reported when it is read
                continue
    return pictures
