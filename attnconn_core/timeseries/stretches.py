"""Check for stretches in which all regions change much less, or much more, than in the rest."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["uneven_stretches"]

# Changes per window, and the share of the usual change below which its median must lie. At least
# 0.82 and 0.87 in the sample's sessions, 0.42 and 0.59 in simulated cohorts of 5 regions.
_FROZEN_WINDOW, _FROZEN = 10, 0.1
_OTHER_WINDOW, _OTHER = 30, 0.5
_FEWEST_CHANGES = 2 * _OTHER_WINDOW
# Larger changes are limited to this many usual ones, so that a spike isn't a stretch.
_CLIP = 4.0
# With fewer regions, the common signal can't be separated from each region's own.
_FEWEST_TO_SHARE = 5
_SHOWN = 3

_Changes = Float64[np.ndarray, " change"]


def uneven_stretches(part: UsablePart) -> tuple[str, ...]:
    """Return warnings about frames in which all regions hardly change, or change more.

    The measure is the change from frame to frame, minus the part that regions share, relative to
    each region's usual change and averaged over regions. Levels, units, drifts and a common
    signal have no effect. Frames with exactly one value are not reported here; nothing is
    reported if most regions' usual change is 0, because the values are then coarse.
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
                _in_words(number, first, stretch, ratio)
                for stretch, ratio in zip(quiet, ratios, strict=True)
                if changes[slice(*stretch)].any()
            ]
        else:
            other += [
                _in_words(number, first, stretch, ratio)
                for stretch, ratio in zip(uneven, ratios, strict=True)
                if not _OTHER < ratio < 1 / _OTHER
            ]
    warnings = []
    if frozen:
        warnings.append(
            f"all regions hardly change in {_listed(frozen)}, by less than {_FROZEN:.0%} of their "
            "usual change from frame to frame: were these frames padded, interpolated or "
            "regressed out? Cut them out"
        )
    if other:
        warnings.append(
            f"the amplitude of all regions should stay within a factor of {1 / _OTHER:g} "
            f"throughout a run, but doesn't in {_listed(other)}: were two scans joined, was a part "
            "scaled differently, or did the head move? Store the parts as two runs, or "
            "cut one out"
        )
    return tuple(warnings)


def _changes(run: Float64[np.ndarray, "time region"]) -> _Changes:
    """Return the mean change over regions at each frame, relative to the usual change."""
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
    changes: _Changes = np.minimum(np.abs(steps), _CLIP).mean(axis=0).astype(np.float64)
    return changes


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
    medians: Float64[np.ndarray, " window"] = np.median(
        np.lib.stride_tricks.sliding_window_view(changes, window), axis=1
    )
    return medians


def _joined(windows: np.ndarray, single: np.ndarray, length: int) -> list[tuple[int, int]]:
    """Return overlapping windows joined to (first change, end), trimmed of usual changes."""
    covered = np.zeros(len(single) + 2, dtype=np.int8)
    for start in np.flatnonzero(windows):
        covered[start + 1 : start + 1 + length] = 1
    stretches = []
    for start, end in np.flatnonzero(np.diff(covered)).reshape(-1, 2):
        (apart,) = np.nonzero(single[start:end])
        stretches.append((int(start + apart[0]), int(start + apart[-1] + 1)))
    return stretches


def _ratios(sizes: _Changes, stretches: list[tuple[int, int]]) -> list[float]:
    """Return the median change in each stretch relative to that outside all stretches."""
    outside = np.ones(len(sizes), dtype=bool)
    for start, end in stretches:
        outside[start:end] = False
    rest = np.median(sizes[outside] if outside.any() else sizes)
    return [float(np.median(sizes[start:end]) / rest) for start, end in stretches]


def _in_words(number: int, first: int, changes: tuple[int, int], ratio: float) -> str:
    start, end = changes
    return f"frames {first + start}–{first + end} of run {number} ({ratio:.2g} times the rest)"


def _listed(stretches: list[str]) -> str:
    left = len(stretches) - _SHOWN
    more = f" and {left} more {'stretch' if left == 1 else 'stretches'}" if left > 0 else ""
    return "; ".join(stretches[:_SHOWN]) + more
