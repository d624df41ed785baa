"""Checks of amplitudes: spikes, and regions or runs in other units."""

from collections.abc import Collection

import numpy as np
from jaxtyping import Bool, Float64

from attnconn_core.timeseries.frames import frames_in_words
from attnconn_core.timeseries.usable import UsablePart

__all__ = ["far_deviations", "louder_regions", "spikes", "units_of_runs"]

# In robust deviations. In the 14 sessions of the sample no value lies beyond 7.2.
_SPIKE = 10.0
# In half of the regions at once. At most 2.7 in the sample, 2.8 in simulations.
_SPIKE_OF_ALL = 5.0
# In multiples of the median region's deviation. In the sample: 0.37 to 3.0.
_LOUD = 1e3
# Ratio of the median deviations of two runs.
_OTHER_UNIT = 30.0
_NAMED = 5


def spikes(part: UsablePart, known: Collection[int] = ()) -> tuple[str, tuple[int, ...]]:
    """Return a warning about extreme frames, and these frames.

    A value's distance is measured from its region's median over the run, in robust deviations,
    so that neither units nor the spikes themselves affect it. Frames in `known`, which already
    have another explanation, are left out.
    """
    frames: list[int] = []
    struck = np.zeros(part.n_regions, dtype=bool)
    largest = 0.0
    of_runs = zip(part.runs, part.medians, part.scales, part.first_frames, strict=True)
    for run, median, scale, first in of_runs:
        distance = np.abs(run - median) / scale
        far = distance > _SPIKE
        shared = np.median(distance, axis=1) > _SPIKE_OF_ALL
        far[shared] |= distance[shared] > _SPIKE_OF_ALL
        far[[number - first for number in known if 0 <= number - first < len(run)]] = False
        if far.any():
            frames += (first + np.flatnonzero(far.any(axis=1))).tolist()
            struck |= far.any(axis=0)
            largest = max(largest, float(distance[far].max()))
    if not frames:
        return "", ()
    of = _named(part, np.flatnonzero(struck))
    return (
        f"{len(frames)} of {part.n_frames} frames have values more than {_SPIKE:g} robust "
        f"deviations from the region's median, or more than {_SPIKE_OF_ALL:g} in half of the "
        f"regions, up to {largest:,.0f} in {of}: {frames_in_words(frames)}; such spikes "
        "dominate the correlations: look at the scan, and cut these frames out",
        tuple(frames),
    )


def louder_regions(part: UsablePart) -> str:
    """Return a warning about regions whose deviation differs a thousandfold from the median."""
    relative = _relative(part)
    apart = _apart(relative)
    loud = np.flatnonzero(apart > _LOUD)
    if not len(loud):
        return ""
    loud = loud[np.argsort(-apart[loud])]
    first = loud[0]
    return (
        f"every region's deviation should lie within a factor of {_LOUD:,.0f} of the median "
        f"region's, but that of {_named(part, loud)} doesn't ({part.regions[first]}: "
        f"{relative[first]:.2g} times): were all regions scaled alike?"
    )


def far_deviations(part: UsablePart) -> Bool[np.ndarray, " region"]:
    """Return which regions `louder_regions` reports."""
    return np.asarray(_apart(_relative(part)) > _LOUD)


def _apart(relative: Float64[np.ndarray, " region"]) -> Float64[np.ndarray, " region"]:
    return np.asarray(np.maximum(relative, 1 / relative))


def _relative(part: UsablePart) -> Float64[np.ndarray, " region"]:
    return np.asarray(np.median([scale / np.median(scale) for scale in part.scales], axis=0))


def units_of_runs(part: UsablePart) -> str:
    """Return a warning if the runs' deviations differ as if they had different units."""
    medians = [float(np.median(scale)) for scale in part.scales]
    low, high = int(np.argmin(medians)), int(np.argmax(medians))
    ratio = medians[high] / medians[low]
    if ratio <= _OTHER_UNIT:
        return ""
    return (
        f"the median deviations of its runs should lie within a factor of {_OTHER_UNIT:g}, but "
        f"that of run {part.numbers[high]} is {ratio:,.0f} times that of run {part.numbers[low]} "
        f"({medians[high]:.3g} and {medians[low]:.3g}): are they in one unit? The louder run "
        "dominates all results: convert both to one unit"
    )


def _named(part: UsablePart, numbers: np.ndarray) -> str:
    few = len(numbers) <= _NAMED
    names = f" ({', '.join(part.regions[number] for number in numbers)})" if few else ""
    return f"{len(numbers)} of {part.n_regions} regions{names}"
