"""Scaling: the mean and deviation that a forecaster works in."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from attnconn_core.records import TimeSeries

__all__ = ["Scale", "scale_of", "standardise"]

# As published: a region that doesn't change comes out as zeros.
_EPSILON = np.float32(1e-8)


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and standard deviation of every region, in the units of the series."""

    mean: Float32[np.ndarray, " region"]
    std: Float32[np.ndarray, " region"]


def scale_of(*series: TimeSeries) -> Scale:
    """Mean and deviation (ddof 0) per region over all frames given.

    Summed in float64: raw fMRI has a mean a thousand times its deviation.
    """
    values = np.concatenate([run for each in series for run in each.runs]).astype(np.float64)
    return Scale(
        mean=values.mean(axis=0).astype(np.float32), std=values.std(axis=0).astype(np.float32)
    )


def standardise(series: TimeSeries, scale: Scale) -> TimeSeries:
    """Subtract each region's mean and divide by its deviation, run by run."""
    return replace(
        series, runs=tuple((run - scale.mean) / (scale.std + _EPSILON) for run in series.runs)
    )
