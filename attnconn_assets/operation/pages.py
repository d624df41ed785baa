"""What Dagster's and MLflow's pages show of stored partitions, held against the store.

They differ where a process was killed between storing and telling, and where a store, a home of
Dagster's or MLflow's database is another one than before: lost, new, or restored from a backup.
The store is right; nothing is computed.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.building.metadata import noted
from attnconn_assets.building.rebuilding import Rebuilder, is_ours
from attnconn_assets.building.registering import Registration, registrations
from attnconn_assets.building.retold import retold
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.staleness import Plan
from attnconn_assets.instance.data_versions import version_tags
from attnconn_assets.instance.shown_versions import n_made, unlike
from attnconn_assets.operation.outcome import Outcome
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError

__all__ = ["Pages", "seen_of_pages"]

_UNKNOWN = "found in the store; its run didn't say so"
_OTHER = "what the store holds; another result was shown"
_REBUILT = "its run in MLflow was lost, and was made again from the store"
_REGISTERED = "its models were gone from MLflow's registry, and were registered again"
_MOVED = "the run in MLflow that made what the store holds; another one was current"


def seen_of_pages(
    study: Study, instance: dg.DagsterInstance, specs: Sequence[BuildSpec]
) -> Iterator[str]:
    """Say in a few cheap queries what may make a page show something else than is stored.

    Those are how many partitions Dagster knows of each asset, what MLflow's registry holds of the
    study's models, and when an asset's folder in the store was last changed, or replaced.
    """
    for spec in specs:
        yield f"{spec.name} {n_made(instance, dg.AssetKey([study.name, spec.name]))}"
        with contextlib.suppress(OSError):
            status = (study.store_folder / spec.name).stat()
            yield f"{status.st_dev} {status.st_ino} {status.st_mtime_ns}"
    yield from tracking_of(study).registry_table().of(study.name)


class Pages:
    """What the pages show of a study's stored partitions.

    Parameters
    ----------
    study, instance
        Whose they are.
    specs
        Every asset of the study.
    outcome
        Where it is counted what was put right.
    """

    def __init__(
        self,
        study: Study,
        instance: dg.DagsterInstance,
        specs: Sequence[BuildSpec],
        outcome: Outcome | None = None,
    ) -> None:
        self._study, self._instance = study, instance
        self._outcome = outcome or Outcome()
        self._store, self._tracking = store_of(study), tracking_of(study)
        self._table = self._tracking.run_table(study.name)
        self._registry = self._tracking.registry_table()
        self._rebuilder = Rebuilder(study, self._store, self._tracking, specs, self._table)

    def unlike_store(self, spec: BuildSpec, standing: Collection[str], store: Store) -> list[str]:
        """List the partitions of which a page shows something else than the store holds.

        Parameters
        ----------
        spec, standing
            The asset, and its partitions that are as they should be.
        store
            A snapshot.
        """
        entries = _entries(spec, standing, store)
        found = dict.fromkeys(self._unlike(spec, entries))
        found |= dict.fromkeys(
            entry.partition
            for entry in entries
            if self._rebuilder.is_lost(entry)
            or not self._is_current(entry)
            or any(self._unregistered(entry))
        )
        return list(found)

    def put_right(self, spec: BuildSpec, found: Plan, store: Store) -> None:
        """Let the pages show what the store holds of an asset that isn't made anew.

        Runs and models that MLflow has lost are there again of what waits, too.
        """
        standing = _entries(spec, found.standing, store)
        stored = [*standing, *_entries(spec, found.waiting, store)]
        rebuilt = self._rebuilder.rebuild(spec, stored)
        self._outcome.rebuilt += len(rebuilt)
        new = {entry.partition for entry in rebuilt}
        moved = self._make_current(spec, [each for each in standing if each.partition not in new])
        for entry in stored:
            self._register(spec, entry)
        told = self.tell(spec, found.standing, store)
        for entries, why in ((rebuilt, _REBUILT), (moved, _MOVED)):
            for entry in entries:
                if entry.partition not in told:
                    self._note(entry, why, {"mlflow run": self._tracking.link(entry.made_by)})

    def tell(self, spec: BuildSpec, standing: Collection[str], store: Store) -> set[str]:
        """Record in Dagster what the store has and its page doesn't show; return the partitions."""
        told = set()
        for key, shown in self._unlike(spec, _entries(spec, standing, store)).items():
            entry = self._store.readable(spec.name, key)
            if entry is None or entry.digest == shown:  # made anew since it was looked at
                continue
            self._instance.report_runless_asset_event(
                dg.AssetMaterialization(
                    self._key(spec.name),
                    partition=None if key == WHOLE else key,
                    description=_UNKNOWN if shown is None else _OTHER,
                    metadata=retold(self._store, self._tracking, entry),
                    tags=version_tags(entry.digest),
                )
            )
            told.add(key)
            if shown is None:
                self._outcome.recorded += 1
            else:
                self._outcome.corrected["Dagster"] += 1
        return told

    def _make_current(self, spec: BuildSpec, entries: Sequence[Entry]) -> list[Entry]:
        """Let the runs of entries be current in MLflow; return those of which another one was."""
        wrong = [entry.partition for entry in entries if self._others(entry) is not None]
        if not wrong:
            return []
        moved = []
        try:
            with self._store.making(spec.name, wrong) as mine:
                self._table = self._tracking.run_table(self._study.name)  # it may be right by now
                for entry in _entries(spec, mine, self._store):
                    others = self._others(entry)
                    if others is None:
                        continue
                    # A run of a method that the study no longer has, below one of an earlier
                    # result, is current beside the right one.
                    if not self._is_current(entry):
                        moved.append(entry)
                    self._tracking.make_current(entry.made_by["mlflow_run"], others, self._table)
        except StoreError:  # it can't be written into, so that nobody can be kept from making it
            return []
        if moved:
            self._outcome.corrected["MLflow"] += len(moved)
        return moved

    def _others(self, entry: Entry) -> list[str] | None:
        """Return the runs in whose place an entry's is to be current; None if all is as it is."""
        if not self._is_told(entry):
            return None
        others = self._table.others(entry.asset, entry.partition, entry.made_by["mlflow_run"])
        return others if others or not self._is_current(entry) else None

    def _is_current(self, entry: Entry) -> bool:
        return not self._is_told(entry) or self._table.shows(
            entry.asset, entry.partition, entry.made_by["mlflow_run"]
        )

    def _is_told(self, entry: Entry) -> bool:
        return "mlflow_run" in entry.made_by and is_ours(self._study, entry)

    def _unlike(self, spec: BuildSpec, entries: Sequence[Entry]) -> dict[str, str | None]:
        stored = {entry.partition: entry.digest for entry in entries}
        return unlike(self._instance, self._key(spec.name), stored)

    def _register(self, spec: BuildSpec, entry: Entry) -> None:
        """Register an entry's models again that MLflow's registry no longer has."""
        if not any(self._unregistered(entry)):
            return
        versions: dict[str, str] = {}
        try:
            with self._store.making(spec.name, [entry.partition]) as mine:
                self._registry = self._tracking.registry_table()  # it may be there by now
                for model in self._unregistered(entry) if mine else ():
                    made = self._tracking.register(**vars(model))
                    versions[model.alias] = made.version
                    self._outcome.registered.append(
                        f"{model.name} version {made.version} ({model.alias})"
                    )
        except StoreError:
            return
        if versions:
            self._note(entry, _REGISTERED, {"versions": dg.MetadataValue.json(versions)})

    def _unregistered(self, entry: Entry) -> Iterator[Registration]:
        if is_ours(self._study, entry):
            for each in registrations(self._study.name, self._store, [entry]):
                has = self._tracking.is_registered(
                    self._registry, each.name, each.tags["sha256"], each.alias
                )
                if not has:
                    yield each

    def _note(self, entry: Entry, why: str, shown: Mapping[str, Any]) -> None:
        event = noted(self._key(entry.asset), entry.partition, why, shown)
        self._instance.report_runless_asset_event(event)

    def _key(self, asset: str) -> dg.AssetKey:
        return dg.AssetKey([self._study.name, asset])


def _entries(spec: BuildSpec, partitions: Collection[str], store: Store) -> list[Entry]:
    found = (store.readable(spec.name, key) for key in partitions)
    return [entry for entry in found if entry is not None]
