"""A folder of series that other software parcellated, one file per run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

from pydantic import Field

from attnconn_core.errors import CohortError, ScanError, StudyError
from attnconn_core.parcellation import RegionTable, read_region_table
from attnconn_core.records import Session, TimeSeries, numbered_regions
from attnconn_core.repetition_time import ROUNDING, repetition_time_problem
from attnconn_core.sources.array_files import READERS, ArrayFile, read_array
from attnconn_core.sources.array_shapes import shape_of_array
from attnconn_core.sources.array_tree import ArrayTree
from attnconn_core.sources.axes import require_time_first
from attnconn_core.sources.base import Design, Listing, require_session
from attnconn_core.sources.files import inside
from attnconn_core.sources.found_files import found_in_words
from attnconn_core.sources.keys import CHOOSES_SESSIONS
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.sidecars import sidecar_repetition_time, sidecars_of
from attnconn_core.sources.subjects import SubjectList, read_subjects
from attnconn_core.sources.usual_regions import (
    first_difference,
    group_by_regions,
    groups_in_words,
)

__all__ = ["ArrayFolder"]

_LOOKED_AT = 5_000  # most files that an error counts


@dataclass(frozen=True)
class ArrayFolder:
    """A folder of (time, region) files, ``sub-<id>_ses-<id>[_run-<n>]`` or BIDS derivatives.

    Endings are ``.npy``, ``.csv``, ``.tsv``, ``.parquet`` (columns named after the regions)
    and ``.ptseries.nii``; other files are ignored.

    Attributes
    ----------
    root
        The folder. Of its subfolders, those named ``sub-<id>`` are searched.
    repetition_time
        Seconds from one frame to the next. May be None if every file is a ptseries,
        which stores it, or has a BIDS sidecar with ``RepetitionTime``
        (``<same name>.json``, or one above it, such as ``task-rest_bold.json``: see
        `sidecars_of`). If given, all must agree.
    subjects
        A CSV table of the subjects to use (see `read_subjects`); None for all.
    group_column
        Column of `subjects` that holds ``train`` or ``test``: whose scans train the cohort model.
    subject_column
        Column of `subjects` that names the subject.
    regions
        A table of the regions (see `read_region_table`) in the order of the columns.
        Without it names come from the files; regions of NumPy files, which have no names, are
        called ``region-001`` and so on.
    file_pattern
        Pattern of the files to read, such as ``*task-rest*seg-Glasser*``; None for all.
    link_roots
        Folders outside `root` that links in it may lead to, such as the objects of
        git-annex; none unless the study lists them.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> scan = np.random.default_rng(0).normal(size=(100, 4))
    >>> np.save(folder / "sub-01_ses-1.npy", scan)
    >>> source = ArrayFolder(folder, repetition_time=0.72)
    >>> source.load(source.sessions()[0]).n_frames
    100
    """

    root: Path
    repetition_time: Annotated[float | None, Field(gt=0)] = None
    subjects: Annotated[Path | None, CHOOSES_SESSIONS] = None
    group_column: Annotated[str | None, CHOOSES_SESSIONS] = None
    regions: Path | None = None
    subject_column: Annotated[str, CHOOSES_SESSIONS] = "Subject"
    file_pattern: Annotated[str | None, CHOOSES_SESSIONS] = None
    link_roots: Annotated[tuple[Path, ...], CHOOSES_SESSIONS] = ()

    def __post_init__(self) -> None:
        if self.repetition_time is not None:
            problem = repetition_time_problem(self.repetition_time)
            if problem:
                raise StudyError(f"repetition_time: {problem}")

    @property
    def notice(self) -> str | None:
        """None: the terms of use of these files are unknown."""
        return None

    @property
    def design(self) -> Design:
        """Two scans."""
        return "test-retest"

    def shared_files(self) -> tuple[Path, ...]:
        """Return the table of regions, if there is one."""
        return () if self.regions is None else (self.regions,)

    def region_files(self) -> tuple[Path, ...]:
        """Return the table of regions, or the scan whose columns name them."""
        if self.regions is not None:
            return (self.regions,)
        return (self._first.path,)

    def sessions(self) -> tuple[Session, ...]:
        """Return every session with its files, in the order of the runs; no file is opened.

        Raises
        ------
        IdentifierError
            If a file's name is invalid.
        CohortError
            If a run occurs twice, a listed subject has no file, or there is no session.
        StudyError
            If the folder doesn't exist, or a required repetition time is missing.
        ScanError
            If a file lies outside the folder.
        """
        return self.listing().complete()

    def listing(self) -> Listing:
        """Return every session with its files, and the files and rows that aren't sessions.

        Raises
        ------
        CohortError
            If there is no session.
        StudyError
            If the folder doesn't exist, or a required repetition time is missing.
        """
        listed = self._listed()
        tree = ArrayTree(self.root, self.file_pattern, self.link_roots)
        scans, refused = tree.runs(
            listed.wants if listed is not None else lambda *_: True, self._require_time
        )
        if listed is not None:
            refused |= listed.without_scan(scans)
        if not scans:
            for problem in refused.values():
                raise problem
            raise self._without_series()
        sessions = (
            Session(
                subject=subject,
                session=session,
                files=tuple(runs[number] for number in sorted(runs)),
                group=listed.group(subject, session) if listed else None,
            )
            for (subject, session), runs in scans.items()
        )
        return Listing(tuple(sorted(sessions)), refused)

    def _without_series(self) -> CohortError:
        pattern = f" that matches {self.file_pattern!r}" if self.file_pattern else ""
        files = islice((path for path in self.root.rglob("*") if path.is_file()), _LOOKED_AT)
        found = "" if pattern else found_in_words(list(files))
        return CohortError(
            f"{self.root}: must hold files sub-<id>_ses-<id>[_run-<n>] "
            f"ending in {', '.join(READERS)}; it holds {found or f'none{pattern}'}"
        )

    def load(self, session: Session) -> TimeSeries:
        """Read one session, one run per file.

        Raises
        ------
        ScanError
            If a file can't be read, or its regions or repetition time differ from those of
            the study or of the other files.
        """
        require_session(session)
        if not session.files:
            raise ScanError(f"{session.key}: a session must have at least one file; it has none")
        files = [self._read(path) for path in session.files]
        table = self.region_table()
        for file in files:
            self._check_regions(file.path, file.values.shape[1], file.regions, table)
        return TimeSeries(
            runs=tuple(file.values for file in files),
            repetition_time=self._common_repetition_time(
                [(file.path, file.repetition_time) for file in files]
            ),
            regions=table.regions,
        )

    def probe(self, session: Session) -> None:
        """Read a session's files, which are small, to check them.

        Raises
        ------
        ScanError
            If a file doesn't match its ending.
        """
        for path in session.files:
            self._read(path)

    def shape(self, session: Session) -> SessionShape:
        """Return the frames of every run and the regions from the headers of a session's files.

        Raises
        ------
        ScanError
            If a file can't be read.
        """
        files = [self._shape(path) for path in session.files]
        runs = tuple(file.frames for file in files)
        if self.regions is not None:
            for path, file in zip(session.files, files, strict=True):
                self._check_regions(path, file.regions or 0, file.names, self.region_table())
        headers = [file.repetition_time for file in files]
        time = self._common_repetition_time([*zip(session.files, headers, strict=True)])
        return SessionShape(runs, files[0].regions, time, files[0].names)

    def _shape(self, path: Path) -> SessionShape:
        return shape_of_array(inside(self.root, path, self.link_roots))

    def quality(self, session: Session) -> Mapping[str, float]:  # noqa: ARG002
        """Return no measures: from regional means the coverage of regions is unknown."""
        return {}

    def quality_files(self, session: Session) -> tuple[Path, ...]:  # noqa: ARG002
        """None."""
        return ()

    def series_files(self, session: Session) -> tuple[Path, ...]:
        """Return the existing sidecars of a session's files."""
        return tuple(dict.fromkeys(chain.from_iterable(map(self._sidecars, session.files))))

    def _sidecars(self, path: Path) -> tuple[Path, ...]:
        ending = next(ending for ending in READERS if path.name.endswith(ending))
        return sidecars_of(path, ending, self.root)

    def _require_time(self, path: Path) -> None:
        """Require that the study, or something of a file, states the repetition time."""
        states_time = path.name.endswith(".ptseries.nii") or bool(self._sidecars(path))
        if self.repetition_time is None and not states_time:
            raise _untimed(path)

    def region_table(self) -> RegionTable:
        """Return the regions of the given table, or else of the first file.

        Raises
        ------
        InputError
            As `sessions` and `load` do.
        AtlasError
            If the table can't be read.
        """
        return self._table

    @cached_property
    def _table(self) -> RegionTable:
        if self.regions is not None:
            return read_region_table(self.regions)
        first = self._first
        if first.regions is not None:
            return RegionTable.from_names(first.regions)
        n_regions = first.values.shape[1]
        return RegionTable.ungrouped(numbered_regions(n_regions))

    @cached_property
    def _first(self) -> ArrayFile:
        """Return the file that others are compared with: the first of the most common regions.

        A file that can't be read loses its own session and no other.
        """
        unreadable: ScanError | None = None
        every = [session.files[0] for session in self.listing().sessions]
        for path in dict.fromkeys([*chain.from_iterable(self._groups), *every]):
            try:
                return self._read(path)
            except ScanError as error:
                unreadable = unreadable or error
        assert unreadable is not None  # noqa: S101  (listing() returned a session)
        raise unreadable

    @cached_property
    def _groups(self) -> Sequence[Sequence[Path]]:
        """Return groups of files with the same regions, the most common first."""
        paths = [session.files[0] for session in self.listing().sessions]
        return group_by_regions(paths, self._shape)

    def _listed(self) -> SubjectList | None:
        if self.subjects is None:
            return None
        return read_subjects(self.subjects, self.subject_column, self.group_column)

    def _read(self, path: Path) -> ArrayFile:
        file = read_array(inside(self.root, path, self.link_roots))
        # A ptseries stores which axis is time, and a table fixes the number of regions.
        if self.regions is None and not path.name.endswith(".ptseries.nii"):
            require_time_first(file)
        return file

    def _check_regions(
        self, path: Path, n_regions: int, names: tuple[str, ...] | None, table: RegionTable
    ) -> None:
        if n_regions == len(table.regions) and names in (None, table.regions):
            return
        if n_regions != len(table.regions):
            what = f"{n_regions} regions against {len(table.regions)}"
        else:
            own, other = first_difference(names or (), table.regions)
            what = f"{own!r} against {other!r}"
        against = self.regions or self._first.path
        counted = "" if self.regions else f". {groups_in_words(self._groups)}"
        raise ScanError(
            f"{path}: every series must be (time, region) with the same regions in the same order "
            f"as {against}; {what}{counted}"
        )

    def _common_repetition_time(self, headers: Sequence[tuple[Path, float | None]]) -> float:
        """Return the repetition time on which the study, headers and sidecars agree."""
        times = [] if self.repetition_time is None else [("the study", self.repetition_time, 0.0)]
        for path, seconds in headers:
            if seconds is not None:
                times.append((str(path), seconds, 1e-6))
            for sidecar in self._sidecars(path):
                seconds = sidecar_repetition_time(inside(self.root, sidecar, self.link_roots))
                if seconds is not None:
                    times.append((str(sidecar), seconds, ROUNDING * seconds))
                    break  # the nearest
            if not times:
                raise _untimed(path)
        whose, expected, _ = times[0]
        for who, seconds, tolerance in times:
            if abs(seconds - expected) > tolerance:
                raise ScanError(
                    f"{who}: all files must have one repetition time; it has {seconds:g} s and "
                    f"{whose} {expected:g} s"
                )
        return expected


def _untimed(path: Path) -> StudyError:
    return StudyError(
        f"{path}: a repetition time must be given (repetition_time) unless every file is a "
        "ptseries.nii or has a sidecar with RepetitionTime: <same name>.json, or one that it "
        "inherits by BIDS's rules, such as task-rest_bold.json"
    )
