"""Work: what a body reads while it makes one partition.

Everything that is read through it is recorded as inputs of the result, so that the stored lineage
is what really happened. Reading settings, assets or scans that the asset's spec doesn't declare
is an error: everything that can change a result is in its recipe or among its inputs.
"""

import contextlib
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from attnconn_assets.building.cohort import Basis, settle
from attnconn_assets.building.platform import Platform
from attnconn_assets.building.runs import Runs
from attnconn_assets.building.settings import DeclaredSettings
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_assets.storage.trace import files_behind, versions_behind
from attnconn_assets.storage.user_files import file_facts, hashed, is_unchanged
from attnconn_core.errors import CohortError, ScanError, UndeclaredError
from attnconn_core.figures import Album
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, Session, TimeSeries
from attnconn_core.sources import Source, series_files

__all__ = ["ReplacedError", "Work"]


class ReplacedError(ScanError):
    """A scan's file was replaced while it was read."""


@dataclasses.dataclass
class Work:
    """What a body reads while it makes one partition.

    Attributes
    ----------
    asset, partition
        The asset and the partition being made.
    settings
        Settings of the study that the body may read.
    needs
        Assets that it may read → their kind of partitions.
    runs
        Its MLflow run, and those below it.
    inputs
        ``asset/partition`` → digest, for everything read so far.
    files
        The user's files read so far, with size, time of change and SHA-256.
    lacks
        Optional inputs that are missing → why.
    """

    asset: str
    partition: str
    settings: DeclaredSettings
    needs: Mapping[str, str]
    runs: Runs
    _platform: Platform
    _basis: Basis = dataclasses.field(default_factory=Basis)
    _reads_source: bool = False
    inputs: dict[str, str] = dataclasses.field(default_factory=dict)
    files: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    lacks: Mapping[str, str] = dataclasses.field(default_factory=dict)
    _cohort: Cohort | None = None

    @property
    def source(self) -> Source:
        """The source of the scans.

        Raises
        ------
        UndeclaredError
            If the asset's spec doesn't declare that it reads scans.
        """
        if not self._reads_source:
            raise UndeclaredError(
                f"{self.asset} reads the user's scans, which its spec does not declare (source)"
            )
        return self._platform.source

    @property
    def session(self) -> Session:
        """The session of this partition; without files unless the asset reads scans.

        Raises
        ------
        CohortError
            If its scan no longer exists.
        """
        session = self._platform.sessions.get(self.partition)
        if session is None:
            study = self._platform.study
            raise CohortError(
                f"{self.partition}: source {study.source} of study {study.name} finds no scan of "
                "this session; it was removed or renamed"
            )
        return session if self._reads_source else dataclasses.replace(session, files=())

    def has_scan(self, session: str) -> bool:
        """Whether the source lists a session now."""
        return session in self._platform.sessions

    @property
    def album(self) -> Album:
        """Draws pictures of sessions; they aren't part of the result."""
        return self._platform.album

    def log(self, message: str) -> None:
        """Write a progress message to Dagster's log."""
        self._platform.log.info(message)

    def scan(self) -> TimeSeries:
        """Read this session's scan, and record the files it was read from.

        Raises
        ------
        ReplacedError
            If a file changed while it was read.
        """
        source = self.source
        shared = self._platform.shared_files
        beside = series_files(source, self.session)
        with self.reading(*self.session.files, *beside, *shared):
            series = source.load(self.session)
        # Shared files are read once per run, so they are checked against its start.
        _require_unchanged(shared.values())
        return series

    @contextlib.contextmanager
    def reading(self, *paths: Path) -> Iterator[None]:
        """Record the user's files that the body reads in this context, with their hashes.

        Raises
        ------
        ReplacedError
            If a file changed while it was read.
        """
        before = [file_facts(path) for path in paths]
        try:
            yield
        except Exception:
            _require_unchanged(before)  # a replaced file is then reported as the cause
            raise
        files = [hashed(path) for path in paths]
        _require_unchanged(before)
        self.files += files

    def watch(self, *paths: Path) -> None:
        """Record the size and time of change of files; missing files are recorded as missing."""
        self.files += [file_facts(path) for path in paths]

    def entry(self, asset: str, partition: str | None = None) -> Entry:
        """Return the entry of another asset, by default for the same partition.

        Raises
        ------
        UndeclaredError
            If the asset's spec doesn't declare that it needs the other.
        StoreError
            If there is none, or a later try to make it failed.
        """
        if asset not in self.needs:
            raise UndeclaredError(
                f"{self.asset} reads the asset {asset!r}, which its spec does not declare; "
                f"it needs {', '.join(self.needs) or 'none'}"
            )
        entry = self._platform.store.entry(asset, partition or self.partition)
        self.inputs[f"{entry.asset}/{entry.partition}"] = entry.digest
        return entry

    def facts(self, asset: str, partition: str | None = None) -> Mapping[str, Any]:
        """Return the facts in an entry's manifest, without opening its files."""
        return self.entry(asset, partition).facts

    def content(self, asset: str, name: str, partition: str | None = None) -> Path:
        """Return the path of another asset's file, after checking its hash."""
        return self.path(self.entry(asset, partition), name)

    def path(self, entry: Entry, name: str) -> Path:
        """Return the path of an entry's file, after checking its hash."""
        return self._platform.store.path(entry, name)

    def series(self, partition: str | None = None) -> TimeSeries:
        """Read a session's time series."""
        return formats.read_series(self.content("time_series", "series.parquet", partition))

    def matrices(self, method: str, partition: str) -> dict[int, Connectivity]:
        """Read a method's matrices of a session, by the number of frames used."""
        return formats.read_matrices(self.content(method, "matrix.parquet", partition))

    def table(self, asset: str, name: str, partition: str = WHOLE) -> pd.DataFrame:
        """Read a table of another asset."""
        return formats.read_table(self.content(asset, f"{name}.parquet", partition))

    def tables(self, asset: str, partition: str = WHOLE) -> dict[str, pd.DataFrame]:
        """Read every table of another asset, by name."""
        names = [Path(name) for name in self.entry(asset, partition).files]
        return {
            name.stem: self.table(asset, name.stem, partition)
            for name in names
            if name.suffix == ".parquet"
        }

    def regions(self) -> RegionTable:
        """Read the regions and the networks they belong to."""
        return formats.read_regions(self.content("regions", "regions.parquet", WHOLE))

    def cohort(self) -> Cohort:
        """Return the sessions that have everything the asset needs; recorded with the result.

        Raises
        ------
        UndeclaredError
            If the asset has session partitions, or needs no assets of sessions.
        CohortError
            If they are fewer than the study's quorum.
        """
        platform = self._platform
        if not self._basis.assets:
            raise UndeclaredError(
                f"{self.asset} takes a cohort, which its spec does not declare: it must not be "
                "partitioned by session, and must need assets of sessions; it needs "
                f"{', '.join(self.needs) or 'none'}"
            )
        settled = settle(platform.study, platform.store, platform.listing, self._basis)
        if settled.lacks:
            raise CohortError(f"{self.asset} needs {settled.lacks}")
        cohort = settled.cohort
        self._cohort = cohort
        return cohort

    @property
    def read_cohort(self) -> Cohort | None:
        """The cohort that `cohort` returned; None before."""
        return self._cohort

    def scans(self) -> list[dict[str, Any]]:
        """List the user's files behind everything read so far, with size and SHA-256."""
        return [dict(file) for file in files_behind(self._platform.store, *self.inputs)]

    def versions(self) -> Mapping[str, int]:
        """Return the versions with which everything behind was made → number of results."""
        return versions_behind(self._platform.store, *self.inputs)

    def named_scan(self, session: str) -> str:
        """Return a session's key and scan files, for an error about it."""
        return f"{session}{self._platform.scans_of(session)}"


def _require_unchanged(files: Iterable[Mapping[str, Any]]) -> None:
    changed = [file["path"] for file in files if not is_unchanged(file)]
    if changed:
        raise ReplacedError(f"{', '.join(changed)}: changed while it was read; try again")
