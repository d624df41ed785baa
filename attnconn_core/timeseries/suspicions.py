"""Warnings about series that are suspicious but not certainly wrong."""

import hashlib
from collections.abc import Collection

import numpy as np
from jaxtyping import Float32

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.amplitude import louder_regions, spikes, units_of_runs
from attnconn_core.timeseries.dimensions import dimensions
from attnconn_core.timeseries.drift import drift
from attnconn_core.timeseries.frames import frames_in_words, look_at_frames
from attnconn_core.timeseries.held_values import held_values
from attnconn_core.timeseries.independence import few_independent_frames, interpolated_frames
from attnconn_core.timeseries.jump import jump
from attnconn_core.timeseries.near_copies import near_copies, shared_stretches
from attnconn_core.timeseries.orientation import orientation
from attnconn_core.timeseries.region_levels import regions_at_another_level
from attnconn_core.timeseries.signatures import signatures
from attnconn_core.timeseries.steady_state import first_frames_apart
from attnconn_core.timeseries.stretches import uneven_stretches
from attnconn_core.timeseries.twins import twins
from attnconn_core.timeseries.usable import usable_part

__all__ = ["recordings", "suspicions"]

# Seconds; scans of today rarely lie outside.
_USUAL = (0.2, 10.0)
# With fewer, values are equal by chance.
_LEAST_SIGNS = 128
# z-scores saved as integers take about seven values.
_FEW_LEVELS = 16
_ENOUGH_FRAMES = 60
# Share of frames; more are a stretch at another level, not spikes.
_STRETCH = 0.05


def suspicions(series: TimeSeries) -> tuple[str, ...]:
    """Return warnings about a series, one sentence each; empty for most.

    Faults that are certainly wrong aren't included: `require_sound` and the sources reject them.
    """
    warnings = []
    axes = orientation(max(series.runs, key=len))
    if axes.perhaps_turned:
        warnings.append(
            "it may be (region, time) taken for (time, region); if so, transpose it. It is read as "
            f"{series.n_frames} frames of {series.n_regions} regions, but {axes.in_words}"
        )
    elif series.n_frames < series.n_regions:
        warnings.append(
            f"it has fewer frames than regions ({series.n_frames} and {series.n_regions}), too few "
            "for any method; is it (time, region)?"
        )
    frames = look_at_frames(series)
    if frames.repeated and not frames.too_many_repeated:
        warnings.append(
            f"{len(frames.repeated)} of {frames.n_frames} frames hold exactly the values of an "
            f"earlier one: {frames_in_words(frames.repeated)}"
        )
    if len(frames.flat) == 1:
        warnings.append(f"frame {frames.flat[0]} has one value in all regions")
    if not frames.repeated:
        warnings += _copied_runs(series)
    warnings += _coarse(series)
    if not _USUAL[0] <= series.repetition_time <= _USUAL[1]:
        warnings.append(f"its repetition time of {series.repetition_time:g} s is unusual")
    return (*warnings, *_of_values(series, frames.flat))


def _of_values(series: TimeSeries, known: Collection[int]) -> tuple[str, ...]:
    """Return warnings about amplitudes, dimensions and frames, one per cause."""
    part = usable_part(series)
    if part is None:
        return ()
    drifts = jump(part) or drift(part)
    begins, first = first_frames_apart(part)
    if first <= set(known):
        begins = ""
    struck, frames = spikes(part, {*known, *first})
    if drifts and len(frames) > _STRETCH * part.n_frames:
        struck = ""  # the stretch is the part after a jump
    warnings = [drifts, begins, struck, louder_regions(part), regions_at_another_level(part)]
    warnings += [units_of_runs(part), *uneven_stretches(part)]
    # A drift, a spike or bright first frames are signals that all regions share, and hide other
    # common signals.
    if not drifts:
        warnings.append("" if struck else twins(part))
        warnings += [*dimensions(part, common=not (struck or begins)), few_independent_frames(part)]
    warnings += [held_values(part, known), interpolated_frames(part)]
    return tuple(filter(None, warnings))


def _copied_runs(series: TimeSeries) -> list[str]:
    """Return warnings about runs with one recording, or a part of it; without exact repeats."""
    runs = {
        str(number): (signature,) for number, signature in enumerate(signatures(series), start=1)
    }
    copies = [
        f"its runs {copy.first} and {copy.second} hold nearly one recording (r = "
        f"{copy.correlation:.3f}{', backwards' if copy.backwards else ''}): remove one of them"
        for copy in near_copies(runs)
    ]
    return copies + [
        f"its runs {stretch.first} and {stretch.second} share some {stretch.frames} frames (from "
        f"frame {stretch.starts[0]} of one and {stretch.starts[1]} of the other on; r = "
        f"{stretch.correlation:.3f}): cut them out of one"
        for stretch in shared_stretches(runs)
    ]


def _coarse(series: TimeSeries) -> list[str]:
    """Return warnings about regions with few values, and about the limits of single precision."""
    distinct = [np.unique(column) for column in series.values.T]
    levels = float(np.median([len(values) for values in distinct]))
    if series.n_frames < _ENOUGH_FRAMES or levels >= _FEW_LEVELS:
        return []
    cause = "was it rounded, or saved as integers or float16?"
    varied = [values for values in distinct if len(values) > 1]
    steps = [np.diff(values).min() / np.spacing(np.abs(values).max()) for values in varied]
    if steps and np.median(steps) <= 1:
        level = np.median(np.abs(series.values))
        cause = (
            f"around {level:.2g}, single precision, in which a series is stored, has no finer "
            "steps: subtract each region's mean before the scan is stored"
        )
    return [
        f"its values are coarse: half of the regions take {levels:g} values or fewer in "
        f"{series.n_frames} frames; {cause}"
    ]


def recordings(series: TimeSeries) -> tuple[str, ...]:
    """Return a hash per run that two runs share only if they are one recording.

    It is computed from the signs of the changes from frame to frame, so offset and scale of
    each region don't matter: a z-scored copy has the same hash.
    """
    return tuple(_hash(run) for run in series.runs)


def _hash(run: Float32[np.ndarray, "time region"]) -> str:
    signs = np.diff(run, axis=0) > 0
    content = np.packbits(signs) if signs.size >= _LEAST_SIGNS else run
    return hashlib.sha256(repr(run.shape).encode() + content.tobytes()).hexdigest()[:16]
