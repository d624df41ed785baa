"""Makes Dagster's and MLflow's pages show what the store holds.

They differ if a process was killed between storing a result and reporting it, or if the store,
Dagster's home or MLflow's database was lost, replaced or restored from a backup. The store counts
as right; nothing is computed.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.building.metadata import noted
from attnconn_assets.building.rebuilding import Rebuilder, is_ours, origin_of
from attnconn_assets.building.registering import Registration, registrations
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.staleness import Plan
from attnconn_assets.building.stored_metadata import metadata_of
from attnconn_assets.instance.data_versions import version_tags
from attnconn_assets.instance.shown_versions import n_made, shown_as_failed, unlike
from attnconn_assets.operation.outcome import Outcome
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core.errors import StoreError

__all__ = ["Pages", "seen_of_pages"]

_UNKNOWN = "found in the store; its run didn't report it"
_OTHER = "the stored result; another one was shown before"
_FAILED = "stored and up to date; the run that failed here changed nothing"
_REBUILT = "its MLflow run was lost and was recreated from the store"
_REGISTERED = "its models were missing from MLflow's registry and were registered again"
_LINKED = "stored and up to date; its links led to an earlier address of MLflow"
_MOVED = "the MLflow run that made the stored result; another one was current before"


def seen_of_pages(
    study: Study, instance: dg.DagsterInstance, specs: Sequence[BuildSpec]
) -> Iterator[str]:
    """Yield values that change when a page may differ from the store; only cheap queries.

    They are the number of partitions that Dagster knows per asset, the address of MLflow's page,
    the study's models in MLflow's registry, and the identity and time of change of each asset's
    folder in the store.
    """
    for spec in specs:
        yield f"{spec.name} {n_made(instance, dg.AssetKey([study.name, spec.name]))}"
        with contextlib.suppress(OSError):
            status = (study.store_folder / spec.name).stat()
            yield f"{status.st_dev} {status.st_ino} {status.st_mtime_ns}"
    tracking = tracking_of(study)
    yield tracking.page
    yield from tracking.registry_table().of(study.name)
    yield from tracking.deleted(study.name).names


class Pages:
    """Compares Dagster's and MLflow's pages with the store, and corrects them.

    Parameters
    ----------
    study, instance
        The study, and its Dagster instance.
    specs
        Every asset of the study.
    outcome
        Receives the number of corrections.
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
        """List the partitions of which a page shows something other than the stored result.

        Parameters
        ----------
        spec, standing
            The asset, and its partitions that are up to date.
        store
            A snapshot.
        """
        entries = _entries(spec, standing, store)
        differing = dict.fromkeys([*self._unlike(spec, entries), *self._failed(spec, entries)])
        differing |= dict.fromkeys(self._linked_elsewhere(spec, entries))
        differing |= dict.fromkeys(
            entry.partition
            for entry in entries
            if self._rebuilder.is_lost(entry)
            or not self._is_current(entry)
            or any(self._unregistered(entry))
        )
        return list(differing)

    def put_right(self, spec: BuildSpec, plan: Plan, store: Store) -> None:
        """Make the pages show the stored results of an asset.

        MLflow runs and models that were lost are also recreated for partitions that can't be made
        now.
        """
        standing = _entries(spec, plan.standing, store)
        stored = [*standing, *_entries(spec, plan.waiting, store)]
        refound, rebuilt = self._rebuilder.rebuild(spec, stored)
        self._outcome.rebuilt += len(rebuilt)
        self._outcome.refound += len(refound)
        new = {entry.partition for entry in (*refound, *rebuilt)}
        moved = self._make_current(
            spec, [entry for entry in standing if entry.partition not in new]
        )
        for entry in stored:
            self._register(spec, entry)
        recorded = self.tell(spec, plan.standing, store)
        for entries, why in ((rebuilt, _REBUILT), ([*refound, *moved], _MOVED)):
            for entry in entries:
                if entry.partition not in recorded:
                    self._note(entry, why, {"mlflow run": self._tracking.link(entry.made_by)})

    def tell(self, spec: BuildSpec, standing: Collection[str], store: Store) -> set[str]:
        """Record in Dagster the stored results that its pages lack or show as something else.

        Returns
        -------
        recorded
            Their partitions.
        """
        recorded = set()
        entries = _entries(spec, standing, store)
        for key, shown in self._unlike(spec, entries).items():
            entry = self._store.readable(spec.name, key)
            if entry is None or entry.digest == shown:  # made again in the meantime
                continue
            self._record(entry, _UNKNOWN if shown is None else _OTHER)
            recorded.add(key)
            if shown is None:
                self._outcome.recorded += 1
            else:
                self._outcome.corrected["Dagster"] += 1
        for key in self._failed(spec, entries):
            entry = self._store.readable(spec.name, key)
            if key not in recorded and entry is not None:
                self._record(entry, _FAILED)
                recorded.add(key)
                self._outcome.shown_as_failed += 1
        for key in self._linked_elsewhere(spec, entries):
            entry = self._store.readable(spec.name, key)
            if key not in recorded and entry is not None:
                self._record(entry, _LINKED)
                recorded.add(key)
                self._outcome.relinked += 1
        return recorded

    def _record(self, entry: Entry, why: str) -> None:
        self._instance.report_runless_asset_event(
            dg.AssetMaterialization(
                self._key(entry.asset),
                partition=None if entry.partition == WHOLE else entry.partition,
                description=why,
                metadata=metadata_of(self._store, self._tracking, entry),
                tags=version_tags(entry.digest),
            )
        )

    def _make_current(self, spec: BuildSpec, entries: Sequence[Entry]) -> list[Entry]:
        """Mark the MLflow runs of entries as current; return the entries whose run wasn't."""
        wrong = [entry.partition for entry in entries if self._others(entry) is not None]
        if not wrong:
            return []
        moved = []
        try:
            with self._store.making(spec.name, wrong) as mine:
                self._table = self._tracking.run_table(
                    self._study.name
                )  # another process may have corrected it
                for entry in _entries(spec, mine, self._store):
                    others = self._others(entry)
                    if others is None:
                        continue
                    # If the right run is current, the others belong to methods that the study no
                    # longer has; they aren't counted.
                    if not self._is_current(entry):
                        moved.append(entry)
                    self._tracking.make_current(
                        entry.made_by["mlflow_run"],
                        others,
                        self._table,
                        origin_of(self._study, entry),
                    )
        except StoreError:  # a read-only store: it can't be locked
            return []
        if moved:
            self._outcome.corrected["MLflow"] += len(moved)
        return moved

    def _others(self, entry: Entry) -> list[str] | None:
        """Return the runs to be replaced by an entry's as current; None if nothing is to change."""
        if not self._has_run(entry):
            return None
        others = self._table.others(entry.asset, entry.partition, entry.made_by["mlflow_run"])
        return others if others or not self._is_current(entry) else None

    def _is_current(self, entry: Entry) -> bool:
        return not self._has_run(entry) or self._table.shows(
            entry.asset, entry.partition, entry.made_by["mlflow_run"]
        )

    def _has_run(self, entry: Entry) -> bool:
        return "mlflow_run" in entry.made_by and is_ours(self._study, entry)

    def _failed(self, spec: BuildSpec, entries: Sequence[Entry]) -> list[str]:
        keys = [entry.partition for entry in entries]
        return shown_as_failed(self._instance, self._key(spec.name), keys)

    def _linked_elsewhere(self, spec: BuildSpec, entries: Sequence[Entry]) -> list[str]:
        """Return all partitions if the asset's newest event has a link to another page of MLflow.

        All were recorded with one address, so one event tells of all.
        """
        event = self._instance.get_latest_materialization_event(self._key(spec.name))
        if not entries or event is None or event.asset_materialization is None:
            return []
        links = (
            value.url
            for value in event.asset_materialization.metadata.values()
            if isinstance(value, dg.UrlMetadataValue) and value.url
        )
        here = all(link.startswith(f"{self._tracking.page}/#/") for link in links)
        return [] if here else [entry.partition for entry in entries]

    def _unlike(self, spec: BuildSpec, entries: Sequence[Entry]) -> dict[str, str | None]:
        stored = {entry.partition: entry.digest for entry in entries}
        return unlike(self._instance, self._key(spec.name), stored)

    def _register(self, spec: BuildSpec, entry: Entry) -> None:
        """Register those models of an entry again that are missing from MLflow's registry."""
        if not any(self._unregistered(entry)):
            return
        versions: dict[str, str] = {}
        try:
            with self._store.making(spec.name, [entry.partition]) as mine:
                self._registry = (
                    self._tracking.registry_table()
                )  # another process may have registered it
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
            for model in registrations(self._study.name, self._store, [entry]):
                has = self._tracking.is_registered(
                    self._registry, model.name, model.tags["sha256"], model.alias
                )
                if not has:
                    yield model

    def _note(self, entry: Entry, why: str, shown: Mapping[str, Any]) -> None:
        event = noted(self._key(entry.asset), entry.partition, why, shown)
        self._instance.report_runless_asset_event(event)

    def _key(self, asset: str) -> dg.AssetKey:
        return dg.AssetKey([self._study.name, asset])


def _entries(spec: BuildSpec, partitions: Collection[str], store: Store) -> list[Entry]:
    entries = (store.readable(spec.name, key) for key in partitions)
    return [entry for entry in entries if entry is not None]
