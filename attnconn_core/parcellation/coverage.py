"""Share of every region that a scan covers."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from attnconn_core.parcellation.atlas import BACKGROUND, Atlas
from attnconn_core.parcellation.parcellate import open_series, region_of_grayordinate

__all__ = ["coverage"]


def coverage(path: Path, atlas: Atlas) -> Float[np.ndarray, " region"]:
    """Return the share of every region's vertices for which the scan has a signal.

    A vertex counts if it is among the scan's grayordinates and its values are finite
    and change over time.

    Parameters
    ----------
    path
        A ``dtseries.nii`` file.
    atlas
        Atlas on the same surfaces.

    Returns
    -------
    One number per region of the atlas, between 0 and 1.

    Raises
    ------
    ScanError
        If the file isn't a complete dense series.
    AtlasError
        If a surface of the atlas isn't in the scan or has another number of vertices.
    """
    matrix, _, models = open_series(path)
    region = region_of_grayordinate(matrix.path, models, atlas)
    n_regions = len(atlas.regions)
    alive = np.zeros(n_regions)
    inside = np.flatnonzero(region != BACKGROUND)
    if inside.size:
        for begin, end, stored in matrix.blocks(int(inside[0]), int(inside[-1]) + 1):
            members = region[begin:end]
            # For values that aren't finite, or huge.
            with np.errstate(invalid="ignore", over="ignore"):
                reach = np.ptp(stored, axis=1)
            moves = np.isfinite(reach) & (reach > 0) & (members != BACKGROUND)
            alive += np.bincount(members[moves], minlength=n_regions)
    size = sum(
        np.bincount(labels[labels != BACKGROUND], minlength=n_regions)
        for labels in atlas.labels.values()
    )
    return np.asarray(alive / size)
