"""Series that are already parcellated: ``ptseries.nii`` files."""

from pathlib import Path

import numpy as np
from nibabel.cifti2 import cifti2_axes

from attnconn_core.errors import ScanError
from attnconn_core.names import composed
from attnconn_core.parcellation.cifti import describe, open_cifti, seconds_per_frame
from attnconn_core.records import TimeSeries

__all__ = ["read_ptseries"]


def read_ptseries(path: Path) -> TimeSeries:
    """Return the series of a parcellated file.

    Parameters
    ----------
    path
        A ``ptseries.nii`` file, (series, parcels).

    Returns
    -------
    TimeSeries
        One run, with the file's parcel names and repetition time.

    Raises
    ------
    ScanError
        If the file isn't a complete parcellated series, or two parcels share a name.
    """
    matrix = open_cifti(Path(path), ScanError)
    series, parcels = matrix.axes
    if not isinstance(series, cifti2_axes.SeriesAxis) or not isinstance(
        parcels, cifti2_axes.ParcelsAxis
    ):
        raise ScanError(
            f"{path}: must be a parcellated series (ptseries.nii); got {describe(matrix)}"
        )
    names = [composed(str(name)) for name in parcels.name]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not len(series) or not names:
        raise ScanError(
            f"{path}: a parcellated series needs frames, and a name of its own for each parcel; "
            + (
                f"more than once: {', '.join(twice[:5])}"
                if twice
                else f"its shape is {matrix.shape}"
            )
        )
    values = np.empty(matrix.shape, dtype=np.float32)
    for begin, end, stored in matrix.blocks(0, matrix.shape[1]):
        # A value beyond float32's range becomes infinite, which is reported later.
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = stored.astype(np.float64)
            scaled *= matrix.slope
            scaled += matrix.inter
            values[:, begin:end] = scaled.T
    return TimeSeries(
        runs=(values,), repetition_time=seconds_per_frame(matrix.path, series), regions=tuple(names)
    )
