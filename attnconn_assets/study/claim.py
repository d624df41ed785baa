"""Whose store it is: two study files of one name would replace each other's results.

A claim holds once something is stored or being made: a study that was refused before that keeps
nothing from another.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from attnconn_assets.study.shipped import is_same_study
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.study.yaml_file import read_keys
from attnconn_core.errors import StudyError
from attnconn_core.wording import few_and_more

__all__ = [
    "CLAIM",
    "called_before",
    "claim",
    "claimed_before",
    "claimed_by_another",
    "has_results",
    "namesake",
    "used_otherwise",
]

CLAIM = "study.json"
"""The note in a store, and in Dagster's home, that says whose it is."""

_OF_DISKS = ("lost+found",)  # at the top of an empty disk
_SHOWN = 3


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
        store or name; or if the store's folder holds other things.
    """
    if problem := claimed_by_another(study, file, home) or used_otherwise(study, file):
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
        if other := _rival(rival, study, folder):
            taken, key = _what_is_taken(study, other)
            return (
                f"{file}: a study must have a name and a store of its own; {taken} belong"
                f"{'' if ' and ' in taken else 's'} to {rival}: change `{key}` in one of the two"
            )
    return ""


def used_otherwise(study: Study, file: Path) -> str:
    """Say that the store's folder holds what the platform didn't write; empty if it doesn't."""
    store = study.store_folder
    if (store / CLAIM).exists() or not store.is_dir() or any(map(_is_manifest, _manifests(store))):
        return ""
    held = sorted(p.name for p in store.iterdir() if p.name[0] != "." and p.name not in _OF_DISKS)
    if not held:
        return ""
    return (
        f"{file}: store: must be a folder for this study alone; {store.resolve()} holds other "
        f"things: {few_and_more(held, _SHOWN)}. Name a new or an empty folder"
    )


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
    return any(_manifests(store)) or any(store.glob("*/.making-*"))


def _manifests(store: Path) -> Iterator[Path]:
    return store.glob("*/*.json")


def _is_manifest(file: Path) -> bool:
    try:
        return {"asset", "partition", "files"} <= json.loads(file.read_text("utf-8")).keys()
    except (OSError, ValueError, AttributeError):
        return False


def _claimed(study: Study, home: Path) -> tuple[Path, Path]:
    return study.store_folder, home / "studies" / study.name


def _holder(note: Path) -> Path | None:
    try:
        written = json.loads(note.read_text(encoding="utf-8"))["study"]
        return (note.parent / written).resolve()
    except (OSError, ValueError, KeyError, TypeError):  # nobody's yet, or damaged
        return None


def _rival(file: Path, study: Study, folder: Path) -> Study | None:
    """Return the study of a file that is there, if it has results under this name or store."""
    if not file.is_file():
        return None
    try:
        other = load_study(file)
    except StudyError:  # it may be mended, and its results may be here
        return study if folder != study.store_folder or has_results(folder) else None
    if other.name != study.name and not _same_store(other, study):
        return None
    return other if has_results(other.store_folder) else None


def _same_store(one: Study, other: Study) -> bool:
    return one.store_folder.resolve() == other.store_folder.resolve()


def _what_is_taken(study: Study, other: Study) -> tuple[str, str]:
    """Say what two studies have in common, and which key of a study file tells them apart."""
    store = f"the store {study.store_folder}"
    if other.name != study.name:
        return store, "store"
    return f"{study.name!r} and {store}" if _same_store(study, other) else repr(study.name), "name"


def _write(note: Path, file: Path) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    drawn_up = note.with_name(f".{note.name}.{os.getpid()}")
    held = os.path.relpath(file, note.parent.resolve())
    drawn_up.write_text(json.dumps({"study": held}), encoding="utf-8")
    os.replace(drawn_up, note)
