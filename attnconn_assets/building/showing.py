"""Adds the files and models of a stored partition to its MLflow run."""

from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.tracking.run import TrackedRun

__all__ = ["show_stored"]


def show_stored(store: Store, run: TrackedRun, spec: BuildSpec, entry: Entry) -> None:
    """Add files that have a copy for users to the run, and list the stored models."""
    for name in spec.copies:
        run.file(name, store.path(entry, name).read_bytes())
    for name in entry.tracked[0].get("models", ()) if entry.tracked else ():
        part = name.removesuffix(".safetensors")
        called = entry.partition if part == "model" else f"{entry.partition}-{part}"
        run.model(called, store.path(entry, name), entry.files[name].sha256)
