"""Work: one partition of one asset being made.

What is read through it is written down as the inputs of what is stored through it,
so the lineage in the store can't differ from what happened.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from attnconn_assets.building.cohort import cohort_of, short_of_quorum
from attnconn_assets.storage import formats
from attnconn_assets.storage.recipe import Recipe, code_version
from attnconn_assets.storage.store import WHOLE, Entry, Store
from attnconn_assets.storage.trace import files_behind
from attnconn_assets.study.study import Study
from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tracking import Origin, Tracking
from attnconn_core.errors import CohortError, SeriesError
from attnconn_core.figures import Album
from attnconn_core.forecasting import AttentionForecaster, load_forecaster
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, Session, TimeSeries
from attnconn_core.sources import Listing, Source
from attnconn_core.timeseries import split

__all__ = ["Platform", "Work"]


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
    def listing(self) -> Listing:
        """What the source holds now."""
        return self.source.listing()

    @functools.cached_property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions that are there now, by key."""
        return {session.key: session for session in self.listing.sessions}

    @functools.cached_property
    def region_table(self) -> RegionTable:
        """The regions and how they are grouped."""
        return self.source.region_table()

    @functools.cached_property
    def album(self) -> Album:
        """Draws the pictures of sessions."""
        return Album(self.region_table)

    def scans_of(self, partition: str, unless_in: str = "") -> str:
        """Name the files behind a session, to be added to what is said of it."""
        session = self.sessions.get(partition)
        files = [str(file) for file in session.files] if session else []
        if not files or any(file in unless_in for file in files):
            return ""
        return f" (scan: {', '.join(files)})"


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
    def session(self) -> Session:
        """The session of this partition.

        Raises
        ------
        CohortError
            If its scan is gone.
        """
        session = self.platform.sessions.get(self.partition)
        if session is None:
            raise CohortError(
                f"{self.partition}: no scan of this session where the study looks for it "
                f"({self.study.name}, source {self.study.source}); it was removed or renamed"
            )
        return session

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

    def training_part(self, session: str, window: int) -> TimeSeries:
        """Read the frames of a session that models may learn from.

        Raises
        ------
        SeriesError
            If no run of theirs holds `window` frames.
        """
        part, _ = split(self.series(session), self.study.test_fraction)
        longest = max(len(run) for run in part.runs)
        if longest < window:
            raise SeriesError(
                f"{session}{self.platform.scans_of(session)}: the frames to learn from must hold "
                f"a window of {window} in a run; the longest run has {longest}"
            )
        return part

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
        cohort = cohort_of(self.study, self.store, self.platform.listing, assets)
        lacks = short_of_quorum(self.study, cohort)
        if lacks:
            raise CohortError(f"{self.recipe.asset} needs {lacks}")
        return cohort

    def scans(self) -> list[dict[str, Any]]:
        """List the user's files behind all that was read so far, with size and SHA-256."""
        return [dict(file) for file in files_behind(self.store, *self.inputs)]

    def save(
        self,
        writers: Mapping[str, Callable[[Path], None]],
        facts: Mapping[str, Any],
        run: TrackedRun,
    ) -> Entry:
        """Store what was made, with what it was made from and the run that tells of it."""
        draft = Entry(
            asset=self.recipe.asset,
            partition=self.partition,
            files={},
            recipe=self.recipe.digest,
            inputs=dict(self.inputs),
            facts=dict(facts),
            made_by={
                "dagster_run": self.platform.dagster_run,
                "mlflow_experiment": run.experiment_id,
                "mlflow_run": run.id,
                "code_version": self.origin.code_version,
                "study": self.study.name,
            },
        )
        return self.store.put(draft, writers)

    def tracked(
        self,
        experiment: str | None = None,
        name: str | None = None,
        parameters: Mapping[str, object] | None = None,
        parent: TrackedRun | None = None,
    ) -> AbstractContextManager[TrackedRun]:
        """Open a run in MLflow: in the asset's experiment, with the settings that it reads."""
        partition = "" if self.partition == WHOLE else f" {self.partition}"
        return self.platform.tracking.run(
            experiment or self.recipe.asset,
            name or f"{self.study.name}{partition}",
            self.origin,
            self.recipe.settings if parameters is None else parameters,
            parent,
        )

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
