"""Frames of every run around the run's own mean: what measures without lags rest on."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["centred", "covariance_of", "standardised"]


def centred(series: TimeSeries) -> Float64[np.ndarray, "time region"]:
    """Stack the runs, each around its own mean.

    With several runs, a step in level from one to the next, which is the scanner's and
    not the brain's, isn't taken for signal.

    Raises
    ------
    SeriesError
        If there are fewer than two frames.
    """
    if series.n_frames < 2:
        raise SeriesError(f"a covariance needs at least 2 frames; got {series.n_frames}")
    runs = [run.astype(np.float64) for run in series.runs if len(run)]
    return np.concatenate([run - run.mean(axis=0) for run in runs])


def standardised(series: TimeSeries) -> Float64[np.ndarray, "time region"]:
    """Stack the runs, each around its own mean, every region of unit deviation (ddof 0).

    Raises
    ------
    SeriesError
        If there are fewer than two frames, or a region never leaves its run's mean.
    """
    frames = centred(series)
    deviation = frames.std(axis=0)
    if not deviation.all():
        still = series.regions[int(np.argmin(deviation))]
        raise SeriesError(f"every region must change within a run; {still} doesn't")
    return frames / deviation


def covariance_of(
    frames: Float64[np.ndarray, "time region"],
) -> Float64[np.ndarray, "region region"]:
    """Covariance (ddof 0) of frames that are centred already."""
    return frames.T @ frames / len(frames)
