"""Quality measures that need only the series."""

from collections.abc import Mapping

import numpy as np

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.soundness import assess

__all__ = ["series_quality"]


def series_quality(series: TimeSeries) -> Mapping[str, float]:
    """Return quality measures of a series.

    Returns
    -------
    ``frames``, the number of frames; ``longest_run``, in frames; ``minutes`` scanned;
    ``dead_regions``, the number of regions that are constant in a run or not finite;
    ``mean_level``, the mean of all finite values in the units of the scan; ``jumps``, the share
    of frames whose change from the frame before (root mean square over regions, each in its own
    deviations) lies above the third quartile by more than 1.5 times the interquartile range, as
    in FSL's outlier rule for DVARS.

    References
    ----------
    Power et al. (2012), NeuroImage 59: DVARS, the change of the whole picture from one
    frame to the next.
    """
    soundness = assess(series, repeats=False)
    values = series.values
    finite = values[np.isfinite(values)]
    return {
        "frames": float(series.n_frames),
        "longest_run": float(max(len(run) for run in series.runs)),
        "minutes": series.n_frames * series.repetition_time / 60,
        "dead_regions": float(len(soundness.dead) + len(soundness.not_finite)),
        "mean_level": float(finite.mean(dtype=np.float64)) if finite.size else float("nan"),
        "jumps": _share_of_jumps(series),
    }


def _share_of_jumps(series: TimeSeries) -> float:
    changes = []
    for run in series.runs:
        with np.errstate(invalid="ignore"):  # infinite values have no deviation
            deviation = run.std(axis=0, dtype=np.float64)
        usable = run[:, np.isfinite(deviation) & (deviation > 0)]
        if len(usable) > 1 and usable.shape[1]:
            steps = np.diff(usable, axis=0) / usable.std(axis=0, dtype=np.float64)
            changes.append(np.sqrt(np.mean(steps**2, axis=1)))
    if not changes:
        return 0.0
    change = np.concatenate(changes)
    low, high = np.percentile(change, [25, 75])
    return float((change > high + 1.5 * (high - low)).mean())
