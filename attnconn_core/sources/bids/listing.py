"""The sessions of a dataset, and the files and rows that aren't sessions."""

from collections.abc import Callable, Mapping
from pathlib import Path

from attnconn_core.records import Session
from attnconn_core.sources.base import Listing
from attnconn_core.sources.bids.entities import BidsName, read_bids_name
from attnconn_core.sources.bids.scan_cleaning import ScanTreatment
from attnconn_core.sources.bids.selection import scans_of_study
from attnconn_core.sources.bids.tree import runs_of_sessions
from attnconn_core.sources.subjects import SubjectList

__all__ = ["list_sessions"]


def list_sessions(
    root: Path,
    atlas: Path | None,
    wanted: Mapping[str, str | None],
    subjects: SubjectList | None,
    treatment_of: Callable[[BidsName], ScanTreatment],
    inside: Callable[[Path], Path],
) -> Listing:
    """Return every session with its files, and the files and rows that aren't sessions.

    Parameters
    ----------
    root, atlas, wanted
        As in `scans_of_study`.
    subjects
        The subjects to use; None for all.
    treatment_of
        Returns what is done to a scan, by its name.
    inside
        Returns a path; raises an `InputError` if it lies outside the dataset.

    Raises
    ------
    StudyError
        If the folder is no dataset, or its scans can't be treated as the study says.
    CohortError
        If there is no scan, or scans of several kinds.
    InputError
        If no session can be used: why the first can't.
    """

    def check(path: Path) -> None:
        inside(path)
        for table in treatment_of(read_bids_name(path)).tables(path):
            inside(table)

    scans, refused = scans_of_study(root, atlas, wanted, subjects)
    treatment_of(scans[0][1])  # what can't be done to one scan can't be done to any
    runs, unusable = runs_of_sessions(scans, check)
    refused |= unusable
    if subjects is not None:
        refused |= subjects.without_scan((name.subject, name.session) for _, name in scans)
    if not runs:
        raise next(iter(refused.values()))
    sessions = (
        Session(*who, tuple(files), subjects.group(*who) if subjects else None)
        for who, files in runs.items()
    )
    return Listing(tuple(sorted(sessions)), refused)
