"""Cleaning of a series: confounds are regressed out, and the series is filtered, by nilearn.

The order is nilearn's, after Lindquist et al. (2019, Human Brain Mapping 40): detrend, filter
signals and confounds alike, leave frames out, regress out. Frames that are left out have no
part in any step. Cleaning is linear, so cleaning the means of regions gives the means of cleaned
vertices.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Float64
from scipy.interpolate import CubicSpline

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.records import TimeSeries

__all__ = ["Band", "clean", "degrees_of_freedom"]

_DETREND = 2  # degrees of freedom of the mean and the trend


@dataclass(frozen=True)
class Band:
    """Frequencies that are kept, in Hz; None for no limit.

    Raises
    ------
    StudyError
        If the limits are in the wrong order.
    """

    high_pass: float | None = None
    low_pass: float | None = None

    def __post_init__(self) -> None:
        if self.high_pass and self.low_pass and self.high_pass >= self.low_pass:
            raise StudyError(
                "high_pass must be below low_pass: frequencies between them are kept; got "
                f"high_pass {self.high_pass:g} Hz and low_pass {self.low_pass:g} Hz"
            )

    @property
    def filters(self) -> bool:
        """Whether there is a limit."""
        return self.high_pass is not None or self.low_pass is not None

    def share(self, repetition_time: float) -> float:
        """Return the share of all frequencies of a series that are kept."""
        highest = 0.5 / repetition_time
        low_pass = highest if self.low_pass is None else self.low_pass
        return (low_pass - (self.high_pass or 0.0)) / highest


def clean(
    series: TimeSeries,
    confounds: Float64[np.ndarray, "time confound"],
    kept: Bool[np.ndarray, " time"],
    band: Band,
) -> Float32[np.ndarray, "time region"]:
    """Return a run with confounds regressed out, and filtered.

    Parameters
    ----------
    series
        One run.
    confounds
        Confounds of every frame; may have no column.
    kept
        Frames that take part.
    band
        Frequencies that are kept, by a Butterworth filter of order 5. If frames inside the run
        are left out, they are interpolated by cubic splines for the filter, and left out after it.

    Returns
    -------
    The series, its mean and linear trend removed; frames that don't take part are NaN.
    """
    from nilearn import signal  # imported here because importing it is slow

    first, last = np.flatnonzero(kept)[[0, -1]]
    part = slice(first, last + 1)
    inside = kept[part]
    values, regressors = series.values[part].astype(np.float64), confounds[part]
    if band.filters:
        # nilearn interpolates these, too, but leaves a frame as it is if the frame as far from
        # the run's end as this one from its start is left out as well.
        values, regressors = _interpolated(values, inside), _interpolated(regressors, inside)
    cleaned = np.full(series.values.shape, np.nan, dtype=np.float32)
    cleaned[kept] = signal.clean(
        values,
        detrend=True,
        standardize=None,
        sample_mask=np.flatnonzero(inside),
        confounds=regressors if regressors.shape[1] else None,
        standardize_confounds=True,
        filter="butterworth" if band.filters else False,
        low_pass=band.low_pass,
        high_pass=band.high_pass,
        t_r=series.repetition_time,
    )
    return cleaned


def degrees_of_freedom(
    path: Path, n_kept: int, n_confounds: int, band: Band, repetition_time: float
) -> int:
    """Return how many independent values of each region remain after cleaning.

    These are the frames that are kept, times the share of frequencies that are kept, minus one
    per confound and two for mean and trend. Confounds that depend on each other leave more.

    Raises
    ------
    ScanError
        If none remains; the series would be rounding errors.
    StudyError
        If the filter's limit lies above the highest frequency of the scan.
    """
    highest = 0.5 / repetition_time
    for name in ("high_pass", "low_pass"):
        limit = getattr(band, name)
        if limit is not None and limit >= highest:
            raise StudyError(
                f"{path}: {name} must be below {highest:g} Hz, the highest frequency of a scan "
                f"with repetition time {repetition_time:g} s; got {limit:g} Hz"
            )
    left = math.floor(n_kept * band.share(repetition_time)) - n_confounds - _DETREND
    if left < 1:
        raise ScanError(
            f"{path}: cleaning must leave degrees of freedom; {n_kept} frames are kept, "
            f"{band.share(repetition_time):.0%} of the frequencies pass the filter, and "
            f"{n_confounds} confounds, mean and trend are regressed out. Use fewer confounds, a "
            "wider band or a higher scrub.fd_threshold"
        )
    return left


def _interpolated(
    values: Float64[np.ndarray, "time _"], kept: Bool[np.ndarray, " time"]
) -> Float64[np.ndarray, "time _"]:
    if kept.all() or not values.shape[1]:
        return values
    frames = np.arange(len(values))
    filled = values.copy()
    filled[~kept] = CubicSpline(frames[kept], values[kept])(frames[~kept])
    return filled
