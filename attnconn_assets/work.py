"""Work: one partition of one asset being made.

What is read through it is written down as the inputs of what is stored through it,
so the lineage in the store can't differ from what happened.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from attnconn_assets import formats
from attnconn_assets.lineage import Recipe, code_version
from attnconn_assets.partitions import WHOLE
from attnconn_assets.store import Entry, Store
from attnconn_assets.study import Study
from attnconn_assets.tracking import Origin, Tracking
from attnconn_core.errors import CohortError, StoreError
from attnconn_core.forecasting import AttentionForecaster, load_forecaster
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, Session, TimeSeries
from attnconn_core.sources import Source

__all__ = ["Platform", "Work", "cohort_of", "is_current", "scan_facts"]


@dataclasses.dataclass
class Platform:
    """What all partitions of a run share."""

    study: Study
    store: Store
    tracking: Tracking
    log: dg.DagsterLogManager
    dagster_run: str

    @functools.cached_property
    def source(self) -> Source:
        """Where the study's scans come from."""
        return self.study.make_source()

    @functools.cached_property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions that are there now, by key."""
        return {session.key: session for session in self.source.sessions()}

    @functools.cached_property
    def region_table(self) -> RegionTable:
        """The regions and how they are grouped."""
        return self.source.region_table()


@dataclasses.dataclass
class Work:
    """One partition of one asset being made."""

    platform: Platform
    recipe: Recipe
    partition: str
    inputs: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def study(self) -> Study:
        """The study."""
        return self.platform.study

    @property
    def store(self) -> Store:
        """The store."""
        return self.platform.store

    @property
    def tracking(self) -> Tracking:
        """MLflow."""
        return self.platform.tracking

    def entry(self, asset: str, partition: str | None = None) -> Entry:
        """Find what another asset stored (of this partition unless another is named)."""
        entry = self.store.entry(asset, partition or self.partition)
        self.inputs[f"{entry.asset}/{entry.partition}"] = entry.digest
        return entry

    def path(self, entry: Entry, name: str) -> Path:
        """Return where a file of an entry lies."""
        return self.store.path(entry, name)

    def series(self, partition: str | None = None) -> TimeSeries:
        """Read a session's time series."""
        return formats.read_series(
            self.path(self.entry("time_series", partition), "series.parquet")
        )

    def matrices(self, method: str, partition: str) -> dict[int, Connectivity]:
        """Read a method's matrices of a session, by the number of frames they rest on."""
        return formats.read_matrices(self.path(self.entry(method, partition), "matrix.parquet"))

    def table(self, asset: str, name: str) -> pd.DataFrame:
        """Read a table of an asset that has no partitions."""
        return formats.read_table(self.path(self.entry(asset, WHOLE), name))

    def forecaster(
        self, asset: str, partition: str, name: str = "model.safetensors"
    ) -> AttentionForecaster:
        """Read a trained forecaster."""
        return load_forecaster(self.path(self.entry(asset, partition), name))[0]

    def cohort(self, *assets: str) -> Cohort:
        """Take the sessions that each of some assets holds.

        Raises
        ------
        CohortError
            If that is fewer than the study's quorum.
        """
        everyone = tuple(self.platform.sessions.values())
        cohort = cohort_of(self.store, everyone, assets)
        present = len(cohort.sessions)
        if not present or present < self.study.quorum * len(everyone):
            listed = "; ".join(f"{key}: {why}" for key, why in list(cohort.excluded.items())[:10])
            raise CohortError(
                f"{self.recipe.asset} needs {self.study.quorum:.0%} of {len(everyone)} sessions; "
                f"{present} are there. Left out: {listed or 'none: the study has no session'}"
            )
        return cohort

    def save(
        self,
        writers: Mapping[str, Callable[[Path], None]],
        facts: Mapping[str, Any] | None = None,
        mlflow_run: str = "",
    ) -> Entry:
        """Store what was made, with what it was made from."""
        draft = Entry(
            asset=self.recipe.asset,
            partition=self.partition,
            files={},
            recipe=self.recipe.digest,
            inputs=dict(self.inputs),
            facts=dict(facts or {}),
            made_by={
                "dagster_run": self.platform.dagster_run,
                "mlflow_run": mlflow_run,
                "code_version": self.origin.code_version,
                "study": self.study.name,
            },
        )
        return self.store.put(draft, writers)

    @property
    def origin(self) -> Origin:
        """What a run in MLflow is tagged with."""
        return Origin(
            study=self.study.name,
            asset=self.recipe.asset,
            partition=self.partition,
            dagster_run=self.platform.dagster_run,
            code_version=code_version(*self.recipe.calls),
        )


def cohort_of(store: Store, sessions: Iterable[Session], assets: Iterable[str]) -> Cohort:
    """Take the sessions that each of some assets holds, and say why the others are out."""
    assets = tuple(assets)
    present, excluded = [], {}
    for session in sessions:
        missing = [asset for asset in assets if store.find(asset, session.key) is None]
        if missing:
            excluded[session.key] = f"no {', '.join(missing)} in the store"
        else:
            present.append(session)
    return Cohort(tuple(present), excluded)


def is_current(store: Store, recipe: Recipe, partition: str, cohort: str | None = None) -> bool:
    """Whether the store holds a partition as today's scans, code and settings would make it.

    Parameters
    ----------
    store, recipe, partition
        What is asked for.
    cohort
        The digest of the cohort that a group result should rest on.
    """
    try:
        entry = store.find(recipe.asset, partition)
    except StoreError:
        return False
    if entry is None or entry.recipe != recipe.digest:
        return False
    if cohort is not None and entry.facts.get("cohort", cohort) != cohort:
        return False
    return (
        all(_is_unchanged(store, read, digest) for read, digest in entry.inputs.items())
        and all(scan == scan_facts(Path(scan["path"])) for scan in entry.facts.get("scans", ()))
        and store.is_whole(entry)
    )


def scan_facts(path: Path) -> dict[str, Any]:
    """Tell a scan's file from a later one of the same name: path, size and time of change."""
    try:
        status = path.stat()
    except OSError:
        return {"path": str(path)}
    return {"path": str(path), "bytes": status.st_size, "changed_ns": status.st_mtime_ns}


def _is_unchanged(store: Store, read: str, digest: str) -> bool:
    asset, _, partition = read.partition("/")
    found = store.find(asset, partition)
    return found is not None and found.digest == digest
