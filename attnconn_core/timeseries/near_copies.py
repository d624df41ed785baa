"""Copies of a recording, or of a part of it, found by the signatures of the runs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool

from attnconn_core.timeseries.signatures import unpacked

__all__ = ["NearCopy", "SharedStretch", "near_copies", "shared_stretches"]

# Frames in a key, and frames between them: 32 bits, which change even in slow signals.
_KEY_FRAMES, _KEY_STEP = 8, 3
_SHARED_KEYS = 3
_COMPARED = 8  # following entries to compare in a group of equal keys
_FEWEST_FRAMES = 50
_CORRELATION = 0.9
_IN_EVERY = 0.75
# Standard errors from 0, if every change of sign is one observation.
_SURELY = 7.0
# Frames of a stretch, and the share by which equal signs must outnumber unequal ones.
_FEWEST_SHARED = 30
_AGREEING = 0.6

_Bits = Bool[np.ndarray, "_ projection"]


@dataclass(frozen=True)
class NearCopy:
    """Two sessions with nearly the same recording.

    Attributes
    ----------
    first, second
        Session keys.
    correlation
        Correlation of the aligned changes from frame to frame, over projections of the regions.
        Negative if the sign of all regions was reversed.
    shift
        Number of frames by which the second begins later in the recording than the first.
    backwards
        Whether the second is reversed in time.
    """

    first: str
    second: str
    correlation: float
    shift: int
    backwards: bool = False


@dataclass(frozen=True)
class SharedStretch:
    """A stretch of frames that two sessions share; their other frames differ.

    Attributes
    ----------
    first, second
        Session keys.
    runs
        Number of the run in each session, from 1.
    starts
        First frame of the stretch in each run, from 0.
    frames
        Number of frames in the stretch.
    correlation
        As for `NearCopy`.
    backwards
        Whether the stretch is reversed in time in the second.
    """

    first: str
    second: str
    runs: tuple[int, int]
    starts: tuple[int, int]
    frames: int
    correlation: float
    backwards: bool = False


def near_copies(sessions: Mapping[str, Sequence[str]]) -> tuple[NearCopy, ...]:
    """Return the pairs of sessions with nearly the same recording, at any shift in time.

    Independent recordings don't correlate, except weakly if the subjects do the same task. Copies
    that were cut, rounded, detrended or slightly smoothed correlate above 0.9, and copies with
    the opposite sign below -0.9. To find copies that are reversed in time, each recording is also
    compared in reverse.

    Parameters
    ----------
    sessions
        Session key → result of `signatures`; empty signatures are skipped.

    Returns
    -------
    For every two sessions, the pair of runs with the best agreement.

    Notes
    -----
    Not all pairs of runs are compared, only those that share three keys at the same shift. A key
    is the 32 bits of 8 frames that are three frames apart, inverted if the first bit is 1. Runs
    of 400 frames that correlate at 0.9 share that many; unrelated runs don't.
    """
    return _compared(tuple((key, tuple(runs)) for key, runs in sessions.items()))[0]


def shared_stretches(sessions: Mapping[str, Sequence[str]]) -> tuple[SharedStretch, ...]:
    """Return pairs of sessions that share a stretch of about 35 frames or more.

    Pairs that `near_copies` returns are left out.

    Parameters
    ----------
    sessions
        As for `near_copies`.

    Returns
    -------
    For every two sessions, the longest stretch.
    """
    return _compared(tuple((key, tuple(runs)) for key, runs in sessions.items()))[1]


@dataclass(frozen=True)
class _Run:
    """The bits of one run, with its session; `backwards` if reversed in time."""

    owner: str
    number: int
    bits: _Bits
    backwards: bool = False

    def turned(self) -> "_Run":
        # A change seen in reverse has the opposite sign.
        return _Run(self.owner, self.number, ~self.bits[::-1], backwards=True)


@lru_cache(maxsize=8)
def _compared(
    sessions: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[tuple[NearCopy, ...], tuple[SharedStretch, ...]]:
    runs = [
        _Run(key, number, unpacked(signature))
        for key, signatures in sessions
        for number, signature in enumerate(signatures, start=1)
        if signature
    ]
    copies: dict[tuple[str, str], NearCopy] = {}
    stretches: dict[tuple[str, str], SharedStretch] = {}
    for one, two, shift in _candidates([*runs, *(run.turned() for run in runs)], len(runs)):
        pair = min(one.owner, two.owner), max(one.owner, two.owner)
        copy = _near_copy(one, two, shift)
        if copy is not None:
            if pair not in copies or abs(copies[pair].correlation) < abs(copy.correlation):
                copies[pair] = copy
            continue
        part = _stretch(one, two, shift)
        if part is not None and (pair not in stretches or stretches[pair].frames < part.frames):
            stretches[pair] = part
    return tuple(copies.values()), tuple(
        stretch for pair, stretch in stretches.items() if pair not in copies
    )


def _candidates(runs: Sequence[_Run], as_they_are: int) -> Iterator[tuple[_Run, _Run, int]]:
    """Yield (run, run, shift) that share keys; only the second may be reversed."""
    keys = [_keys(run.bits) for run in runs]
    if not keys:
        return
    key = np.concatenate(keys)
    owner = np.repeat(np.arange(len(keys), dtype=np.int32), [len(run_keys) for run_keys in keys])
    at = np.concatenate([np.arange(len(run_keys), dtype=np.int32) for run_keys in keys])
    order = np.argsort(key, kind="stable")
    key, owner, at = key[order], owner[order], at[order]
    matches = []
    for distance in range(1, _COMPARED + 1):
        same = (key[distance:] == key[:-distance]) & (owner[distance:] != owner[:-distance])
        # The order within a group is that of runs: the first is not reversed, or both are.
        (where,) = np.nonzero(same & (owner[:-distance] < as_they_are))
        other = where + distance
        matches.append(np.column_stack([owner[where], owner[other], at[where] - at[other]]))
    triples, counts = np.unique(np.concatenate(matches), axis=0, return_counts=True)
    for first, second, shift in triples[counts >= _SHARED_KEYS].tolist():
        if runs[first].owner != runs[second].owner:
            yield runs[first], runs[second], shift


def _keys(run: _Bits) -> np.ndarray:
    span = (_KEY_FRAMES - 1) * _KEY_STEP
    keys = np.zeros(max(len(run) - span, 0), dtype=np.uint32)
    for number in range(_KEY_FRAMES):
        frames = run[number * _KEY_STEP : len(run) - span + number * _KEY_STEP]
        for column in frames.T:
            keys = (keys << np.uint32(1)) | column
    return np.where(keys >> np.uint32(31), ~keys, keys)


def _near_copy(one: _Run, two: _Run, shift: int) -> NearCopy | None:
    """Compare two runs, with the second beginning `shift` later."""
    first, second = _aligned(one, two, shift)
    if len(first) < _FEWEST_FRAMES:
        return None
    correlation = _agreement(first, second)
    if not correlation:
        return None
    if two.backwards:  # in frames, of which there is one more than changes
        shift = 0 if abs(shift) <= 1 else shift
    return NearCopy(one.owner, two.owner, correlation, shift, two.backwards)


def _stretch(one: _Run, two: _Run, shift: int) -> SharedStretch | None:
    """Return the stretch with the best agreement, with the second run beginning `shift` later."""
    first, second = _aligned(one, two, shift)
    agreeing = 2 * (first == second).mean(axis=1) - 1
    best = (0, 0, 0.0)
    for sign in (1, -1):
        # The stretch with the largest sum.
        total = np.concatenate([[0.0], np.cumsum(sign * agreeing - _AGREEING)])
        lowest = np.minimum.accumulate(total)
        end = int(np.argmax(total - lowest))
        start = int(np.argmin(total[: end + 1]))
        best = max(
            best, (start, end, float(total[end] - total[start])), key=lambda stretch: stretch[2]
        )
    start, end, _ = best
    if end - start < _FEWEST_SHARED:
        return None
    correlation = _agreement(first[start:end], second[start:end])
    if not correlation:
        return None
    starts = (start + max(shift, 0), start + max(-shift, 0))
    if two.backwards:
        starts = (starts[0], len(two.bits) - starts[1] - (end - start))
    numbers = (one.number, two.number)
    length = end - start + 1  # changes lie between frames
    return SharedStretch(one.owner, two.owner, numbers, starts, length, correlation, two.backwards)


def _aligned(one: _Run, two: _Run, shift: int) -> tuple[_Bits, _Bits]:
    first, second = one.bits[max(shift, 0) :], two.bits[max(-shift, 0) :]
    length = min(len(first), len(second))
    return first[:length], second[:length]


def _agreement(first: _Bits, second: _Bits) -> float:
    """Return the correlation of two aligned runs; 0 if it isn't significant."""
    signs = 2 * (first == second).mean(axis=0) - 1
    changes = min(int((bits[1:] != bits[:-1]).sum()) for bits in (first, second))
    # For normal variables; at a correlation of 0.9 the signs correlate by 0.71.
    turn = 1 if signs.mean() > 0 else -1
    correlations = turn * np.sin(np.pi / 2 * signs)
    mean = float(np.sin(np.pi / 2 * signs.mean()))
    sure = abs(signs.mean()) * np.sqrt(changes) >= _SURELY
    alike = abs(mean) > _CORRELATION and correlations.min() > _IN_EVERY
    return mean if sure and alike else 0.0
