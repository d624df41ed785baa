"""Levels: the slow signal of a recording, which filters and regressions leave in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float32
from scipy.ndimage import uniform_filter1d

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.signatures import PROJECTIONS, packed, region_signs, unpacked

__all__ = ["Resemblance", "levels", "resemblances"]

# Seconds between two levels; each is a mean over twice as long, less one over 24 times as long.
_STEP, _WIDTH, _BASE = 4.0, 2, 24
_FEWEST, _FEWEST_REGIONS = 25, 4
# Copies of the sample that were filtered (0.01 to 0.1 Hz), smoothed, or freed of the global signal
# or of 24 regressors: 0.71 to 0.99. Of its 91 pairs of sessions: 0.27 at most.
_CORRELATION = 0.6
# Standard errors from 0, if every change of sign is an observation of its own.
_SURELY = 6.0


@dataclass(frozen=True)
class Resemblance:
    """Two sessions whose slow signals go together frame by frame.

    Attributes
    ----------
    first, second
        Their keys.
    correlation
        Of the levels, over projections of the regions.
    """

    first: str
    second: str
    correlation: float


def levels(series: TimeSeries) -> tuple[str, ...]:
    """Return the slow signal of each run, a few bits for every 4 seconds.

    They are the signs of 4 projections of the regions, each region of unit deviation, averaged
    over some 8 seconds around the mean of 96. A run shorter than 100 seconds, or of fewer than 4
    regions, has an empty one.
    """
    return tuple(_levels(run, series.repetition_time) for run in series.runs)


def _levels(run: Float32[np.ndarray, "time region"], repetition_time: float) -> str:
    step = max(1, round(_STEP / repetition_time))
    usable = np.isfinite(run).all(axis=0) & (run != run[:1]).any(axis=0)
    if len(run) < _FEWEST * step or usable.sum() < _FEWEST_REGIONS:
        return ""
    values = run[:, usable].astype(np.float64)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    projected = scaled @ region_signs(run.shape[1])[usable]
    width, base = _WIDTH * step + 1, min(_BASE * step, len(run))
    slow = uniform_filter1d(projected, width, axis=0) - uniform_filter1d(projected, base, axis=0)
    bits = slow[::step] > np.median(slow, axis=0)
    return packed(bits[: len(bits) // 2 * 2])


def resemblances(sessions: Mapping[str, Sequence[str]]) -> tuple[Resemblance, ...]:
    """Find the sessions whose slow signals go together from their first frame on.

    Two scans of rest have nothing to do with each other; a scan and what was filtered or
    cleaned of it do, and so, less, do scans of people who see or do the same.

    Parameters
    ----------
    sessions
        Key → what `levels` returned; empty ones are skipped.

    Returns
    -------
    Of every two sessions the pair of runs that goes together best.
    """
    return _resemblances(tuple((key, tuple(runs)) for key, runs in sessions.items()))


@lru_cache(maxsize=8)
def _resemblances(sessions: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Resemblance, ...]:
    owners = [key for key, runs in sessions for signature in runs if signature]
    runs = [
        unpacked(signature).astype(np.float32).ravel() * 2 - 1
        for _, each in sessions
        for signature in each
        if signature
    ]
    if len(runs) < 2:
        return ()
    # Signs of 1 and -1, 0 beyond a run's end: products count where two runs agree.
    signs = np.zeros((len(runs), max(map(len, runs))), dtype=np.float32)
    for row, run in zip(signs, runs, strict=True):
        row[: len(run)] = run
    there = np.abs(signs)
    shared = there @ there.T
    agreement = (signs @ signs.T) / shared
    changes = np.array([int((run[PROJECTIONS:] != run[:-PROJECTIONS]).sum()) for run in runs])
    per_bit = changes / there.sum(axis=1)
    least = np.minimum(per_bit[:, None], per_bit) * shared
    correlation = np.sin(np.pi / 2 * agreement)
    found = (correlation > _CORRELATION) & (agreement * np.sqrt(least) >= _SURELY)
    best: dict[tuple[str, str], float] = {}
    for first, second in np.argwhere(np.triu(found, 1)):
        pair = owners[first], owners[second]
        if pair[0] != pair[1]:
            best[pair] = max(best.get(pair, 0.0), float(correlation[first, second]))
    return tuple(Resemblance(*pair, r) for pair, r in best.items())
