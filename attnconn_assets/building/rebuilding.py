"""Rebuilding: recreates the MLflow runs of stored partitions after MLflow's database was lost.

Nothing is computed: the manifest holds what was sent to MLflow. Training curves, durations and
pictures that aren't stored can't be recovered.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from attnconn_assets.building.platform import Platform
from attnconn_assets.building.registering import registrations
from attnconn_assets.building.runs import Runs
from attnconn_assets.building.showing import show_stored
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.trace import files_behind
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.current_runs import RunTable
from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StoreError

__all__ = ["Rebuilder", "is_ours"]

_REBUILT = "attnconn.rebuilt"
_LOST = "from the store; curves, durations, and pictures that the store doesn't hold are lost"


class Rebuilder:
    """Recreates MLflow runs that stored partitions point to and that MLflow no longer has.

    Parameters
    ----------
    study, store, tracking
        The study, its store and its MLflow tracking.
    specs
        Every asset of the study.
    table
        The runs in MLflow's database.
    """

    def __init__(
        self,
        study: Study,
        store: Store,
        tracking: Tracking,
        specs: Sequence[BuildSpec],
        table: RunTable,
    ) -> None:
        self._study, self._store, self._tracking = study, store, tracking
        self._specs, self._table = specs, table

    def rebuild(self, spec: BuildSpec, entries: Sequence[Entry]) -> list[Entry]:
        """Recreate the lost runs of an asset's entries; return these entries.

        Nothing is done if the store is read-only: the new ids couldn't be stored, and the next run
        would recreate them again.
        """
        lost = [entry.partition for entry in entries if self.is_lost(entry)]
        if not lost:
            return []
        try:
            with self._store.making(spec.name, lost) as mine:
                self._table = self._tracking.run_table(
                    self._study.name
                )  # another process may have recreated it
                found = [self._store.readable(spec.name, key) for key in mine]
                return [self._again(spec, each) for each in found if each and self.is_lost(each)]
        except StoreError:
            return []

    def is_lost(self, entry: Entry) -> bool:
        """Whether MLflow lacks the run of an entry of this study."""
        run = entry.made_by.get("mlflow_run")
        return run is not None and run not in self._table.known and is_ours(self._study, entry)

    def _again(self, spec: BuildSpec, entry: Entry) -> Entry:
        """Recreate an entry's runs, and write their ids to its manifest."""
        told, *below = entry.tracked or (_guessed(spec, entry),)
        log = logging.getLogger(__name__)
        dagster_run = entry.made_by["dagster_run"]
        platform = Platform(self._study, self._store, self._tracking, log, dagster_run, self._specs)
        recipe = spec.recipe_of(entry.partition)
        sweep = spec.sweep_of(entry.partition) if spec.sweep_of else None
        tags = {
            _REBUILT: _LOST,
            "attnconn.rebuilt_from": entry.made_by["mlflow_run"],
            "attnconn.made_at": entry.made_by.get("at", ""),
        }
        runs = Runs(platform, recipe, entry.partition, spec.experiment, spec.run_label, sweep, tags)
        runs.origin = replace(runs.origin, code_version=entry.made_by["code_version"])
        with runs:
            run = runs.own(told["parameters"])
            _tell(run, told)
            for each in below:
                with runs.below(each["name"], each["parameters"]) as one:
                    _tell(one, each)
            self._show(run, spec, entry, scored=any("method" in e["parameters"] for e in below))
            for model in registrations(self._study.name, self._store, [entry]):
                self._tracking.register(**vars(model))
        made_by = {"mlflow_run": run.id, "mlflow_experiment": run.experiment_id}
        self._store.amend(entry, **made_by)
        return replace(entry, made_by={**entry.made_by, **made_by})

    def _show(self, run: TrackedRun, spec: BuildSpec, entry: Entry, *, scored: bool) -> None:
        """Add to a run those files of MLflow's page that are stored."""
        for name in entry.files:
            if name.endswith(".png"):
                run.picture(name.removesuffix(".png"), self._store.path(entry, name).read_bytes())
        if scored:
            scans = [dict(file) for file in files_behind(self._store, *entry.inputs)]
            run.file("scans.json", json.dumps(scans, indent=1).encode())
        show_stored(self._store, run, spec, entry)


def is_ours(study: Study, entry: Entry) -> bool:
    """Whether an entry was made by this study; a copied store also holds entries of another.

    Entries of older versions don't say; they count as this study's.
    """
    return entry.made_by.get("study", study.name) == study.name


def _tell(run: TrackedRun, told: Mapping[str, Any]) -> None:
    run.metrics(told["metrics"])
    for name, value in told["tags"].items():
        run.tag(name, value)


def _guessed(spec: BuildSpec, entry: Entry) -> dict[str, Any]:
    """Return what was sent to MLflow, as far as the manifest of an older version holds it."""
    facts = {**entry.facts.get("metrics", {}), **entry.facts}
    numbers = {name: n for name, n in facts.items() if isinstance(n, int | float)}
    recipe = spec.recipe_of(entry.partition)
    settings = recipe.settings if recipe.digest == entry.recipe else {}
    parameters = {name: json.dumps(each, default=str) for name, each in settings.items()}
    return {"parameters": parameters, "metrics": numbers, "tags": {}}
