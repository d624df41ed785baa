"""Rebuilding: recreates the MLflow runs of stored partitions after MLflow's database was lost.

If a study was pointed at another database and back, the original runs are found again.

Nothing is computed: the manifest holds what was sent to MLflow. Training curves, durations and
pictures that aren't stored can't be recovered.
"""

import contextlib
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
from attnconn_assets.tracking.current_runs import Maker, RunTable
from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tags import NOTE, Origin
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StoreError

__all__ = ["Rebuilder", "is_ours", "origin_of"]

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

    def rebuild(self, spec: BuildSpec, entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
        """Find or recreate the lost runs of an asset's entries.

        The database may hold the run under another id than the manifest: if `tracking` was changed
        and changed back, the manifest holds the id of the run that was recreated elsewhere, and the
        original is here. Nothing is done if the store is read-only: the ids couldn't be stored, and
        the next run would recreate the runs again.

        Returns
        -------
        restored, recreated
            The entries whose run was found, and those whose run was recreated.
        """
        lost = [entry.partition for entry in entries if self.is_lost(entry)]
        restored: list[Entry] = []
        recreated: list[Entry] = []
        if not lost:
            return restored, recreated
        with contextlib.suppress(StoreError), self._store.making(spec.name, lost) as mine:
            # Another process may have recreated them.
            self._table = self._tracking.run_table(self._study.name)
            makers = self._tracking.makers_of(self._study.name, spec.name)
            for entry in filter(None, (self._store.readable(spec.name, key) for key in mine)):
                if not self.is_lost(entry):
                    continue
                maker = makers.get((entry.partition, entry.made_by["dagster_run"]))
                if maker is None:
                    recreated.append(self._again(spec, entry))
                else:
                    restored.append(self._restored(entry, maker))
        return restored, recreated

    def is_lost(self, entry: Entry) -> bool:
        """Whether MLflow lacks the run of an entry of this study."""
        run = entry.made_by.get("mlflow_run")
        return run is not None and run not in self._table.known and is_ours(self._study, entry)

    def _again(self, spec: BuildSpec, entry: Entry) -> Entry:
        """Recreate an entry's runs, and write their ids to its manifest."""
        recorded, *below = entry.tracked or (_guessed(spec, entry),)
        log = logging.getLogger(__name__)
        dagster_run = entry.made_by["dagster_run"]
        platform = Platform(self._study, self._store, self._tracking, log, dagster_run, self._specs)
        recipe = spec.recipe_of(entry.partition)
        sweep = spec.sweep_of(entry.partition) if spec.sweep_of else None
        tags = {
            NOTE: spec.note_of(entry.partition),
            _REBUILT: _LOST,
            "attnconn.rebuilt_from": entry.made_by["mlflow_run"],
            "attnconn.made_at": entry.made_by.get("at", ""),
        }
        runs = Runs(platform, recipe, entry.partition, spec.experiment, spec.run_label, sweep, tags)
        runs.origin = replace(runs.origin, code_version=entry.made_by["code_version"])
        with runs:
            run = runs.own(recorded["parameters"])
            _tell(run, recorded)
            for child in below:
                with runs.below(child["name"], child["parameters"]) as one:
                    _tell(one, child)
            self._show(run, spec, entry, scored=any("method" in e["parameters"] for e in below))
            for model in registrations(self._study.name, self._store, [entry]):
                self._tracking.register(**vars(model))
        return self._amended(entry, run.id, run.experiment_id)

    def _restored(self, entry: Entry, maker: Maker) -> Entry:
        """Make the run that made an entry current, and write its id to the manifest."""
        others = self._table.others(entry.asset, entry.partition, maker.run_id)
        origin = origin_of(self._study, entry)
        self._tracking.make_current(maker.run_id, others, self._table, origin)
        return self._amended(entry, maker.run_id, maker.experiment_id)

    def _amended(self, entry: Entry, run: str, experiment: str) -> Entry:
        made_by = {"mlflow_run": run, "mlflow_experiment": experiment}
        self._store.amend(entry, **made_by)
        return replace(entry, made_by={**entry.made_by, **made_by})

    def _show(self, run: TrackedRun, spec: BuildSpec, entry: Entry, *, scored: bool) -> None:
        """Add to a run those files of MLflow's page that are stored."""
        for name in entry.files:
            if name.endswith((".png", ".svg")):
                run.figure(name, self._store.path(entry, name).read_bytes())
        if scored:
            scans = [dict(file) for file in files_behind(self._store, *entry.inputs)]
            run.file("scans.json", json.dumps(scans, indent=1).encode())
        show_stored(self._store, run, spec, entry)


def origin_of(study: Study, entry: Entry) -> Origin:
    """Return what the MLflow run of an entry of this study is tagged with."""
    made_by = entry.made_by
    return Origin(
        study.name, entry.asset, entry.partition, made_by["dagster_run"], made_by["code_version"]
    )


def is_ours(study: Study, entry: Entry) -> bool:
    """Whether an entry was made by this study; a copied store also holds entries of another.

    Entries of older versions don't say; they count as this study's.
    """
    return entry.made_by.get("study", study.name) == study.name


def _tell(run: TrackedRun, recorded: Mapping[str, Any]) -> None:
    run.metrics(recorded["metrics"])
    for name, value in recorded["tags"].items():
        run.tag(name, value)


def _guessed(spec: BuildSpec, entry: Entry) -> dict[str, Any]:
    """Return what was sent to MLflow, as far as the manifest of an older version holds it."""
    facts = {**entry.facts.get("metrics", {}), **entry.facts}
    numbers = {name: n for name, n in facts.items() if isinstance(n, int | float)}
    recipe = spec.recipe_of(entry.partition)
    settings = recipe.settings if recipe.digest == entry.recipe else {}
    parameters = {name: json.dumps(value, default=str) for name, value in settings.items()}
    return {"parameters": parameters, "metrics": numbers, "tags": {}}
