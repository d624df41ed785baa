"""Claims: records which study file owns a store and a name.

Two study files with one name would replace each other's results. A claim counts once something is
stored or being made, so a study that failed before that blocks no other.
"""

import json
import os
from pathlib import Path

from attnconn_assets.study.shipped import is_same_study
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.study.yaml_file import read_keys
from attnconn_core.errors import StudyError

__all__ = [
    "CLAIM",
    "called_before",
    "claim",
    "claimed_before",
    "claimed_by_another",
    "has_results",
    "namesake",
]

CLAIM = "study.json"
"""File in a store, and in Dagster's home, that names the study file that owns it."""


def claim(study: Study, file: Path, home: Path) -> None:
    """Claim a study's store, and its name in Dagster's home, for a study file.

    A file that is renamed or moved keeps both, also if its whole folder is moved.

    Parameters
    ----------
    study, file
        The study, and the file that it was read from.
    home
        Dagster's home, which knows studies by name.

    Raises
    ------
    StudyError
        If another existing study file with stored results has the same store or name.
    """
    if problem := claimed_by_another(study, file, home):
        raise StudyError(problem)
    file = file.resolve()
    for folder in _claimed(study, home):
        if _holder(folder / CLAIM) != file:
            _write(folder / CLAIM, file)


def claimed_by_another(study: Study, file: Path, home: Path) -> str:
    """Return an error message if another study file has the store or the name; write nothing.

    Parameters
    ----------
    study, file, home
        As for `claim`.
    """
    file = file.resolve()
    for folder in _claimed(study, home):
        rival = _holder(folder / CLAIM)
        if rival is None or is_same_study(rival, file):
            continue  # unclaimed, or claimed by this file
        if _holds(rival, study, folder):
            return (
                f"{file}: a study must have a name and a store of its own; {study.name!r} and "
                f"{folder} belong to {rival}: change `name` in one of the two"
            )
    return ""


def namesake(study: Study, file: Path) -> str:
    """Return a message if a study file in the same folder has the same name; otherwise empty."""
    file = file.resolve()
    for other in sorted([*file.parent.glob("*.yaml"), *file.parent.glob("*.yml")]):
        try:
            same = other.resolve() != file and read_keys(other).get("name") == study.name
        except StudyError:  # reported when that study is run
            continue
        if same:
            return (
                f"{other} also has the name {study.name!r}: each study must have its own name and "
                "store, and the first of the two that runs claims them. Change `name` in one"
            )
    return ""


def claimed_before(study: Study, file: Path, home: Path) -> bool:
    """Whether an earlier command has claimed the study's name in Dagster's home for this file."""
    return is_same_study(_holder(home / "studies" / study.name / CLAIM), file.resolve())


def called_before(study: Study, file: Path) -> str:
    """Return a message if this study file has results under a former name; otherwise empty."""
    own, file = study.store_folder.resolve(), file.resolve()
    former = [
        note.parent
        for note in sorted(own.parent.glob(f"*/{CLAIM}"))
        if note.parent.resolve() != own and _holder(note) == file and has_results(note.parent)
    ]
    if not former:
        return ""
    names = " and ".join(repr(folder.name) for folder in former)
    return (
        f"the study in {file} was called {names} before. Its former results, in "
        f"{' and '.join(map(str, former))}, aren't used under the name {study.name!r}: everything "
        f"is made again. Change `name` back to use them, or remove them"
    )


def has_results(store: Path) -> bool:
    """Whether a store holds a partition, or a process is making one."""
    return any(any(store.glob(pattern)) for pattern in ("*/*.json", "*/.making-*"))


def _claimed(study: Study, home: Path) -> tuple[Path, Path]:
    return study.store_folder, home / "studies" / study.name


def _holder(note: Path) -> Path | None:
    try:
        written = json.loads(note.read_text(encoding="utf-8"))["study"]
        return (note.parent / written).resolve()
    except (OSError, ValueError, KeyError, TypeError):  # unclaimed, or damaged
        return None


def _holds(rival: Path, study: Study, folder: Path) -> bool:
    """Whether another study file exists and has results under this name or in this store."""
    if not rival.is_file():
        return False
    try:
        other = load_study(rival)
    except StudyError:  # it may be corrected later, and its results may be here
        return folder != study.store_folder or has_results(folder)
    same_store = other.store_folder.resolve() == study.store_folder.resolve()
    return (other.name == study.name or same_store) and has_results(other.store_folder)


def _write(note: Path, file: Path) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    drawn_up = note.with_name(f".{note.name}.{os.getpid()}")
    held = os.path.relpath(file, note.parent.resolve())
    drawn_up.write_text(json.dumps({"study": held}), encoding="utf-8")
    os.replace(drawn_up, note)
