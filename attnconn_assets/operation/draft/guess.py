"""Guesses from a folder of scans: the source that reads it, and keys that a study needs."""

import itertools
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attnconn_core.errors import StudyError
from attnconn_core.sources import sources
from attnconn_core.sources.found_files import found_in_words

__all__ = ["file_paths", "guessed_source", "needed_keys", "phenotype_table", "valid_name"]

_LOOKED_AT = 5_000  # most files that are looked at
_TABLES = ("participants.tsv", "phenotypes.tsv", "phenotypes.csv", "participants.csv")
_HCP = "MNINonLinear"
_CONFOUNDS = "desc-confounds_timeseries.tsv"
_SERIES_OF_XCPD = re.compile(r"_(?:stat|desc)-[^_]+.*_timeseries\.(?:tsv|ptseries\.nii)$")
_TASK_OF_SCAN = re.compile(r"_task-([^_]+)_(?:.*_)?(?:bold|timeseries)\.")
_REST = "rest"
_NAME = re.compile(r"[^a-z0-9]+")


def file_paths(root: Path) -> list[str]:
    """Return the paths of files below a folder, of the first 5,000 in a large one."""
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
    return list(itertools.islice(paths, _LOOKED_AT))


def guessed_source(root: Path, paths: Sequence[str]) -> str:
    """Return the value of ``source`` that fits a folder with these files.

    Raises
    ------
    StudyError
        If nothing in the folder looks like a scan of a source.
    """
    if any(f"{os.sep}{_HCP}{os.sep}" in path for path in paths):
        return "hcp"
    if (root / "dataset_description.json").is_file() and any("_bold." in path for path in paths):
        return "bids"
    if any(_SERIES_OF_XCPD.search(path) for path in paths) and _is_derivative(root):
        return "bids"
    if any(Path(path).name.startswith("sub-") for path in paths):
        return "arrays"
    if found := found_in_words([Path(path) for path in paths]):
        raise StudyError(f"{root}: must hold files sub-<id>_ses-<id>…; it holds {found}")
    raise StudyError(
        f"{root}: no file looks like a scan (sub-…, or <subject>/{_HCP}/…); name the source with "
        f"--source ({', '.join(sources())})"
    )


def needed_keys(source: str, paths: Sequence[str]) -> dict[str, Any]:
    """Return keys that the scans among these files need, with the defaults of the field.

    Of several tasks it is rest.
    """
    if source != "bids":
        return {}
    keys: dict[str, Any] = {}
    if any(path.endswith(_CONFOUNDS) for path in paths):
        keys["confounds"] = {"strategy": ["motion", "high_pass", "wm_csf"]}
    tasks = {found[1] for path in paths if (found := _TASK_OF_SCAN.search(Path(path).name))}
    if len(tasks) > 1 and _REST in tasks:
        keys["task"] = _REST
    return keys


def phenotype_table(root: Path) -> Path | None:
    """Return a table of the subjects, by its usual name: in a folder of scans, beside it, or above.

    Derivatives often lie in ``derivatives/<pipeline>`` of the dataset that has the table.
    """
    places = (root, root.parent, root.parent.parent)
    there = (folder / name for folder in places for name in _TABLES)
    return next((path for path in there if path.is_file()), None)


def valid_name(text: str) -> str:
    """Return a valid name of a study made from any text.

    Examples
    --------
    >>> valid_name("HCP Young-Adult"), valid_name("2024 data")
    ('hcp_young_adult', 'study_2024_data')
    """
    name = _NAME.sub("_", text.lower()).strip("_")
    return name if name[:1].isalpha() else f"study_{name}".rstrip("_")


def _is_derivative(root: Path) -> bool:
    try:
        described = json.loads((root / "dataset_description.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(described, Mapping) and described.get("DatasetType") == "derivative"
