"""Regions that are a multiple of another region."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.records import TimeSeries

__all__ = ["COPY", "scaled_copies"]

_FEWEST_FRAMES = 10  # with fewer, two regions may be alike by chance
COPY = 0.999999
"""Absolute correlation above which a region may be a multiple of another."""
# Largest share of a region's changes that may remain after subtracting the other's.
_LEFT = 1e-3


def scaled_copies(series: TimeSeries) -> tuple[str, ...]:
    """Return the regions that are a multiple of an earlier one, as ``"b (−3 × a)"``.

    Each run may have its own level. Two regions that share a spike or a steep drift may also
    correlate this highly, but their changes from frame to frame differ.

    Parameters
    ----------
    series
        Finite, with every region changing in each run; runs below ten frames are left out.
    """
    runs = [run.astype(np.float64) for run in series.runs if len(run) >= _FEWEST_FRAMES]
    if not runs:
        return ()
    centred = np.concatenate([run - run.mean(axis=0) for run in runs])
    values = centred / np.sqrt(np.einsum("tr,tr->r", centred, centred))
    alike = np.abs(np.tril(values.T @ values, -1)) > COPY
    changes = np.concatenate([np.diff(run, axis=0) for run in runs])
    copies = []
    for number in np.flatnonzero(alike.any(axis=1)):
        for other in np.flatnonzero(alike[number]):
            one, two = centred[:, number], centred[:, other]
            factor = float(one @ two / (two @ two))
            left = changes[:, number] - factor * changes[:, other]
            if _spread(left) < _LEFT * _spread(changes[:, number]):
                times = f"{factor:.4g}".replace("-", "−")
                copies.append(f"{series.regions[number]} ({times} × {series.regions[other]})")
                break
    return tuple(copies)


def _spread(values: Float64[np.ndarray, " time"]) -> float:
    return float(np.median(np.abs(values - np.median(values))))
