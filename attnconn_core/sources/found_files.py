"""What a folder without a series holds instead, in words."""

import re
from collections.abc import Sequence
from pathlib import Path

from attnconn_core.sources.array_files import READERS

__all__ = ["found_in_words"]

# Formats in which others store series. They aren't read.
_OTHERS = (".mat", ".txt", ".1D", ".xlsx", ".xls", ".h5", ".hdf5", ".npz", ".pkl", ".feather")


def found_in_words(paths: Sequence[Path]) -> str:
    r"""Return how many files may hold a series under another name, and what to do; or nothing.

    Only files of the most frequent ending are counted, and only those with a number in their name,
    which those of scans have.

    Parameters
    ----------
    paths
        The files of a folder, none of which is named as a series.

    Examples
    --------
    >>> found_in_words([Path("subj1_run1.csv"), Path("subj2_run1.csv")])
    '2 .csv files, none named sub-<id>…, such as subj1_run1.csv: rename it to sub-1_ses-1_run-1.csv'
    >>> found_in_words([Path("rest1.mat")])
    "1 .mat file, which isn't read, such as rest1.mat: write it as sub-1_ses-1.csv or .npy"
    """
    of_ending: dict[str, list[str]] = {}
    for name in sorted(path.name for path in paths):
        ending = _ending(name)
        if ending and re.search(r"\d", name[: -len(ending)]) and name[0] != ".":
            of_ending.setdefault(ending, []).append(name)
    if not of_ending:
        return ""
    ending, names = max(of_ending.items(), key=lambda found: len(found[1]))
    n, first = len(names), names[0]
    files = f"{n} {ending} file{'s' * (n > 1)}"
    stem = first[: -len(ending)]
    if ending in READERS:
        return (
            f"{files}, none named sub-<id>…, such as {first}: rename it to {_renamed(stem)}{ending}"
        )
    which = "aren't" if n > 1 else "isn't"
    return f"{files}, which {which} read, such as {first}: write it as {_renamed(stem)}.csv or .npy"


def _ending(name: str) -> str:
    """Return the ending of a file in which others store series; empty for other files."""
    lower = name.lower()
    return next((known for known in (*READERS, *_OTHERS) if lower.endswith(known.lower())), "")


def _renamed(stem: str) -> str:
    """Return an example of a name: numbers are taken as those of the subject and its scan."""
    numbers = re.findall(r"\d+", stem)
    second = numbers[1] if len(numbers) > 1 else "1"
    if "run" in stem.lower():
        return f"sub-{numbers[0]}_ses-1_run-{second}"
    return f"sub-{numbers[0]}_ses-{second}"
