"""Work: one partition of one asset being made, as its body sees it.

What is read through it is recorded as the inputs of what is stored, so the lineage in the
store can't differ from what happened. It refuses settings, assets and scans that the asset's
spec doesn't declare: whatever can change a result is then in its recipe or among its inputs.
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
from attnconn_assets.storage.trace import files_behind
from attnconn_assets.storage.user_files import file_facts, hashed, is_unchanged
from attnconn_core.errors import CohortError, ScanError, UndeclaredError
from attnconn_core.figures import Album
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Cohort, Connectivity, Session, TimeSeries
from attnconn_core.sources import Source, series_files

__all__ = ["ReplacedError", "Work"]


class ReplacedError(ScanError):
    """A scan's file became another one while it was read."""


@dataclasses.dataclass
class Work:
    """One partition of one asset being made.

    Attributes
    ----------
    asset, partition
        What is made.
    settings
        What the body may read of the study.
    needs
        The assets that it may read, and how they are partitioned.
    runs
        Its run in MLflow, and those below it.
    inputs
        ``asset/partition`` → the digest of what was read so far.
    files
        The user's files that were read so far, with size, time of change and SHA-256.
    lacks
        What it is made without though its spec names it as optional → why.
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
        """Where scans come from.

        Raises
        ------
        UndeclaredError
            If the asset's spec doesn't say that it reads scans.
        """
        if not self._reads_source:
            raise UndeclaredError(
                f"{self.asset} reads the user's scans, which its spec does not declare (source)"
            )
        return self._platform.source

    @property
    def session(self) -> Session:
        """The session of this partition; its files where the asset reads scans.

        Raises
        ------
        CohortError
            If its scan is gone.
        """
        session = self._platform.sessions.get(self.partition)
        if session is None:
            study = self._platform.study
            raise CohortError(
                f"{self.partition}: no scan of this session where the study looks for it "
                f"({study.name}, source {study.source}); it was removed or renamed"
            )
        return session if self._reads_source else dataclasses.replace(session, files=())

    @property
    def album(self) -> Album:
        """Draws pictures of sessions, which show what is stored and are no result."""
        return self._platform.album

    def log(self, message: str) -> None:
        """Say in Dagster's log how far the work is."""
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
        # The source reads them once, for all sessions of a run.
        _require_unchanged(shared.values())
        return series

    @contextlib.contextmanager
    def reading(self, *paths: Path) -> Iterator[None]:
        """Record the user's files that the body reads inside, each by its hash.

        Raises
        ------
        ReplacedError
            If a file changed while it was read.
        """
        before = [file_facts(path) for path in paths]
        try:
            yield
        except Exception:
            _require_unchanged(before)  # else half of a new file would be what went wrong
            raise
        read = [hashed(path) for path in paths]
        _require_unchanged(before)
        self.files += read

    def watch(self, *paths: Path) -> None:
        """Record files by size and time of change; one that isn't there is recorded as such."""
        self.files += [file_facts(path) for path in paths]

    def entry(self, asset: str, partition: str | None = None) -> Entry:
        """Find what another asset stored (of this partition unless another is named).

        Raises
        ------
        UndeclaredError
            If the asset's spec doesn't say that it needs the other.
        StoreError
            If there is none, or making it anew has failed since.
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
        """Read what an entry's manifest says, without opening its files."""
        return self.entry(asset, partition).facts

    def content(self, asset: str, name: str, partition: str | None = None) -> Path:
        """Return where a file of another asset lies, after checking its hash."""
        return self.path(self.entry(asset, partition), name)

    def path(self, entry: Entry, name: str) -> Path:
        """Return where a file of an entry lies, after checking its hash."""
        return self._platform.store.path(entry, name)

    def series(self, partition: str | None = None) -> TimeSeries:
        """Read a session's time series."""
        return formats.read_series(self.content("time_series", "series.parquet", partition))

    def matrices(self, method: str, partition: str) -> dict[int, Connectivity]:
        """Read a method's matrices of a session, by the number of frames they rest on."""
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
        """Take the sessions that have all that the asset needs; it is recorded with the result.

        Raises
        ------
        UndeclaredError
            If the asset needs nothing of sessions, or is one session's.
        CohortError
            If that is fewer than the study's quorum.
        """
        platform = self._platform
        if not self._basis.assets:
            raise UndeclaredError(
                f"{self.asset} takes a cohort, which its spec does not declare: it must be of no "
                "single session and need assets of sessions; it needs "
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
        """The cohort that was taken, if one was."""
        return self._cohort

    def scans(self) -> list[dict[str, Any]]:
        """List the user's files behind all that was read so far, with size and SHA-256."""
        return [dict(file) for file in files_behind(self._platform.store, *self.inputs)]

    def named_scan(self, session: str) -> str:
        """Name a session and the files of its scan, for an error about it."""
        return f"{session}{self._platform.scans_of(session)}"


def _require_unchanged(files: Iterable[Mapping[str, Any]]) -> None:
    changed = [file["path"] for file in files if not is_unchanged(file)]
    if changed:
        raise ReplacedError(f"{', '.join(changed)}: changed while it was read; try again")
