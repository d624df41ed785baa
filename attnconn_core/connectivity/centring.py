"""Frames centred within each run, for measures that use no lags."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import require_samples

__all__ = ["centred", "covariance_of", "standardised"]


def centred(series: TimeSeries) -> Float64[np.ndarray, "time region"]:
    """Return the frames of all runs, each run minus its own mean.

    A difference in level between two runs comes from the scanner, not from the brain. Centring
    within runs keeps it out of the covariance.

    Raises
    ------
    SeriesError
        If there are fewer than three frames, not counting one per run.
    """
    require_samples(series, "a covariance")
    runs = [run.astype(np.float64) for run in series.runs if len(run)]
    return np.concatenate([run - run.mean(axis=0) for run in runs])


def standardised(series: TimeSeries) -> Float64[np.ndarray, "time region"]:
    """Return the frames of all runs, each run minus its own mean, with unit deviation (ddof 0).

    Raises
    ------
    SeriesError
        As for `centred`, or if a region is constant within every run.
    """
    frames = centred(series)
    deviation = frames.std(axis=0)
    if not deviation.all():
        still = series.regions[int(np.argmin(deviation))]
        raise SeriesError(f"every region must change within a run; {still} doesn't")
    scaled: Float64[np.ndarray, "time region"] = frames / deviation
    return scaled


def covariance_of(
    frames: Float64[np.ndarray, "time region"],
) -> Float64[np.ndarray, "region region"]:
    """Return the covariance (ddof 0) of frames that are already centred."""
    covariance: Float64[np.ndarray, "region region"] = frames.T @ frames / len(frames)
    return covariance
