"""HCP subjects as ConnectomeDB unpacks them: dense series in either of two layouts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from jaxtyping import Float64
from pydantic import Field

from attnconn_core.errors import CohortError, InputError, ScanError, StudyError
from attnconn_core.parcellation import RegionTable, read_scan_header
from attnconn_core.records import Session, TimeSeries
from attnconn_core.sources.base import Design, Listing, require_session
from attnconn_core.sources.coverage import coverage_measures, least_coverage
from attnconn_core.sources.dense_series import DenseReader
from attnconn_core.sources.files import existing_folder, inside, is_dangling, matching, the_one
from attnconn_core.sources.keys import CHOOSES_SESSIONS, StudyKey
from attnconn_core.sources.motion import MOTION_FILE, motion_measures, read_relative_rms
from attnconn_core.sources.scan_names import split_retest
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.stray_files import is_hidden, stray_copies, stray_copy
from attnconn_core.sources.subjects import SubjectList, read_subjects

__all__ = ["HcpTree"]

_RESULTS = Path("MNINonLinear", "Results")
_CONCATENATED = "rfMRI_REST"
_LAYOUT = Literal["concatenated", "runs"]
# rfMRI_REST1_LR at 3T; rfMRI_REST1_7T_PA is another scanner with another TR.
_RUN = re.compile(r"rfMRI_REST\d+[a-z]?_(?:LR|RL|AP|PA)")


@dataclass(frozen=True)
class HcpTree:
    """Resting-state scans below ``<root>/<subject>/MNINonLinear/Results``.

    Attributes
    ----------
    root
        The folder with one folder per subject. ``<subject>_retest`` is the subject's
        session ``retest``, ``<subject>_V1_MR`` (HCP Aging and Development) session ``V1``;
        others are ``test``; see `split_scan_name`.
    atlas
        A ``dlabel.nii`` file. Labels without a vertex in the scans of the first three sessions,
        such as a label of the medial wall, are no regions.
    drop_labels
        Names of the atlas's labels that are no regions, such as ``L_unknown``.
    subjects
        A CSV table of the subjects to use (see `read_subjects`); None for every subject
        folder.
    file_pattern
        Pattern that selects one of several preprocessed versions.
    layout
        ``"concatenated"``: all runs in one file in ``rfMRI_REST``. ``"runs"``: one file
        per run in ``rfMRI_REST1_LR`` and so on. None for the layout that exists.
    frames_per_run
        Number of frames after which a concatenated file is cut into runs.
    run_lengths
        Numbers of frames of the runs of a concatenated file, where they differ. They replace
        `frames_per_run`.
    subject_column
        Column of `subjects` that names the subject.
    group_column
        Column of `subjects` that holds ``train`` or ``test``: whose scans train the cohort model.
    link_roots
        Folders outside `root` that links in it may lead to, such as the objects of
        git-annex, or ``HCP_Retest``; none unless the study lists them.

    Examples
    --------
    >>> source = HcpTree(Path("/data/hcp"), Path("/data/atlas.dlabel.nii"))  # doctest: +SKIP
    >>> series = source.load(source.sessions()[0])  # doctest: +SKIP
    """

    root: Path
    citation: ClassVar[str] = "Van Essen 2013; Glasser 2013"

    atlas: Path
    subjects: Annotated[Path | None, CHOOSES_SESSIONS] = None
    file_pattern: str = "*_Atlas_MSMAll*clean*.dtseries.nii"
    layout: Annotated[str | None, StudyKey(kind=_LAYOUT | None)] = None
    frames_per_run: Annotated[int, Field(ge=1)] = 1200
    run_lengths: tuple[int, ...] | None = None
    subject_column: Annotated[str, CHOOSES_SESSIONS] = "Subject"
    group_column: Annotated[str | None, CHOOSES_SESSIONS] = None
    drop_labels: tuple[str, ...] = ()
    link_roots: Annotated[tuple[Path, ...], CHOOSES_SESSIONS] = ()

    def __post_init__(self) -> None:
        if self.layout not in (None, "concatenated", "runs"):
            raise StudyError(f"layout must be 'concatenated' or 'runs'; got {self.layout!r}")
        for length in (self.frames_per_run, *(self.run_lengths or ())):
            if length < 1:
                raise StudyError(f"a run must have at least 1 frame; got {length}")

    @property
    def notice(self) -> str | None:
        """None: users accept HCP's terms when they download the data."""
        return None

    @property
    def design(self) -> Design:
        """Two scans on two days."""
        return "test-retest"

    def region_table(self) -> RegionTable:
        """Return the regions of the atlas with a vertex in the first sessions' scans.

        Raises
        ------
        AtlasError
            If the atlas can't be read.
        """
        return self._reader.table

    def shared_files(self) -> tuple[Path, ...]:
        """Return the atlas and, if some of its labels are no regions, the scans that show this."""
        try:
            return self._reader.files
        except InputError:  # reported when a session is loaded
            return (self.atlas,)

    def region_notes(self) -> tuple[str, ...]:
        """Return notes on the atlas, and on its labels that no scan holds."""
        return self._reader.notes

    def sessions(self) -> tuple[Session, ...]:
        """Return every session with its files; no file is opened.

        Raises
        ------
        IdentifierError
            If a subject's name is invalid.
        CohortError
            If a listed subject, or a subject folder, has no scan, or both layouts
            exist and the study doesn't choose.
        ScanError
            If the number of matching files in a folder isn't one, or a file lies outside `root`.
        """
        return self.listing().complete()

    def listing(self) -> Listing:
        """Return every session with its files, and the folders and rows that aren't sessions.

        Raises
        ------
        CohortError
            If both layouts exist and the study doesn't choose, or there is no scan.
        """
        root = existing_folder(self.root, "the root of an HCP tree")
        listed = self._listed()
        sessions: list[Session] = []
        refused: dict[str, InputError] = {}
        scans: dict[tuple[str, str], list[tuple[Path, tuple[Path, ...]]]] = {}
        for folder in sorted(root.iterdir()):
            try:
                if is_hidden(folder.name) or not self._is_subject(folder):
                    continue
                if stray := stray_copy(folder):
                    raise stray
                # Names come from the folder, never from the table, whose subjects are looked up
                # among them.
                subject, session = split_retest(folder.name)
                if listed is not None and not listed.wants(subject, session):
                    continue
                if (subject, session) in scans:
                    raise CohortError(
                        f"every session may occur only once; {folder} is sub-{subject}_"
                        f"ses-{session}, like another folder"
                    )
                scans[subject, session] = self._candidates(folder)
                copies = stray_copies(p for _, paths in scans[subject, session] for p in paths)
                refused |= {path.name: why for path, why in copies.items()}
                files = tuple(
                    self._pick(scan_folder, tuple(path for path in paths if path not in copies))
                    for scan_folder, paths in scans[subject, session]
                )
            except InputError as problem:
                refused[folder.name] = problem
                continue
            if not files:
                refused[folder.name] = CohortError(
                    f"every subject must have a resting-state scan matching "
                    f"{self.file_pattern!r}; {folder} has none. "
                    "Leave it out with a table of subjects (subjects)"
                )
                continue
            group = listed.group(subject, session) if listed else None
            sessions.append(Session(subject=subject, session=session, files=files, group=group))
        self._check_layouts(scans)
        if listed is not None:
            refused |= listed.without_scan(scans)
        if not sessions and refused:
            raise next(iter(refused.values()))
        return Listing(tuple(sorted(sessions)), refused)

    def load(self, session: Session) -> TimeSeries:
        """Read one session's files and average them over regions, run by run.

        Raises
        ------
        ScanError
            If a file can't be read, repetition times differ between runs, or a
            concatenated file can't be cut as the study states.
        AtlasError
            If the atlas doesn't fit, or one of its regions has no vertex in a file.
        """
        require_session(session)
        if not session.files:
            raise ScanError(f"{session.key}: a session must have at least one file; it has none")
        parts = [self._reader.read(self._inside(path)) for path in session.files]
        for path, part in zip(session.files, parts, strict=True):
            if part.repetition_time != parts[0].repetition_time:
                raise ScanError(
                    f"{session.key}: all runs must have one repetition time; "
                    f"{session.files[0]} has {parts[0].repetition_time:g} s and "
                    f"{path} {part.repetition_time:g} s"
                )
        if session.files[0].parent.name == _CONCATENATED:
            return self._cut(session.files[0], parts[0])
        return TimeSeries(
            runs=tuple(part.values for part in parts),
            repetition_time=parts[0].repetition_time,
            regions=parts[0].regions,
        )

    def probe(self, session: Session) -> None:
        """Read the headers of a session's files, to check them.

        Raises
        ------
        ScanError
            If a file isn't a complete dense series.
        """
        for path in session.files:
            read_scan_header(self._inside(path))

    def shape(self, session: Session) -> SessionShape:
        """Return the frames of every run, and the repetition time, from headers.

        Raises
        ------
        ScanError
            If a file isn't a complete dense series, or can't be cut as the study states.
        """
        headers = [read_scan_header(self._inside(path)) for path in session.files]
        runs = tuple(header.n_frames for header in headers)
        if session.files[0].parent.name == _CONCATENATED:
            runs = self._lengths(session.files[0], runs[0])
        return SessionShape(runs, repetition_time=headers[0].repetition_time)

    def quality(self, session: Session) -> Mapping[str, float]:
        """Return the coverage of regions and the motion of the head.

        Motion is known if ``Movement_RelativeRMS.txt`` lies beside every file, as it does in the
        folders of single runs.

        Raises
        ------
        ScanError
            If a scan or a file of motion can't be read.
        AtlasError
            If the atlas doesn't fit.
        """
        measured = coverage_measures(self.coverage(session))
        return measured | motion_measures(self.motion(session))

    def motion(self, session: Session) -> tuple[Float64[np.ndarray, " frame"], ...]:
        """Return the head motion of every file; empty unless all files have it beside them.

        Raises
        ------
        ScanError
            If a file of motion can't be read, or differs in length from its scan.
        """
        beside = self.quality_files(session)
        if not all(path.is_file() for path in beside):
            return ()
        return tuple(
            read_relative_rms(self._inside(path), read_scan_header(scan).n_frames)
            for path, scan in zip(beside, session.files, strict=True)
        )

    def coverage(self, session: Session) -> Mapping[str, float]:
        """Return the share of every region's vertices that hold a signal, the least over runs.

        Raises
        ------
        ScanError, AtlasError
            As `quality` does.
        """
        return least_coverage(tuple(map(self._inside, session.files)), self._reader)

    def quality_files(self, session: Session) -> tuple[Path, ...]:
        """Return the existing files of motion."""
        return tuple(path.parent / MOTION_FILE for path in session.files)

    def _inside(self, path: Path) -> Path:
        return inside(self.root, path, self.link_roots)

    def _is_subject(self, folder: Path) -> bool:
        """Return whether a folder has a subject's layout; a broken link counts as nothing."""
        steps = (folder, folder / _RESULTS.parts[0], folder / _RESULTS)
        for path in filter(is_dangling, steps):
            self._inside(path)
        return steps[1].is_dir()

    @cached_property
    def _reader(self) -> DenseReader:
        try:
            sessions = self.listing().sessions
        except InputError:  # there is no session yet
            sessions = ()
        scans = tuple(session.files[0] for session in sessions)
        return DenseReader(self.atlas, self.drop_labels, scans)

    def _listed(self) -> SubjectList | None:
        if self.subjects is None:
            return None
        return read_subjects(self.subjects, self.subject_column, self.group_column)

    def _candidates(self, folder: Path) -> list[tuple[Path, tuple[Path, ...]]]:
        """Return the scan folders of the allowed layouts, with their matching files."""
        results = folder / _RESULTS
        if not results.is_dir():
            return []
        self._inside(results)
        by_layout: dict[str, list[tuple[Path, tuple[Path, ...]]]] = {"concatenated": [], "runs": []}
        for scan_folder in sorted(results.iterdir()):
            if scan_folder.name == _CONCATENATED or _RUN.fullmatch(scan_folder.name):
                if is_dangling(scan_folder):
                    self._inside(scan_folder)  # raises if it lies outside
                if not scan_folder.is_dir():
                    continue
                which = "concatenated" if scan_folder.name == _CONCATENATED else "runs"
                by_layout[which].append((scan_folder, matching(scan_folder, self.file_pattern)))
        wanted = [self.layout] if self.layout else list(by_layout)
        # A layout exists if one of its files does; then all of its folders must have a file.
        present = [which for which in wanted if any(files for _, files in by_layout[which])]
        if not present:
            return [scan for which in wanted for scan in by_layout[which]][:1]
        return [scan for which in present for scan in by_layout[which]]

    def _pick(self, folder: Path, files: tuple[Path, ...]) -> Path:
        return self._inside(the_one(files, folder, self.file_pattern))

    def _check_layouts(
        self, scans: dict[tuple[str, str], list[tuple[Path, tuple[Path, ...]]]]
    ) -> None:
        first: dict[bool, Path] = {}
        for candidates in scans.values():
            for folder, _ in candidates:
                first.setdefault(folder.name == _CONCATENATED, folder)
        if len(first) > 1:
            raise CohortError(
                "scans must all be concatenated or all be single runs; got both: "
                f"{first[True]} and {first[False]}. Choose in the study: "
                "layout 'concatenated' or 'runs'"
            )

    def _lengths(self, path: Path, n_frames: int) -> tuple[int, ...]:
        """Return the number of frames of every run of a concatenated file."""
        lengths = self.run_lengths or (self.frames_per_run,) * (n_frames // self.frames_per_run)
        if sum(lengths) != n_frames or not lengths:
            rule = (
                f"the run lengths {'+'.join(map(str, lengths))} = {sum(lengths)} frames"
                if self.run_lengths
                else f"whole runs of {self.frames_per_run} frames"
            )
            raise ScanError(f"{path}: a concatenated file must be {rule}; it has {n_frames}")
        return lengths

    def _cut(self, path: Path, series: TimeSeries) -> TimeSeries:
        lengths = self._lengths(path, series.n_frames)
        starts = [sum(lengths[:number]) for number in range(len(lengths))]
        runs = tuple(
            series.values[start : start + length]
            for start, length in zip(starts, lengths, strict=True)
        )
        return TimeSeries(runs=runs, repetition_time=series.repetition_time, regions=series.regions)
