"""Whose store it is: two study files of one name would replace each other's results.

A claim holds once something is stored or being made: a study that was refused before that keeps
nothing from another.
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
"""The note in a store, and in Dagster's home, that says whose it is."""


def claim(study: Study, file: Path, home: Path) -> None:
    """Note that a study file has its store, and its name in Dagster's home.

    A file that was renamed or moved keeps both; so does one whose folder is moved as a whole.

    Parameters
    ----------
    study, file
        The study, and the file that it was read from.
    home
        Of Dagster, which knows studies by name.

    Raises
    ------
    StudyError
        If another study file, which is still there and has stored something, has the same
        store or name.
    """
    if problem := claimed_by_another(study, file, home):
        raise StudyError(problem)
    file = file.resolve()
    for folder in _claimed(study, home):
        if _holder(folder / CLAIM) != file:
            _write(folder / CLAIM, file)


def claimed_by_another(study: Study, file: Path, home: Path) -> str:
    """Say that another study file has the store or the name; empty if none has. Nothing is written.

    Parameters
    ----------
    study, file, home
        As for `claim`.
    """
    file = file.resolve()
    for folder in _claimed(study, home):
        rival = _holder(folder / CLAIM)
        if rival is None or is_same_study(rival, file):
            continue  # nobody's yet, or its own
        if _holds(rival, study, folder):
            return (
                f"{file}: a study must have a name and a store of its own; {study.name!r} and "
                f"{folder} belong to {rival}: change `name` in one of the two"
            )
    return ""


def namesake(study: Study, file: Path) -> str:
    """Say that a study file in the same folder has the same name; empty if none has."""
    file = file.resolve()
    for other in sorted([*file.parent.glob("*.yaml"), *file.parent.glob("*.yml")]):
        try:
            same = other.resolve() != file and read_keys(other).get("name") == study.name
        except StudyError:  # is said when it is run
            continue
        if same:
            return (
                f"{other} has the name {study.name!r}, too: a study must have a name and a store "
                "of its own, and the first of the two that runs keeps them. Change `name` in one"
            )
    return ""


def claimed_before(study: Study, file: Path, home: Path) -> bool:
    """Whether a study file has its name in Dagster's home since an earlier command."""
    return is_same_study(_holder(home / "studies" / study.name / CLAIM), file.resolve())


def called_before(study: Study, file: Path) -> str:
    """Say where the results lie that this study file made under another name; empty if nowhere."""
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
        f"{file} was called {names} before, and its results of then, in "
        f"{' and '.join(map(str, former))}, aren't read under the name {study.name!r}: everything "
        f"is made anew. Set `name` back to go on with them, or remove them"
    )


def has_results(store: Path) -> bool:
    """Whether a store holds a partition, or somebody makes one now."""
    return any(any(store.glob(pattern)) for pattern in ("*/*.json", "*/.making-*"))


def _claimed(study: Study, home: Path) -> tuple[Path, Path]:
    return study.store_folder, home / "studies" / study.name


def _holder(note: Path) -> Path | None:
    try:
        written = json.loads(note.read_text(encoding="utf-8"))["study"]
        return (note.parent / written).resolve()
    except (OSError, ValueError, KeyError, TypeError):  # nobody's yet, or damaged
        return None


def _holds(rival: Path, study: Study, folder: Path) -> bool:
    """Whether a study file that is there has results under this name, or in this store."""
    if not rival.is_file():
        return False
    try:
        other = load_study(rival)
    except StudyError:  # it may be mended, and its results may be here
        return folder != study.store_folder or has_results(folder)
    same_store = other.store_folder.resolve() == study.store_folder.resolve()
    return (other.name == study.name or same_store) and has_results(other.store_folder)


def _write(note: Path, file: Path) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    drawn_up = note.with_name(f".{note.name}.{os.getpid()}")
    held = os.path.relpath(file, note.parent.resolve())
    drawn_up.write_text(json.dumps({"study": held}), encoding="utf-8")
    os.replace(drawn_up, note)
