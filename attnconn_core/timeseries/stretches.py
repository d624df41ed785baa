"""Stretches of a scan in which all regions change much less, or much more, than in the rest."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["uneven_stretches"]

# Changes per window, and the share of the usual change that its median must lie below. The
# sample's sessions have 0.74 and 0.81 at least, simulated cohorts 0.55 and 0.65.
_FROZEN_WINDOW, _FROZEN = 10, 0.1
_OTHER_WINDOW, _OTHER = 30, 0.5
_FEWEST_CHANGES = 2 * _OTHER_WINDOW
# A change larger than so many usual ones counts as that: a spike is no stretch.
_CLIP = 4.0
# Of fewer regions, the common signal is as much each one's own.
_FEWEST_TO_SHARE = 5
_SHOWN = 3

_Changes = Float64[np.ndarray, " change"]


def uneven_stretches(part: UsablePart) -> tuple[str, ...]:
    """Say in which frames all regions hardly change, and where a scan is quieter or louder.

    What counts is the change from frame to frame, less what regions share of it, in each region's
    usual ones, averaged over regions: levels, units, drifts and a common signal don't matter.
    Frames that hold exactly one value are not named here, and nothing is where most regions'
    usual change is none: the values are coarse.
    """
    frozen, other = [], []
    for number, first, run in zip(part.numbers, part.first_frames, part.runs, strict=True):
        changes = _changes(run)
        if len(changes) < _FEWEST_CHANGES:
            continue
        quiet = _frozen(changes)
        uneven = [] if quiet else _other(changes)
        ratios = _ratios(changes, quiet or uneven)
        if quiet:
            frozen += [
                _in_words(number, first, each, ratio)
                for each, ratio in zip(quiet, ratios, strict=True)
                if changes[slice(*each)].any()
            ]
        else:
            other += [
                _in_words(number, first, each, ratio)
                for each, ratio in zip(uneven, ratios, strict=True)
                if not _OTHER < ratio < 1 / _OTHER
            ]
    found = []
    if frozen:
        found.append(
            f"all regions hardly change in {_listed(frozen)}, by less than {_FROZEN:.0%} of what "
            "they usually do from frame to frame: were these frames padded, interpolated or "
            "regressed away? Cut them out"
        )
    if other:
        found.append(
            f"the amplitude of all regions should be much the same in the whole of a run, within a "
            f"factor of {1 / _OTHER:g}, but isn't in {_listed(other)}: were two scans joined, or "
            "was a part scaled otherwise, or did the head move? Store the parts as two runs, or "
            "cut one out"
        )
    return tuple(found)


def _changes(run: Float64[np.ndarray, "time region"]) -> _Changes:
    """Return the mean change over regions at each frame, in usual ones."""
    steps = np.diff(run.T.astype(np.float32, order="C"), axis=1)
    usual = np.median(np.abs(steps), axis=1)
    usable = usual > 0
    if usable.mean() < 0.5:
        return np.empty(0)
    steps = steps[usable] / usual[usable, None]
    if len(steps) >= _FEWEST_TO_SHARE:
        shared = steps.mean(axis=0)
        steps -= np.outer(steps @ shared / max(shared @ shared, 1e-12), shared)
        usual = np.median(np.abs(steps), axis=1)
        if not usual.any():
            return np.empty(0)
        steps = steps[usual > 0] / usual[usual > 0, None]
    return np.minimum(np.abs(steps), _CLIP).mean(axis=0).astype(np.float64)


def _frozen(changes: _Changes) -> list[tuple[int, int]]:
    windows = _medians(changes, _FROZEN_WINDOW)
    limit = _FROZEN * float(np.quantile(windows, 0.8))
    return _joined(windows < limit, changes < limit, _FROZEN_WINDOW)


def _other(changes: _Changes) -> list[tuple[int, int]]:
    """Return the quieter stretches, or else the louder ones."""
    windows = _medians(changes, _OTHER_WINDOW)
    loud, quiet = np.quantile(windows, [0.8, 0.2])
    between = np.sqrt(_OTHER)
    return _joined(windows < _OTHER * loud, changes < between * loud, _OTHER_WINDOW) or _joined(
        windows > quiet / _OTHER, changes > quiet / between, _OTHER_WINDOW
    )


def _medians(changes: _Changes, window: int) -> Float64[np.ndarray, " window"]:
    return np.median(np.lib.stride_tricks.sliding_window_view(changes, window), axis=1)


def _joined(windows: np.ndarray, single: np.ndarray, length: int) -> list[tuple[int, int]]:
    """Join windows that overlap to (first change, behind the last), ends that are usual cut off."""
    covered = np.zeros(len(single) + 2, dtype=np.int8)
    for start in np.flatnonzero(windows):
        covered[start + 1 : start + 1 + length] = 1
    found = []
    for start, end in np.flatnonzero(np.diff(covered)).reshape(-1, 2):
        (apart,) = np.nonzero(single[start:end])
        found.append((int(start + apart[0]), int(start + apart[-1] + 1)))
    return found


def _ratios(sizes: _Changes, stretches: list[tuple[int, int]]) -> list[float]:
    """Return the median change in each stretch over that outside of all."""
    outside = np.ones(len(sizes), dtype=bool)
    for start, end in stretches:
        outside[start:end] = False
    rest = np.median(sizes[outside] if outside.any() else sizes)
    return [float(np.median(sizes[start:end]) / rest) for start, end in stretches]


def _in_words(number: int, first: int, changes: tuple[int, int], ratio: float) -> str:
    start, end = changes
    return f"frames {first + start}–{first + end} of run {number} ({ratio:.2g} times the rest)"


def _listed(told: list[str]) -> str:
    left = len(told) - _SHOWN
    more = f" and {left} more {'stretch' if left == 1 else 'stretches'}" if left > 0 else ""
    return "; ".join(told[:_SHOWN]) + more
