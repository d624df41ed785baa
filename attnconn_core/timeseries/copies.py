"""Regions that are another region times a number."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.records import TimeSeries

__all__ = ["COPY", "scaled_copies"]

_FEWEST_FRAMES = 10  # in fewer, two regions may be alike by chance
COPY = 0.999999
"""Absolute correlation from which on a region may be another times a number."""
# Of a region's changes, what may be left once the other is taken out.
_LEFT = 1e-3


def scaled_copies(series: TimeSeries) -> tuple[str, ...]:
    """Return the regions that are an earlier one times a number, as ``"b (−3 × a)"``.

    Each run may have a level of its own. Two regions that share a spike or a steep drift
    correlate as highly as copies do, but change from frame to frame each in its own way.

    Parameters
    ----------
    series
        Finite, and every region changes in each run; runs of fewer than ten frames are left out.
    """
    runs = [run.astype(np.float64) for run in series.runs if len(run) >= _FEWEST_FRAMES]
    if not runs:
        return ()
    centred = np.concatenate([run - run.mean(axis=0) for run in runs])
    values = centred / np.sqrt(np.einsum("tr,tr->r", centred, centred))
    alike = np.abs(np.tril(values.T @ values, -1)) > COPY
    changes = np.concatenate([np.diff(run, axis=0) for run in runs])
    found = []
    for number in np.flatnonzero(alike.any(axis=1)):
        for other in np.flatnonzero(alike[number]):
            one, two = centred[:, number], centred[:, other]
            factor = float(one @ two / (two @ two))
            left = changes[:, number] - factor * changes[:, other]
            if _spread(left) < _LEFT * _spread(changes[:, number]):
                times = f"{factor:.4g}".replace("-", "−")
                found.append(f"{series.regions[number]} ({times} × {series.regions[other]})")
                break
    return tuple(found)


def _spread(values: Float64[np.ndarray, " time"]) -> float:
    return float(np.median(np.abs(values - np.median(values))))
