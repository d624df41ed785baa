"""Scaling: the mean and deviation by which a forecaster standardises."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float32

from attnconn_core.records import TimeSeries

__all__ = ["Scale", "scale_of", "standardise"]


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and standard deviation of every region, in the units of the series."""

    mean: Float32[np.ndarray, " region"]
    std: Float32[np.ndarray, " region"]


def scale_of(*series: TimeSeries) -> Scale:
    """Return mean and deviation (ddof 0) per region over all frames given.

    Computed in float64, because the mean of raw fMRI is a thousand times its deviation.
    """
    values = np.concatenate([run for session in series for run in session.runs]).astype(np.float64)
    return Scale(
        mean=values.mean(axis=0).astype(np.float32), std=values.std(axis=0).astype(np.float32)
    )


def standardise(series: TimeSeries, scale: Scale) -> TimeSeries:
    """Return the series minus each region's mean and divided by its deviation, run by run.

    A constant region becomes zeros. For this, the original study adds 1e-8 to the deviation,
    which is lost in rounding from 0.2 on and shrinks series in small units, such as tesla.
    """
    divisor = np.where(scale.std > 0, scale.std, np.float32(1))
    return replace(series, runs=tuple((run - scale.mean) / divisor for run in series.runs))
