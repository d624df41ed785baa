"""Reads from the store which models were registered in MLflow's registry."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.tracking.registry import registered_name

__all__ = ["Registration", "registrations"]


@dataclass(frozen=True)
class Registration:
    """A stored model as it was registered.

    Attributes
    ----------
    name
        Name in the registry.
    model
        Its file in the store.
    run_id
        The MLflow run that trained it.
    tags
        Tags of its version, including ``sha256``.
    alias
        Alias of its version.
    """

    name: str
    model: Path
    run_id: str
    tags: Mapping[str, str]
    alias: str


def registrations(study: str, store: Store, entries: Iterable[Entry]) -> Iterator[Registration]:
    """Yield the models that entries have registered and whose files are still stored.

    The MLflow run of each is the one that the model's own entry names now, which may be a later
    one than at registration, if that run was lost.
    """
    for entry in entries:
        registered = entry.tracked[0].get("registered", ()) if entry.tracked else ()
        runs = dict(_runs_of_files(store, entry)) if registered else {}
        for record in registered:
            model = Path(store.root) / record["file"]
            if model.is_file():
                run = runs.get(record["file"], record["run"])
                name = registered_name(study, record["name"])
                yield Registration(name, model, run, record["tags"], record["alias"])


def _runs_of_files(store: Store, entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield the input files of an entry with the MLflow runs that made them."""
    for place in entry.inputs:
        input_entry = store.readable(*place.split("/", maxsplit=1))
        if input_entry is not None and "mlflow_run" in input_entry.made_by:
            for file in input_entry.files.values():
                yield f"{input_entry.asset}/{file.name}", input_entry.made_by["mlflow_run"]
