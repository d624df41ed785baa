"""Rebuilding: the runs in MLflow of stored partitions, made again where its database was lost.

Nothing is computed: the manifest holds what MLflow was told. Training curves, durations, and
pictures that aren't stored can't be had again.
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
    """Makes runs in MLflow again that stored partitions point to and that are gone.

    Parameters
    ----------
    study, store, tracking
        Whose they are.
    specs
        Every asset of the study.
    table
        What MLflow's database holds.
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
        """Make the runs of an asset's entries again where they are gone; return these entries.

        In a store that can't be written into nothing is done, for the next run would do it again.
        """
        lost = [entry.partition for entry in entries if self.is_lost(entry)]
        if not lost:
            return []
        try:
            with self._store.making(spec.name, lost) as mine:
                self._table = self._tracking.run_table(self._study.name)  # it may be there by now
                found = [self._store.readable(spec.name, key) for key in mine]
                return [self._again(spec, each) for each in found if each and self.is_lost(each)]
        except StoreError:
            return []

    def is_lost(self, entry: Entry) -> bool:
        """Whether MLflow doesn't have the run of an entry, which is this study's."""
        run = entry.made_by.get("mlflow_run")
        return run is not None and run not in self._table.known and is_ours(self._study, entry)

    def _again(self, spec: BuildSpec, entry: Entry) -> Entry:
        """Make an entry's runs again, and let its manifest point to the new ones."""
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
        """Keep with a run the files that MLflow's page shows, as far as they are stored."""
        for name in entry.files:
            if name.endswith(".png"):
                run.picture(name.removesuffix(".png"), self._store.path(entry, name).read_bytes())
        if scored:
            scans = [dict(file) for file in files_behind(self._store, *entry.inputs)]
            run.file("scans.json", json.dumps(scans, indent=1).encode())
        show_stored(self._store, run, spec, entry)


def is_ours(study: Study, entry: Entry) -> bool:
    """Whether a study made an entry; one of another, in a store that was copied, stays that one's.

    Older versions didn't note it.
    """
    return entry.made_by.get("study", study.name) == study.name


def _tell(run: TrackedRun, told: Mapping[str, Any]) -> None:
    run.metrics(told["metrics"])
    for name, value in told["tags"].items():
        run.tag(name, value)


def _guessed(spec: BuildSpec, entry: Entry) -> dict[str, Any]:
    """Say what MLflow was told as far as the manifest of an older version holds it."""
    facts = {**entry.facts.get("metrics", {}), **entry.facts}
    numbers = {name: n for name, n in facts.items() if isinstance(n, int | float)}
    recipe = spec.recipe_of(entry.partition)
    settings = recipe.settings if recipe.digest == entry.recipe else {}
    parameters = {name: json.dumps(each, default=str) for name, each in settings.items()}
    return {"parameters": parameters, "metrics": numbers, "tags": {}}
