"""Guesses from a folder of scans: the source that reads it, and keys that a study needs."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attnconn_core.errors import StudyError
from attnconn_core.sources import sources

__all__ = ["guessed_source", "needed_keys", "phenotype_table", "valid_name"]

_LOOKED_AT = 5_000  # most files that are looked at
_TABLES = ("participants.tsv", "phenotypes.tsv", "phenotypes.csv", "participants.csv")
_HCP = "MNINonLinear"
_CONFOUNDS = "desc-confounds_timeseries.tsv"
_SERIES_OF_XCPD = re.compile(r"_(?:stat|desc)-[^_]+.*_timeseries\.(?:tsv|ptseries\.nii)$")
_NAME = re.compile(r"[^a-z0-9]+")


def guessed_source(root: Path) -> str:
    """Return the value of ``source`` that fits a folder.

    Raises
    ------
    StudyError
        If nothing in the folder looks like a scan of a source.
    """
    names = list(_names(root))
    if any(f"{os.sep}{_HCP}{os.sep}" in name for name in names):
        return "hcp"
    if (root / "dataset_description.json").is_file() and any("_bold." in n for n in names):
        return "bids"
    if any(_SERIES_OF_XCPD.search(name) for name in names) and _is_derivative(root):
        return "bids"
    if any(Path(name).name.startswith("sub-") for name in names):
        return "arrays"
    raise StudyError(
        f"{root}: no file looks like a scan (sub-…, or <subject>/{_HCP}/…); name the source with "
        f"--source ({', '.join(sources())})"
    )


def needed_keys(root: Path, source: str) -> dict[str, Any]:
    """Return keys that the scans in a folder need, with the defaults of the field."""
    if source == "bids" and any(name.endswith(_CONFOUNDS) for name in _names(root)):
        return {"confounds": {"strategy": ["motion", "high_pass", "wm_csf"]}}
    return {}


def phenotype_table(root: Path) -> Path | None:
    """Return a table of the subjects in a folder of scans or beside it, by its usual name."""
    there = (folder / name for folder in (root, root.parent) for name in _TABLES)
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


def _names(root: Path) -> Iterator[str]:
    """Yield the paths of files below a folder, not more than `_LOOKED_AT`."""
    count = 0
    for folder, _, files in os.walk(root):
        for name in files:
            yield os.path.join(folder, name)
            count += 1
            if count == _LOOKED_AT:
                return


def _is_derivative(root: Path) -> bool:
    try:
        described = json.loads((root / "dataset_description.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(described, Mapping) and described.get("DatasetType") == "derivative"
