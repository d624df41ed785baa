"""Claims: records which study file owns a store and a name.

Two study files with one name would replace each other's results. A claim counts once something is
stored or being made, so a study that failed before that blocks no other.
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
"""File in a store, and in Dagster's home, that names the study file that owns it."""

_OF_DISKS = ("lost+found",)  # at the top of an empty disk
_DATABASE = "mlflow.db"
_OF_MLFLOW = {"artifacts", "models", *_OF_DISKS}  # what stays if its database is lost
_SHOWN = 3


def claim(study: Study, file: Path, home: Path) -> None:
    """Claim a study's store, and its name in Dagster's home, for a study file.

    A study file that is renamed or moved, alone or with its folder, keeps both.

    Parameters
    ----------
    study, file
        The study, and the file that it was read from.
    home
        Dagster's home, which knows studies by name.

    Raises
    ------
    StudyError
        If another study file has results in the same store or under the same name; if the
        store's folder or MLflow's holds other files; or if MLflow's folder lies in the store.
    """
    if problem := claimed_by_another(study, file, home) or used_otherwise(study, file):
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
        if other := _rival(rival, study, folder):
            return (
                f"{file}: a study must have a name and a store of its own; "
                f"{_what_is_taken(study, other, rival)}"
            )
    return ""


def used_otherwise(study: Study, file: Path) -> str:
    """Return a message if the store's or MLflow's folder holds other things; otherwise empty."""
    return _store_used_otherwise(study, file) or _tracking_used_otherwise(study, file)


def _tracking_used_otherwise(study: Study, file: Path) -> str:
    folder, store = study.tracking_folder.resolve(), study.store_folder.resolve()
    if folder.is_relative_to(store):
        return f"{file}: tracking: must be a folder outside the store, {store}; got {folder}"
    if (folder / _DATABASE).exists() or not folder.is_dir():
        return ""
    held = sorted(path.name for path in folder.iterdir() if path.name[0] != ".")
    if not set(held) - _OF_MLFLOW:
        return ""
    return (
        f"{file}: tracking: must be a folder for MLflow alone; {folder} holds other things: "
        f"{few_and_more(held, _SHOWN)}. Name a new or an empty folder"
    )


def _store_used_otherwise(study: Study, file: Path) -> str:
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
    """Whether a store holds a result, or a process is making one."""
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
    except (OSError, ValueError, KeyError, TypeError):  # unclaimed, or damaged
        return None


def _rival(file: Path, study: Study, folder: Path) -> Study | None:
    """Return the study of another file if it has results that this study would replace."""
    if not file.is_file():
        return None
    try:
        other = load_study(file)
    except StudyError:  # its owner may correct it, and these results may be its own
        return study if folder != study.store_folder or has_results(folder) else None
    if other.name != study.name and not _same_store(other, study):
        return None
    return other if has_results(other.store_folder) else None


def _same_store(one: Study, other: Study) -> bool:
    return one.store_folder.resolve() == other.store_folder.resolve()


def _what_is_taken(study: Study, other: Study, rival: Path) -> str:
    """Return what two studies have in common, whose it is, and how to separate the two."""
    store = f"the store {study.store_folder}"
    if other.name != study.name:
        return f"{store} belongs to {rival}: change `store` in one of the two"
    if _same_store(study, other):
        return (
            f"{study.name!r} and {store} belong to {rival}: change `name` in one of the two, and "
            "`store` if both give it"
        )
    return (
        f"{study.name!r} belongs to {rival}: change `name` in one of the two, or set DAGSTER_HOME "
        "to a new folder if this is a copy"
    )


def _write(note: Path, file: Path) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    drawn_up = note.with_name(f".{note.name}.{os.getpid()}")
    held = os.path.relpath(file, note.parent.resolve())
    drawn_up.write_text(json.dumps({"study": held}), encoding="utf-8")
    os.replace(drawn_up, note)
