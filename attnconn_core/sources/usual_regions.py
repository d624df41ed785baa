"""Which regions most files of a folder hold, so that an error names the odd file."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from attnconn_core.errors import ScanError
from attnconn_core.sources.shapes import SessionShape

__all__ = ["first_difference", "group_by_regions", "groups_in_words"]

# Of many files, so many are looked at, spread over all: their headers alone are read.
_LOOKED_AT = 25
_SHOWN = 3

Groups = Sequence[Sequence[Path]]


def group_by_regions(paths: Sequence[Path], shape_of: Callable[[Path], SessionShape]) -> Groups:
    """Group files that hold the same regions in the same order, the most common first.

    Of more than 25 files, 25 are looked at. Files that can't be read are left out.

    Parameters
    ----------
    paths
        In order; of groups of one size, that of the first file comes first.
    shape_of
        Reads the regions off a header.
    """
    chosen = np.unique(np.linspace(0, len(paths) - 1, min(len(paths), _LOOKED_AT)).astype(int))
    groups: dict[tuple[int | None, tuple[str, ...] | None], list[Path]] = {}
    for place in chosen:
        try:
            shape = shape_of(paths[place])
        except ScanError:
            continue
        groups.setdefault((shape.regions, shape.names), []).append(paths[place])
    return sorted(groups.values(), key=len, reverse=True)


def groups_in_words(groups: Groups) -> str:
    """Say how many files have which regions, and what to do where that doesn't say who is odd.

    Examples
    --------
    >>> groups_in_words([[Path("a.csv"), Path("c.csv")], [Path("b.csv")]])
    'Files with the same regions: 2 as a.csv, 1 as b.csv'
    """
    told = ", ".join(f"{len(paths)} as {paths[0].name}" for paths in groups[:_SHOWN])
    more = f" and {len(groups) - _SHOWN} other kinds" if len(groups) > _SHOWN else ""
    tied = len(groups) > 1 and len(groups[0]) == len(groups[1])
    what = ": which are meant can't be known; a table of regions (regions) can say so"
    return f"Files with the same regions: {told}{more}{what if tied else ''}"


def first_difference(own: Sequence[str], usual: Sequence[str]) -> tuple[str, str]:
    """Return the first region that is called otherwise, as both call it; two empty texts if none.

    Examples
    --------
    >>> first_difference(["V1", "M1"], ["V1", "A1"])
    ('M1', 'A1')
    """
    pairs = zip(own, usual, strict=True)
    return next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
