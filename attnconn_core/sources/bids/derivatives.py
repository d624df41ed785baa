"""Derivatives of fMRIPrep and XCP-D, named and laid out as BIDS says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from jaxtyping import Float32, Float64
from pydantic import Field

from attnconn_core.checks import require_whole
from attnconn_core.errors import InputError, ScanError, StudyError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources.base import Design, Listing, require_session
from attnconn_core.sources.bids.cleaning import Band
from attnconn_core.sources.bids.companions import label_table_beside
from attnconn_core.sources.bids.entities import BidsName, read_bids_name
from attnconn_core.sources.bids.frames import KeptFrames
from attnconn_core.sources.bids.readers import DenseReader, ParcelReader, Reader, VolumeReader
from attnconn_core.sources.bids.scan_cleaning import Cleaning, ScanTreatment
from attnconn_core.sources.bids.selection import scans_of_study, suffixes_for
from attnconn_core.sources.bids.settings import Confounds, Scrub
from attnconn_core.sources.bids.timing import repetition_time_of, sidecars_of_scan
from attnconn_core.sources.bids.tree import runs_of_sessions
from attnconn_core.sources.files import inside
from attnconn_core.sources.keys import CHOOSES_SESSIONS
from attnconn_core.sources.motion import motion_measures
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.subjects import read_subjects

__all__ = ["BidsDerivatives"]

# Seconds; repetition times of runs that differ by less are the same, but for rounding.
_ROUNDED = 1e-6


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
        further = {k: None if v is None else str(v) for k, v in (self.select or {}).items()}
        own = {"task": self.task, "space": self.space}
        wanted = {key: value for key, value in own.items() if value is not None} | further
        scans, refused = scans_of_study(self.root, self.atlas, wanted, listed)
        self._treatment_of(scans[0][1])
        runs, unusable = runs_of_sessions(scans, self._check)
        refused |= unusable
        if listed is not None:
            refused |= listed.without_scan((name.subject, name.session) for _, name in scans)
        if not runs:
            raise next(iter(refused.values()))
        sessions = (
            Session(*who, tuple(files), listed.group(*who) if listed else None)
            for who, files in runs.items()
        )
        return Listing(tuple(sorted(sessions)), refused)

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
        headers, seconds = self._headers(session)
        treatment = self._treatment(session)
        runs: list[Float32[np.ndarray, "time region"]] = []
        for path in session.files:
            runs += treatment.runs(path, self._reader.read(self._inside(path), seconds))
        if not runs:
            raise self._no_frames(session, self._frames(session, headers, seconds))
        return TimeSeries(tuple(runs), seconds, self.region_table().regions)

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
        headers, seconds = self._headers(session)
        frames = self._frames(session, headers, seconds)
        runs = tuple(length for each in frames for length in each.lengths)
        if not runs:
            raise self._no_frames(session, frames)
        return SessionShape(runs, headers[0].regions, seconds, headers[0].names)

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
        held = np.array([*self.coverage(session).values()])
        coverage = {"coverage_min": held.min(), "coverage_mean": held.mean()} if held.size else {}
        frames = self._frames(session, *self._headers(session))
        measured = {
            **coverage,
            "unsteady_frames": sum(each.unsteady for each in frames),
            "scrubbed_frames": sum(each.scrubbed for each in frames),
            "short_segment_frames": sum(each.short for each in frames),
        }
        freedom = [each.freedom for each in frames if each.freedom is not None]
        if freedom:
            measured["degrees_of_freedom"] = sum(freedom)
        motion = self.motion(session)
        moved = motion_measures([np.concatenate(motion)] if motion else [])
        return {name: float(value) for name, value in measured.items()} | moved

    def motion(self, session: Session) -> tuple[Float64[np.ndarray, " frame"], ...]:
        """Return the framewise displacement of every file; empty unless all have a table of it.

        Raises
        ------
        ScanError
            If a table can't be read, or differs in length from its scan.
        """
        treatment = self._treatment(session)
        headers, _ = self._headers(session)
        found = [
            treatment.motion(path, header.frames)
            for path, header in zip(session.files, headers, strict=True)
        ]
        known = tuple(each for each in found if each is not None)
        return known if len(known) == len(found) else ()

    def coverage(self, session: Session) -> Mapping[str, float]:
        """Return the share of every region with a signal, the least over runs; empty if unknown.

        Raises
        ------
        ScanError, AtlasError
            As `load` does.
        """
        files = tuple(map(self._inside, session.files))
        least = _least_coverage(files, self._reader)
        return dict(zip(self.region_table().regions, least, strict=True)) if least else {}

    def series_files(self, session: Session) -> tuple[Path, ...]:
        """Return the sidecars and tables beside a session's scans."""
        treatment = self._treatment(session)
        found: list[Path] = []
        for path in session.files:
            found += [*sidecars_of_scan(path, self.root), *treatment.tables(path)]
        return tuple(map(self._inside, dict.fromkeys(found)))

    def quality_files(self, session: Session) -> tuple[Path, ...]:
        """Return the tables of motion, and of what is left out."""
        treatment = self._treatment(session)
        found: list[Path] = []
        for path in session.files:
            motion = treatment.motion_file(path)
            found += [*treatment.tables(path), *([] if motion is None else [motion])]
        return tuple(dict.fromkeys(found))

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

    def _check(self, path: Path) -> None:
        """Raise an error if a scan, or a table that it needs, isn't there."""
        self._inside(path)
        for table in self._treatment_of(read_bids_name(path)).tables(path):
            self._inside(table)

    @cached_property
    def _reader(self) -> Reader:
        scans = tuple(session.files[0] for session in self.listing().sessions)
        if self.atlas is None:
            return ParcelReader(scans)
        if self.atlas.name.endswith(".dlabel.nii"):
            return DenseReader(self.atlas, self.drop_labels, scans)
        labels = self.labels or label_table_beside(self.atlas)
        if labels is None:
            raise StudyError(
                f"labels: a label image needs a table of its labels, with the columns index and "
                f"name; none lies beside {self.atlas}. Name it in the study"
            )
        return VolumeReader(self.atlas, labels, self.drop_labels)

    def _headers(self, session: Session) -> tuple[list[SessionShape], float]:
        """Return the shape of every scan, and the repetition time of all."""
        headers = [self._reader.shape(self._inside(path)) for path in session.files]
        told = [
            repetition_time_of(path, self.root, header.repetition_time, self.repetition_time)
            for path, header in zip(session.files, headers, strict=True)
        ]
        for path, seconds in zip(session.files, told, strict=True):
            if abs(seconds - told[0]) > _ROUNDED:
                raise ScanError(
                    f"{session.key}: all runs must have one repetition time; "
                    f"{session.files[0].name} has {told[0]:g} s and {path.name} {seconds:g} s"
                )
        return headers, told[0]

    def _frames(
        self, session: Session, headers: Sequence[SessionShape], seconds: float
    ) -> list[KeptFrames]:
        treatment = self._treatment(session)
        return [
            treatment.frames(path, header.frames, seconds)
            for path, header in zip(session.files, headers, strict=True)
        ]

    def _no_frames(self, session: Session, frames: Sequence[KeptFrames]) -> ScanError:
        return ScanError(
            f"{session.key}: scrubbing must leave a run of {self.min_segment} frames (min_segment) "
            f"or more; none is left, {sum(each.scrubbed for each in frames)} frames moved too much "
            f"and {sum(each.short for each in frames)} lie between such frames. Raise "
            "scrub.fd_threshold, or leave the session out (exclude.sessions)"
        )


# Cached for one session at a time, whose quality and regions are computed together.
@lru_cache(maxsize=1)
def _least_coverage(files: tuple[Path, ...], reader: Reader) -> tuple[float, ...]:
    found = [reader.coverage(path) for path in files]
    known = [each for each in found if each is not None]
    return tuple(np.min(known, axis=0).tolist()) if len(known) == len(found) else ()
