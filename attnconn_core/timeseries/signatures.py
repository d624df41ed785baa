"""Signatures of recordings, by which copies are found that aren't exact."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float32

from attnconn_core.records import TimeSeries

__all__ = [
    "PROJECTIONS",
    "NearCopy",
    "near_copies",
    "packed",
    "region_signs",
    "signatures",
    "unpacked",
]

#: Sums of regions that stand for all of them.
PROJECTIONS = 4
# Of a session, over its runs: 1.6 kB in a manifest.
_MOST_FRAMES = 2400
_FEWEST_REGIONS, _FEWEST_FRAMES = 4, 50
# A key is taken of so many frames, so far apart: 32 bits, which even slow signals change in.
_KEY_FRAMES, _KEY_STEP = 8, 3
_SHARED_KEYS = 3
_COMPARED = 8  # entries after it in a group of equal keys
_CORRELATION = 0.9
_IN_EVERY = 0.75
# Standard errors from 0, if every change of sign is an observation of its own.
_SURELY = 7.0

_Bits = Bool[np.ndarray, "_ projection"]


@dataclass(frozen=True)
class NearCopy:
    """Two sessions that hold nearly the same recording.

    Attributes
    ----------
    first, second
        Their keys.
    correlation
        Of the changes from frame to frame, aligned, over projections of the regions.
    shift
        Frames by which the second begins later in the recording than the first.
    """

    first: str
    second: str
    correlation: float
    shift: int


def signatures(series: TimeSeries) -> tuple[str, ...]:
    """Return a signature per run, of a few bits per frame.

    They are the signs of the changes from frame to frame in 4 projections of the regions,
    each region in deviations of its own. Offset, scale, drift and a little noise hardly
    change them. A run of fewer than 50 frames or 4 regions has an empty one.
    """
    most = max(_FEWEST_FRAMES, _MOST_FRAMES // len(series.runs))
    return tuple(_signature(run[: most + 1]) for run in series.runs)


def _signature(run: Float32[np.ndarray, "time region"]) -> str:
    finite = np.isfinite(run).all(axis=0)
    steps = np.diff(run[:, finite].astype(np.float64), axis=0)
    steps = steps[: len(steps) // 2 * 2]
    if len(steps) < _FEWEST_FRAMES or steps.shape[1] < _FEWEST_REGIONS:
        return ""
    steps -= np.median(steps, axis=0)
    scale = np.median(np.abs(steps), axis=0)
    scale = np.where(scale > 0, scale, np.abs(steps).mean(axis=0))
    usable = scale > 0
    steps = np.clip(steps[:, usable] / scale[usable], -5, 5)
    return packed(steps @ region_signs(run.shape[1])[finite][usable] > 0)


def packed(bits: _Bits) -> str:
    """Write the bits of an even number of frames as text, eight to a byte."""
    return base64.b64encode(np.packbits(bits).tobytes()).decode()


def unpacked(signature: str) -> _Bits:
    """Return the bits that `packed` wrote, a row per frame."""
    held = np.frombuffer(base64.b64decode(signature), np.uint8)
    return np.unpackbits(held).reshape(-1, PROJECTIONS).astype(bool)


def region_signs(n_regions: int) -> np.ndarray:
    """Return weights of 1 and -1 (region, projection), the same on every machine."""
    columns = []
    for number in range(PROJECTIONS):
        digest = hashlib.shake_256(f"projection {number}".encode()).digest(n_regions // 8 + 1)
        columns.append(np.unpackbits(np.frombuffer(digest, np.uint8))[:n_regions])
    return 2.0 * np.column_stack(columns) - 1


def near_copies(sessions: Mapping[str, Sequence[str]]) -> tuple[NearCopy, ...]:
    """Find the sessions that hold nearly the same recording, at any shift in time.

    Independent recordings don't correlate; subjects who do one task share a part. Copies
    that were cut, rounded, detrended or smoothed a little correlate by more than 0.9.

    Parameters
    ----------
    sessions
        Key → what `signatures` returned; empty signatures are skipped.

    Returns
    -------
    Of every two sessions the pair of runs that agrees best.

    Notes
    -----
    Pairs are not compared one by one. The 32 bits of 8 frames, three apart, are a key. Two runs
    are compared where they share three keys at one shift, which at a correlation of 0.9 runs
    of 400 frames do, and unrelated runs don't.
    """
    return _near_copies(tuple((key, tuple(runs)) for key, runs in sessions.items()))


@lru_cache(maxsize=8)
def _near_copies(sessions: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[NearCopy, ...]:
    owners, runs = [], []
    for key, each in sessions:
        for signature in filter(None, each):
            runs.append(unpacked(signature))
            owners.append(key)
    best: dict[tuple[str, str], NearCopy] = {}
    for first, second, shift in _candidates(runs):
        pair = owners[first], owners[second]
        if pair[0] == pair[1]:
            continue
        correlation = _agreement(runs[first], runs[second], shift)
        known = best.get(pair)
        if correlation and (known is None or known.correlation < correlation):
            best[pair] = NearCopy(*pair, correlation, shift)
    return tuple(best.values())


def _candidates(runs: Sequence[_Bits]) -> list[tuple[int, int, int]]:
    """Find (run, run, shift) that share keys."""
    keys = [_keys(run) for run in runs]
    if not keys:
        return []
    key = np.concatenate(keys)
    owner = np.repeat(np.arange(len(keys), dtype=np.int32), [len(each) for each in keys])
    at = np.concatenate([np.arange(len(each), dtype=np.int32) for each in keys])
    order = np.argsort(key, kind="stable")
    key, owner, at = key[order], owner[order], at[order]
    found = []
    for distance in range(1, _COMPARED + 1):
        same = (key[distance:] == key[:-distance]) & (owner[distance:] != owner[:-distance])
        (where,) = np.nonzero(same)
        other = where + distance
        found.append(np.column_stack([owner[where], owner[other], at[where] - at[other]]))
    triples, counts = np.unique(np.concatenate(found), axis=0, return_counts=True)
    return [(a, b, shift) for a, b, shift in triples[counts >= _SHARED_KEYS].tolist()]


def _keys(run: _Bits) -> np.ndarray:
    span = (_KEY_FRAMES - 1) * _KEY_STEP
    keys = np.zeros(len(run) - span, dtype=np.uint32)
    for number in range(_KEY_FRAMES):
        frames = run[number * _KEY_STEP : len(run) - span + number * _KEY_STEP]
        for column in frames.T:
            keys = (keys << np.uint32(1)) | column
    return keys


def _agreement(first: _Bits, second: _Bits, shift: int) -> float:
    """Return the correlation of two runs where the second begins `shift` later; 0 if unsure."""
    first, second = first[max(shift, 0) :], second[max(-shift, 0) :]
    length = min(len(first), len(second))
    if length < _FEWEST_FRAMES:
        return 0.0
    first, second = first[:length], second[:length]
    signs = 2 * (first == second).mean(axis=0) - 1
    changes = min(int((each[1:] != each[:-1]).sum()) for each in (first, second))
    # Of normal variables; the signs of a correlation of 0.9 correlate by 0.71.
    correlations = np.sin(np.pi / 2 * signs)
    mean = float(np.sin(np.pi / 2 * signs.mean()))
    sure = signs.mean() * np.sqrt(changes) >= _SURELY
    return mean if sure and mean > _CORRELATION and correlations.min() > _IN_EVERY else 0.0
