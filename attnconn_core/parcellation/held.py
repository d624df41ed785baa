"""Regions of an atlas of which scans contain vertices, whatever their values."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from attnconn_core.errors import InputError
from attnconn_core.parcellation.atlas import BACKGROUND, Atlas
from attnconn_core.parcellation.parcellate import open_series, region_of_grayordinate

__all__ = ["held_by_any", "regions_held"]


def regions_held(path: Path, atlas: Atlas) -> set[str]:
    """Return the regions with at least one vertex in a scan; only the scan's header is read.

    Raises
    ------
    ScanError
        If the file isn't a complete dense series.
    AtlasError
        If a surface of the atlas isn't in the scan or has another number of vertices.
    """
    matrix, _, models = open_series(path)
    region = region_of_grayordinate(matrix.path, models, atlas)
    return {atlas.regions[number] for number in np.unique(region[region != BACKGROUND])}


def held_by_any(atlas: Atlas, scans: Iterable[Path]) -> Atlas:
    """Return the atlas without labels of which no scan contains a vertex (e.g. the medial wall).

    Scans that can't be read or don't fit are ignored. The atlas is returned unchanged if no scan
    remains, or if each of its regions is in some scan.
    """
    held: set[str] = set()
    for path in scans:
        with contextlib.suppress(InputError):
            held |= regions_held(path, atlas)
        if len(held) == len(atlas.regions):
            return atlas
    bare = [name for name in atlas.regions if name not in held]
    if not held:
        return atlas
    return atlas.without(bare, "labels of which no scan contains a vertex are left out")
