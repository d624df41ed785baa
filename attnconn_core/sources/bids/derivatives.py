"""Derivatives of fMRIPrep and XCP-D, named and laid out as BIDS says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import numpy as np
from jaxtyping import Float64
from pydantic import Field

from attnconn_core.checks import require_whole
from attnconn_core.errors import InputError, ScanError, StudyError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources.base import Design, Listing, require_session
from attnconn_core.sources.bids.cleaning import Band
from attnconn_core.sources.bids.entities import BidsName, read_bids_name
from attnconn_core.sources.bids.listing import list_sessions
from attnconn_core.sources.bids.readers import Reader, reader_of
from attnconn_core.sources.bids.scan_cleaning import Cleaning, ScanTreatment
from attnconn_core.sources.bids.selection import suffixes_for
from attnconn_core.sources.bids.session_scans import SessionScans
from attnconn_core.sources.bids.settings import Confounds, Scrub
from attnconn_core.sources.bids.timing import sidecars_of_scan
from attnconn_core.sources.files import inside
from attnconn_core.sources.keys import CHOOSES_SESSIONS
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.subjects import read_subjects

__all__ = ["BidsDerivatives"]


@dataclass(frozen=True)
class BidsDerivatives:
    """Derivatives of fMRIPrep, parcellated and cleaned here, or of XCP-D, which cleaned them.

    Attributes
    ----------
    root
        The folder of the dataset, with one folder ``sub-<id>`` per subject. Sessions come from
        the entity ``ses``; they are ``test`` where names have none.
    atlas
        A ``dlabel.nii`` file for scans on the surface (``bold.dtseries.nii``), or a label image
        ``.nii.gz`` in the voxels of the scans (``bold.nii.gz``). None for series that XCP-D
        parcellated (``timeseries.ptseries.nii`` or ``.tsv``).
    labels
        The table of a label image's labels: ``index`` and ``name``. By default the ``.tsv``
        beside the image.
    drop_labels
        Names of the atlas's labels that are no regions.
    task
        Task of the scans, such as ``rest``; may be left out if all have the same.
    space
        Space of the scans, such as ``fsLR``; may be left out if all have the same.
    select
        Values of further entities: ``{seg: Glasser, res: 2}``; null for scans without one,
        ``"*"`` for all that have one.
    confounds
        Confounds to regress out of scans of fMRIPrep (required for these: an empty ``strategy``
        for none); see `Confounds`. Scans of XCP-D are clean already, and need none of these keys.
    scrub
        Limits of motion; none by default. Frames above them take no part in cleaning, and one run
        ends before them and another begins after.
    min_segment
        Frames of the shortest run that is kept between frames that are left out.
    high_pass
        Frequency in Hz below which a filter removes the signal; none by default.
    low_pass
        Frequency in Hz above which a filter removes the signal; none by default, because it
        makes frames alike that follow each other, which changes what methods with lags find.
    repetition_time
        Seconds from one frame to the next, for tables without a sidecar that states it. If given,
        all scans must agree.
    subjects
        A CSV table of the subjects to use (see `read_subjects`); None for all.
    subject_column
        Column of `subjects` that names the subject.
    group_column
        Column of `subjects` that holds ``train`` or ``test``: whose scans train the cohort model.
    link_roots
        Folders outside `root` that links in it may lead to, such as the objects of
        git-annex; none unless the study lists them.

    Examples
    --------
    >>> source = BidsDerivatives(
    ...     Path("/data/derivatives/fmriprep"),
    ...     atlas=Path("/data/Schaefer2018_100Parcels_17Networks_order.dlabel.nii"),
    ...     confounds=Confounds(strategy=("motion", "wm_csf", "high_pass")),
    ... )
    >>> series = source.load(source.sessions()[0])  # doctest: +SKIP
    """

    root: Path
    atlas: Path | None = None
    labels: Path | None = None
    drop_labels: tuple[str, ...] = ()
    task: Annotated[str | None, CHOOSES_SESSIONS] = None
    space: Annotated[str | None, CHOOSES_SESSIONS] = None
    select: Annotated[Mapping[str, str | int | None] | None, CHOOSES_SESSIONS] = None
    confounds: Confounds | None = None
    scrub: Scrub | None = None
    min_segment: Annotated[int, Field(ge=1)] = 5
    high_pass: Annotated[float | None, Field(gt=0)] = None
    low_pass: Annotated[float | None, Field(gt=0)] = None
    repetition_time: Annotated[float | None, Field(gt=0)] = None
    subjects: Annotated[Path | None, CHOOSES_SESSIONS] = None
    subject_column: Annotated[str, CHOOSES_SESSIONS] = "Subject"
    group_column: Annotated[str | None, CHOOSES_SESSIONS] = None
    link_roots: Annotated[tuple[Path, ...], CHOOSES_SESSIONS] = ()

    def __post_init__(self) -> None:
        suffixes_for(self.atlas)
        require_whole("min_segment", self.min_segment, 1)
        self._cleaning  # noqa: B018  (raises if limits of the filter are in the wrong order)
        if self.high_pass and self.confounds and "high_pass" in self.confounds.strategy:
            raise StudyError(
                "slow drifts must be removed once; got high_pass in confounds.strategy, which is "
                f"fMRIPrep's cosines, and the filter high_pass: {self.high_pass:g}. Take one out"
            )

    @property
    def notice(self) -> str | None:
        """None: the terms of use of these files are unknown."""
        return None

    @property
    def design(self) -> Design:
        """Two scans."""
        return "test-retest"

    def region_table(self) -> RegionTable:
        """Return the regions of the atlas, or of the first parcellated series.

        Raises
        ------
        InputError
            If the atlas, or the series, can't be read.
        """
        return self._reader.table

    def region_notes(self) -> tuple[str, ...]:
        """Return notes on the atlas."""
        return self._reader.notes

    def region_files(self) -> tuple[Path, ...]:
        """Return the atlas, or the first parcellated series."""
        return self._reader.files or self.listing().sessions[0].files[:1]

    def shared_files(self) -> tuple[Path, ...]:
        """Return the atlas, its table, and the scans that show which labels are no regions."""
        try:
            return self._reader.files
        except InputError:  # reported when a session is loaded
            return tuple(path for path in (self.atlas, self.labels) if path is not None)

    def sessions(self) -> tuple[Session, ...]:
        """Return every session with its files, in the order of the runs; no file is opened.

        Raises
        ------
        InputError
            If a name breaks the rules, a run occurs twice, a table of confounds is missing, a
            listed subject has no scan, or `listing` raises.
        """
        return self.listing().complete()

    def listing(self) -> Listing:
        """Return every session with its files, and the files and rows that aren't sessions.

        Raises
        ------
        StudyError
            If the folder is no dataset, or the study cleans scans that are clean, or doesn't say
            how to clean others.
        CohortError
            If there is no scan, or scans of several tasks, spaces or other kinds.
        """
        listed = None
        if self.subjects is not None:
            listed = read_subjects(self.subjects, self.subject_column, self.group_column)
        return list_sessions(
            self.root, self.atlas, self._wanted, listed, self._treatment_of, self._inside
        )

    def load(self, session: Session) -> TimeSeries:
        """Read one session: parcellated, cleaned, and split into runs.

        Raises
        ------
        ScanError
            If a file can't be read, its tables don't fit it, repetition times differ, or no
            frame is left.
        AtlasError
            If the atlas doesn't fit a scan.
        """
        require_session(session)
        if not session.files:
            raise ScanError(f"{session.key}: a session must have at least one file; it has none")
        return self._scans(session).series()

    def probe(self, session: Session) -> None:
        """Read the headers and tables of a session, to check them.

        Raises
        ------
        InputError
            As `load` does, as far as headers and tables show it.
        """
        self.shape(session)

    def shape(self, session: Session) -> SessionShape:
        """Return the frames of every run, after splitting, from headers and tables.

        Raises
        ------
        InputError
            As `load` does, as far as headers and tables show it.
        """
        return self._scans(session).shape()

    def quality(self, session: Session) -> Mapping[str, float]:
        """Return coverage and motion, if known, and what was left out.

        Returns
        -------
        ``coverage_min``, ``coverage_mean``, ``motion_mean``, ``motion_max`` (of all frames, also
        those left out); numbers of frames left out: ``unsteady_frames`` before the steady state,
        ``scrubbed_frames`` because of motion, ``short_segment_frames`` between such frames;
        ``degrees_of_freedom`` that cleaning leaves.

        Raises
        ------
        InputError
            As `load` does.
        """
        return self._scans(session).quality()

    def motion(self, session: Session) -> tuple[Float64[np.ndarray, " frame"], ...]:
        """Return the framewise displacement of every file; empty unless all have a table of it.

        Raises
        ------
        ScanError
            If a table can't be read, or differs in length from its scan.
        """
        return self._scans(session).motion()

    def coverage(self, session: Session) -> Mapping[str, float]:
        """Return the share of every region with a signal, the least over runs; empty if unknown.

        Raises
        ------
        ScanError, AtlasError
            As `load` does.
        """
        return self._scans(session).coverage()

    def series_files(self, session: Session) -> tuple[Path, ...]:
        """Return the sidecars and tables beside a session's scans."""
        treatment = self._treatment(session)
        tables: list[Path] = []
        for path in session.files:
            tables += [*sidecars_of_scan(path, self.root), *treatment.tables(path)]
        return tuple(map(self._inside, dict.fromkeys(tables)))

    def quality_files(self, session: Session) -> tuple[Path, ...]:
        """Return the tables of motion, and of what is left out."""
        treatment = self._treatment(session)
        tables: list[Path] = []
        for path in session.files:
            motion = treatment.motion_file(path)
            tables += [*treatment.tables(path), *([] if motion is None else [motion])]
        return tuple(dict.fromkeys(tables))

    def _inside(self, path: Path) -> Path:
        return inside(self.root, path, self.link_roots)

    @property
    def _cleaning(self) -> Cleaning:
        band = Band(self.high_pass, self.low_pass)
        return Cleaning(self.confounds, self.scrub, band, self.min_segment)

    def _treatment_of(self, name: BidsName) -> ScanTreatment:
        return self._cleaning.of(name.ending, name.entities.get("desc"))

    def _treatment(self, session: Session) -> ScanTreatment:
        return self._treatment_of(read_bids_name(session.files[0]))

    @property
    def _wanted(self) -> dict[str, str | None]:
        """Entity → the value that the study chooses."""
        own = {"task": self.task, "space": self.space}
        further = {k: None if v is None else str(v) for k, v in (self.select or {}).items()}
        return {key: value for key, value in own.items() if value is not None} | further

    @cached_property
    def _reader(self) -> Reader:
        scans = tuple(session.files[0] for session in self.listing().sessions)
        return reader_of(self.atlas, self.labels, self.drop_labels, scans)

    def _scans(self, session: Session) -> SessionScans:
        files = tuple(map(self._inside, session.files))
        treatment = self._treatment(session)
        return SessionScans(
            session.key, files, self.root, self._reader, treatment, self.repetition_time
        )
