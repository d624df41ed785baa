"""Study and experiment files that come with attnconn, and the folder that a study works in.

In a checkout, ``studies/``, ``experiments/`` and ``dagster.yaml`` lie beside the packages. A wheel
has the same files in ``attnconn_assets/shipped/``. A shipped file is named without path and ending,
such as ``hcp_sample``; the name works in both. This module has no slow imports.
"""

import re
from pathlib import Path

from attnconn_core.errors import StudyError

__all__ = [
    "base_folder",
    "dagster_folder",
    "is_installed",
    "is_same_study",
    "named_file",
    "shipped",
    "shipped_names",
    "working_folder",
]

_INSTALLED = ("attnconn_assets", "shipped")
_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parent
_FOLDER = _CHECKOUT.joinpath(*_INSTALLED) if (_PACKAGE / "shipped").is_dir() else _CHECKOUT
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def is_installed() -> bool:
    """Return whether attnconn runs from an installed wheel rather than a checkout."""
    return _FOLDER.parts[-len(_INSTALLED) :] == _INSTALLED


def shipped(name: str) -> Path:
    """Return a file that comes with attnconn.

    Parameters
    ----------
    name
        Its path as in a checkout, such as ``"dagster.yaml"`` or ``"studies/hcp_sample.yaml"``.
    """
    return _FOLDER / name


def shipped_names(kind: str) -> list[str]:
    """Return the names of the shipped files of a kind, ``"studies"`` or ``"experiments"``."""
    return sorted(path.stem for path in (_FOLDER / kind).glob("*.yaml"))


def named_file(kind: str, name: str, folder: Path) -> Path:
    """Return the file that a user names: a shipped one, or a path.

    Parameters
    ----------
    kind
        ``"studies"`` or ``"experiments"``.
    name
        The name of a shipped file, such as ``"attnconn"``, or a path. A word without a slash or
        an ending is the name of a shipped file if there is one.
    folder
        The folder that paths are relative to.

    Raises
    ------
    StudyError
        If a word without slash or ending is neither a shipped file nor a file in the folder.
    """
    if not _NAME.fullmatch(name):
        return folder / name
    if name in shipped_names(kind):
        return shipped(f"{kind}/{name}.yaml")
    if (folder / name).exists():
        return folder / name
    beside = (f"{name}{ending}" for ending in (".yaml", ".yml"))
    meant = next((file for file in beside if (folder / file).is_file()), "")
    raise StudyError(
        f"must be the path of a file{f' (did you mean {meant}?)' if meant else ''}, or the name of "
        f"one of the {kind} that come with attnconn ({', '.join(shipped_names(kind))})"
    )


def base_folder(study_file: Path) -> Path:
    """Return the folder that the paths in a study file are relative to.

    It is the file's own folder. A study shipped in a wheel is read as if it were in ``studies/``
    of the current folder, so that nothing is written into the installed package.
    """
    return Path.cwd() / "studies" if _came_in_a_wheel(study_file) else study_file.parent


def working_folder(base: Path) -> Path:
    """Return the folder in which a study has ``store/`` and ``mlruns/``.

    Parameters
    ----------
    base
        From `base_folder`. A study in a folder ``studies`` works in the folder above.
    """
    return base.parent if base.name == "studies" else base


def dagster_folder(study_file: Path) -> Path:
    """Return Dagster's home if DAGSTER_HOME isn't set.

    It is ``.dagster/`` in the checkout, or beside the study's ``store/`` if attnconn is installed.
    """
    place = working_folder(base_folder(study_file.resolve())) if is_installed() else _FOLDER
    return place / ".dagster"


def is_same_study(one: Path | None, other: Path) -> bool:
    """Return whether two paths are the same study file.

    A shipped study is the same in every environment where attnconn is installed.
    """
    if one is None or one == other:
        return one is not None
    return one.name == other.name and _came_in_a_wheel(one) and _came_in_a_wheel(other)


def _came_in_a_wheel(study_file: Path) -> bool:
    return study_file.parts[-4:-1] == (*_INSTALLED, "studies")
