"""The regions that most files of a folder hold, so that an error names the unusual file."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from attnconn_core.errors import ScanError
from attnconn_core.sources.shapes import SessionShape

__all__ = ["first_difference", "group_by_regions", "groups_in_words"]

# Most files that are examined, spread over all; only their headers are read.
_LOOKED_AT = 25
_SHOWN = 3

Groups = Sequence[Sequence[Path]]


def group_by_regions(paths: Sequence[Path], shape_of: Callable[[Path], SessionShape]) -> Groups:
    """Group files that hold the same regions in the same order, the most common first.

    Of more than 25 files, 25 are examined. Files that can't be read are left out. Files without
    names of regions (NumPy) belong, behind the others, to the largest group with as many regions.

    Parameters
    ----------
    paths
        Files in order; of groups of equal size, that of the first file comes first.
    shape_of
        Function that reads the regions from a header.
    """
    chosen = np.unique(np.linspace(0, len(paths) - 1, min(len(paths), _LOOKED_AT)).astype(int))
    groups: dict[tuple[int | None, tuple[str, ...] | None], list[Path]] = {}
    for place in chosen:
        try:
            shape = shape_of(paths[place])
        except ScanError:
            continue
        groups.setdefault((shape.regions, shape.names), []).append(paths[place])
    for number in [regions for regions, names in groups if names is None]:
        named = [paths for (n, names), paths in groups.items() if n == number and names is not None]
        if named:
            max(named, key=len).extend(groups.pop((number, None)))
    return sorted(groups.values(), key=len, reverse=True)


def groups_in_words(groups: Groups) -> str:
    """Return, in words, how many files have which regions, and what to do if there is a tie.

    Examples
    --------
    >>> groups_in_words([[Path("a.csv"), Path("c.csv")], [Path("b.csv")]])
    'Files with the same regions: 2 as a.csv, 1 as b.csv'
    """
    counts = ", ".join(f"{len(paths)} as {paths[0].name}" for paths in groups[:_SHOWN])
    more = f" and {len(groups) - _SHOWN} other kinds" if len(groups) > _SHOWN else ""
    tied = len(groups) > 1 and len(groups[0]) == len(groups[1])
    what = ": which ones are right is unknown; a table of regions (regions) decides"
    return f"Files with the same regions: {counts}{more}{what if tied else ''}"


def first_difference(own: Sequence[str], usual: Sequence[str]) -> tuple[str, str]:
    """Return the first region whose names differ, in both spellings; two empty texts if none.

    Examples
    --------
    >>> first_difference(["V1", "M1"], ["V1", "A1"])
    ('M1', 'A1')
    """
    pairs = zip(own, usual, strict=True)
    return next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
