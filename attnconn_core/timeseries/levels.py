"""Levels: the slow signal of a recording, which filters and regressions leave unchanged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float32, Float64

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.signatures import packed, region_signs, unpacked

__all__ = ["Resemblance", "levels", "resemblances"]

_PROJECTIONS = 8
# Seconds: distance of two levels, length of each level's mean, and of the mean subtracted.
_STEP, _WIDTH, _BASE = 3.0, 6.0, 96.0
_FEWEST, _FEWEST_REGIONS = 34, 4
# Filtered (0.01 to 0.1 Hz), smoothed or resampled copies of the sample, or copies without the
# global signal or 12 regressors: 0.89 to 1.00. Its 91 pairs of sessions: at most 0.21.
_CORRELATION = 0.6
# Standard errors from 0, if every change of sign is one observation. At most 2.9 in the sample's
# pairs and in 5,000 simulated ones, filtered or not.
_SURELY = 4.5
# Ratio of the lengths of two runs that may be one scan at two rates.
_RATES = (1.02, 2.5)

_Bits = Bool[np.ndarray, "_ projection"]
_Matrix = Float32[np.ndarray, "run run"]


@dataclass(frozen=True)
class Resemblance:
    """Two sessions whose slow signals agree.

    Attributes
    ----------
    first, second
        Session keys.
    correlation
        Correlation of the levels, over projections of the regions; negative if one is the
        other with the opposite sign.
    backwards
        Whether the second is reversed in time.
    rate
        Factor by which the second is longer for the same signal.
    """

    first: str
    second: str
    correlation: float
    backwards: bool = False
    rate: float = 1.0


def levels(series: TimeSeries) -> tuple[str, ...]:
    """Return the slow signal of each run as text, 8 bits per 3 seconds.

    Each region is averaged over 6 seconds, its mean over 96 seconds is subtracted, it is scaled
    to unit deviation, and the mean of all regions is regressed out, so that filters and global
    signal regression change little. Stored are the signs of 8 projections of the regions. A run
    below about 100 seconds or 4 regions gives an empty text.
    """
    return tuple(_levels(run, series.repetition_time) for run in series.runs)


def _levels(run: Float32[np.ndarray, "time region"], repetition_time: float) -> str:
    usable = np.isfinite(run).all(axis=0) & (run != run[:1]).any(axis=0)
    times = np.arange(_STEP / 2, len(run) * repetition_time, _STEP)
    if len(times) < _FEWEST or usable.sum() < _FEWEST_REGIONS:
        return ""
    values = run[:, usable].astype(np.float64)
    values -= values.mean(axis=0)
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    slow = _scaled(
        _means(sums, times / repetition_time, _WIDTH / repetition_time)
        - _means(sums, times / repetition_time, _BASE / repetition_time)
    )
    shared = slow.mean(axis=1)
    own = _scaled(slow - np.outer(shared, shared @ slow / max(shared @ shared, 1e-12)))
    projected = own @ region_signs(run.shape[1], _PROJECTIONS)[usable]
    return packed(projected > np.median(projected, axis=0))


def _means(
    sums: Float64[np.ndarray, "edge region"], centres: Float64[np.ndarray, " level"], width: float
) -> Float64[np.ndarray, "level region"]:
    """Return averages over `width` frames around each centre, or over the frames that exist."""
    last = len(sums) - 1

    def until(frame: Float64[np.ndarray, " level"]) -> Float64[np.ndarray, "level region"]:
        floor = np.minimum(frame.astype(int), last - 1)
        return np.asarray(sums[floor] + (frame - floor)[:, None] * (sums[floor + 1] - sums[floor]))

    start = np.clip(centres - width / 2, 0, last)
    end = np.clip(centres + width / 2, 0, last)
    return np.asarray((until(end) - until(start)) / (end - start)[:, None])


def _scaled(values: Float64[np.ndarray, "level region"]) -> Float64[np.ndarray, "level region"]:
    deviation = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0))


def resemblances(sessions: Mapping[str, Sequence[str]]) -> tuple[Resemblance, ...]:
    """Return the pairs of sessions whose slow signals agree from the first frame on.

    Two resting scans are unrelated. A scan agrees with filtered or cleaned versions of itself
    and, less, with scans of people with the same stimulus or task. Runs of different lengths are
    also compared as one scan at two rates, and every run also in reverse.

    Parameters
    ----------
    sessions
        Session key → result of `levels`; empty ones are skipped.

    Returns
    -------
    For every two sessions, the pair of runs with the best agreement.
    """
    return _resemblances(tuple((key, tuple(runs)) for key, runs in sessions.items()))


@lru_cache(maxsize=8)
def _resemblances(sessions: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Resemblance, ...]:
    owners = [key for key, runs in sessions for signature in runs if signature]
    runs = [
        unpacked(signature, _PROJECTIONS)
        for _, signatures in sessions
        for signature in filter(None, signatures)
    ]
    best: dict[tuple[str, str], Resemblance] = {}
    for first, second, correlation, backwards, rate in _alike(runs) if len(runs) > 1 else ():
        pair = owners[first], owners[second]
        known = best.get(pair)
        if pair[0] != pair[1] and (known is None or abs(known.correlation) < abs(correlation)):
            best[pair] = Resemblance(*pair, correlation, backwards, rate)
    return tuple(best.values())


def _alike(runs: Sequence[_Bits]) -> Iterator[tuple[int, int, float, bool, float]]:
    """Yield (run, run, correlation, backwards, rate) of runs that agree."""
    lengths = np.array([len(run) for run in runs])
    longest = int(lengths.max())
    independent = np.array([_independent(run) for run in runs])
    plain = _stacked(runs, longest)
    there = np.abs(plain)
    shared = there @ there.T
    ratio = lengths / lengths[:, None]
    changed = np.maximum(ratio, 1 / ratio)
    two_rates = (changed > _RATES[0]) & (changed < _RATES[1])
    at_one_length = _stacked([run[_spread(len(run), longest)] for run in runs], longest)
    turned = _stacked([run[::-1] for run in runs], longest)
    full_size = np.float32(longest * _PROJECTIONS)
    # A reversed run begins with its end, so only runs of one length can agree.
    ways = (
        (plain, plain, shared, np.ones_like(two_rates), False, False),
        (plain, turned, shared, ~two_rates, True, False),
        (at_one_length, at_one_length, full_size, two_rates, False, True),
    )
    for left, right, size, allowed, backwards, at_rate in ways:
        agreement = np.asarray((left @ right.T) / size)
        part = np.ones_like(shared) if at_rate else shared / _PROJECTIONS / lengths
        least = np.minimum(part * independent[:, None], part.T * independent)
        correlation = np.sin(np.pi / 2 * agreement)
        sure = np.abs(agreement) * np.sqrt(least) >= _SURELY
        resembling = np.triu((np.abs(correlation) > _CORRELATION) & sure & allowed, 1)
        for first, second in np.argwhere(resembling).tolist():
            rate = float(ratio[first, second]) if at_rate else 1.0
            yield first, second, float(correlation[first, second]), backwards, rate


def _stacked(runs: Sequence[_Bits], longest: int) -> Float32[np.ndarray, "run bit"]:
    """Return signs of 1 and -1, 0 beyond a run's end: products count agreements of two runs."""
    signs = np.zeros((len(runs), longest * _PROJECTIONS), dtype=np.float32)
    for row, run in zip(signs, runs, strict=True):
        row[: run.size] = run.ravel() * np.float32(2) - 1
    return signs


def _spread(length: int, longest: int) -> np.ndarray:
    return ((np.arange(longest) + 0.5) * length / longest).astype(int)


def _independent(run: _Bits) -> float:
    """Return the number of sign changes, corrected for projections of few regions."""
    changes = int((run[1:] != run[:-1]).sum())
    signs = run * 2.0 - 1
    common = (signs.T @ signs / len(run)) ** 2 - _PROJECTIONS / max(changes, 1)
    np.fill_diagonal(common, 0.0)
    beside = float(np.clip(common, 0, None).sum())
    return changes * _PROJECTIONS / (_PROJECTIONS + beside)
