"""Finding the scans of a BIDS dataset: the files of its folders ``sub-<id>``."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attnconn_core.errors import CohortError, IdentifierError, InputError, StudyError
from attnconn_core.records import check_identifier
from attnconn_core.sources.bids.entities import BidsName, read_bids_name
from attnconn_core.sources.files import existing_folder, is_dangling
from attnconn_core.sources.misjoined import with_underscores
from attnconn_core.sources.stray_files import is_hidden, stray_copy

__all__ = ["Refused", "find_scans", "gifti_series", "runs_of_sessions"]

# Folders of a subject that hold no series of scans, and many other files.
_NO_SCANS = frozenset({"anat", "dwi", "figures", "fmap", "log", "xfm"})

NamedScans = list[tuple[Path, BidsName]]
Refused = dict[str, InputError]
_Run = tuple[int, str, str]  # number, as it is written, phase-encoding direction


def find_scans(root: Path, suffixes: Mapping[str, str]) -> tuple[NamedScans, Refused]:
    """Return the scans below a dataset's folder, and the files that should be some but aren't.

    Parameters
    ----------
    root
        The folder of the dataset.
    suffixes
        Ending of a scan → its suffix.

    Raises
    ------
    StudyError
        If there is no such folder, or it holds no folder ``sub-<id>``.
    """
    root = existing_folder(root, "the root of a BIDS dataset")
    folders = [p for p in sorted(root.iterdir()) if p.name.startswith("sub-") and p.is_dir()]
    if not folders:
        raise StudyError(
            f"root: must be the folder of a BIDS dataset, with folders sub-<id>; {root} holds "
            f"none. Is it one of the folders in it? {_folders_in(root)}"
        )
    scans: NamedScans = []
    refused: Refused = {}
    for folder in folders:
        if stray := stray_copy(folder):
            refused[folder.name] = stray
            continue
        for path in _files_of(folder, tuple(suffixes)):
            try:
                name = _name_of(path, folder, suffixes)
            except InputError as problem:
                refused[path.name] = problem
            else:
                scans += [] if name is None else [(path, name)]
    return scans, refused


def gifti_series(root: Path) -> Path | None:
    """Return the first series of a dataset on a surface in GIFTI; None if there is none."""
    folders = (path for path in sorted(root.glob("sub-*")) if path.is_dir())
    files = (path for folder in folders for path in _files_of(folder, ("_bold.func.gii",)))
    return next(files, None)


def runs_of_sessions(
    scans: Sequence[tuple[Path, BidsName]], check: Callable[[Path], object]
) -> tuple[dict[tuple[str, str], list[Path]], Refused]:
    """Return (subject, session) → scans in the order of their runs, and the sessions refused.

    Parameters
    ----------
    scans
        Scans of one kind.
    check
        Raises an `InputError` for a scan that can't be used; its session is refused then.
    """
    sessions: dict[tuple[str, str], dict[_Run, Path]] = defaultdict(dict)
    refused: dict[tuple[str, str], InputError] = {}
    for path, name in scans:
        who = (name.subject, name.session)
        run = name.entities.get("run", "")
        which = (int(run) if run.isdecimal() else -1, run, name.entities.get("dir", ""))
        try:
            _require_other_runs(path, which, sessions[who])
            check(path)
        except InputError as problem:
            refused.setdefault(who, problem)
        sessions[who][which] = path
    return {
        who: [runs[which] for which in sorted(runs)]
        for who, runs in sessions.items()
        if who not in refused
    }, {f"sub-{subject}_ses-{session}": why for (subject, session), why in refused.items()}


def _require_other_runs(path: Path, which: _Run, runs: Mapping[_Run, Path]) -> None:
    """Require that a scan is none of the session's runs so far, and that all have a run or none.

    XCP-D's ``--combine-runs`` writes the runs once more as one file without a run in its name.
    """
    if which in runs:
        raise CohortError(f"every run may occur only once; there are {runs[which]} and {path}")
    other = next((runs[run] for run in runs if bool(run[1]) != bool(which[1])), None)
    if other is not None:
        combined, part = (other, path) if which[1] else (path, other)
        raise CohortError(
            "either all scans of a session or none must have a run in their names, because one "
            f"without may hold the others once more; there are {part} and {combined.name}. Choose "
            "in the study: select: {run: '*'} for the runs, or select: {run: null}"
        )


def _files_of(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    paths: list[Path] = []
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in _NO_SCANS and not is_hidden(name)
        )
        paths += [
            Path(at, name)
            for name in sorted(names)
            if name.endswith(endings) and not is_hidden(name)
        ]
    return paths


def _name_of(path: Path, folder: Path, suffixes: Mapping[str, str]) -> BidsName | None:
    """Return the parts of a scan's name; None if the file is no scan.

    Raises
    ------
    InputError
        If it should be one, but has a name that can't be read, or lies in another subject's
        folder.
    """
    ending = next(known for known in suffixes if path.name.endswith(known))
    is_named = f"_{suffixes[ending]}" in path.name
    if not is_named or not (path.is_file() or is_dangling(path)):
        return None
    if stray := stray_copy(path):
        raise stray
    name = read_bids_name(path)
    # A dense series ends in .nii, too, and fMRIPrep's confounds are named timeseries.tsv.
    if suffixes.get(name.ending) != name.suffix or name.entities.get("desc") == "confounds":
        return None
    meant = with_underscores(path.name)
    if meant != path.name:
        raise IdentifierError(
            f"{path}: the parts of a name must be separated by underscores, as in "
            f"sub-<id>_ses-<id>_task-<label>; got {path.name!r}: did you mean {meant}?"
        )
    check_identifier(name.subject, f"{path}: the subject in the name")
    check_identifier(name.session, f"{path}: the session in the name")
    inside = [part for part in path.relative_to(folder.parent).parts[:-1] if "-" in part]
    own = [f"{key}-{name.entities.get(key)}" for key in ("sub", "ses")]
    wrong = next(
        (part for part in inside if part.startswith(("sub-", "ses-")) and part not in own), ""
    )
    if wrong:
        raise IdentifierError(
            f"{path}: a scan must lie in the folder of its subject and session; it lies in "
            f"{wrong}. Move or rename it"
        )
    return name


def _folders_in(root: Path) -> str:
    names = [path.name for path in sorted(root.iterdir()) if path.is_dir()]
    return ", ".join(names[:5]) or "It has no folders"
