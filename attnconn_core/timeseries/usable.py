"""The part of a series that can be checked: finite, changing regions in long enough runs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64

from attnconn_core.records import TimeSeries

__all__ = ["UsablePart", "usable_part"]

FEWEST_FRAMES = 10
"""Frames of a run; with fewer, medians and deviations are unreliable."""
# For normal values, the deviation is this times the median distance from the median.
_NORMAL = 1.4826
_SAMPLED = 20  # number of regions whose decimals are checked


@dataclass(frozen=True)
class UsablePart:
    """Usable runs in float64, each minus its own means, with their positions and scales.

    Attributes
    ----------
    runs
        Runs, each minus its own means.
    first_frames
        Number of each run's first frame in the session, from 0.
    numbers
        Number of each run in the session, from 1.
    largest
        Largest absolute value of each region before the mean was subtracted.
    regions
        Region names.
    means
        The subtracted means of every region in each run.
    """

    runs: tuple[Float64[np.ndarray, "_ region"], ...]
    first_frames: tuple[int, ...]
    numbers: tuple[int, ...]
    largest: Float64[np.ndarray, " region"]
    regions: tuple[str, ...]
    means: Float64[np.ndarray, "run region"]

    @property
    def n_frames(self) -> int:
        """Number of frames over the usable runs."""
        return sum(map(len, self.runs))

    @property
    def n_regions(self) -> int:
        """Number of usable regions."""
        return len(self.regions)

    @cached_property
    def medians(self) -> tuple[Float64[np.ndarray, " region"], ...]:
        """Every region's median in each run."""
        return tuple(map(_median, self.runs))

    @cached_property
    def scales(self) -> tuple[Float64[np.ndarray, " region"], ...]:
        """Every region's robust deviation in each run.

        1.4826 times the median distance from the median; the standard deviation if half of
        a region's values equal its median, up to the rounding of medians.
        """
        scales = []
        for run, median in zip(self.runs, self.medians, strict=True):
            scale = _NORMAL * _median(np.abs(run - median))
            rounding = 2 * np.finfo(np.float32).eps * np.abs(median)
            scales.append(np.where(scale > rounding, scale, run.std(axis=0)))
        return tuple(scales)

    @cached_property
    def written(self) -> float:
        """Step between possible values, in deviations, as from the decimals of a text file.

        The median over some regions of the smallest difference between two values. Without
        rounding it is as small as chance makes it, of the order of 1 / frames².
        """
        some = np.linspace(0, self.n_regions - 1, min(_SAMPLED, self.n_regions)).astype(int)
        run = max(self.runs, key=len)[:, some]
        deviation = run.std(axis=0)
        steps = np.diff(np.sort(np.ascontiguousarray(run.T), axis=1), axis=1).T
        smallest = np.where(steps > 0, steps, np.inf).min(axis=0) / deviation
        return float(np.median(smallest))

    @cached_property
    def standardised(self) -> Float64[np.ndarray, "time region"]:
        """Return the stacked runs with a deviation of 1 for every region.

        Each run is first divided by its regions' median deviation, so that a run in another
        unit doesn't dominate the others; linear relations between regions are kept.
        """
        scaled = [run / np.median(run.std(axis=0)) for run in self.runs]
        stacked = np.concatenate(scaled)
        standardised: Float64[np.ndarray, "time region"] = stacked / stacked.std(axis=0)
        return standardised


def usable_part(series: TimeSeries) -> UsablePart | None:
    """Return the usable part; None without a run of ten frames and two sound regions."""
    ends = np.cumsum([len(run) for run in series.runs])
    kept = [number for number, run in enumerate(series.runs) if len(run) >= FEWEST_FRAMES]
    sound = np.ones(series.n_regions, dtype=bool)
    for number in kept:
        run = series.runs[number]
        sound &= np.isfinite(run).all(axis=0) & (run != run[:1]).any(axis=0)
    if not kept or sound.sum() < 2:
        return None
    values = [series.runs[number][:, sound].astype(np.float64) for number in kept]
    means = np.array([run.mean(axis=0) for run in values])
    return UsablePart(
        runs=tuple(run - mean for run, mean in zip(values, means, strict=True)),
        first_frames=tuple(int(ends[number]) - len(series.runs[number]) for number in kept),
        numbers=tuple(number + 1 for number in kept),
        largest=np.max([np.abs(run).max(axis=0) for run in values], axis=0),
        regions=tuple(np.asarray(series.regions)[sound].tolist()),
        means=means,
    )


def _median(run: Float64[np.ndarray, "time region"]) -> Float64[np.ndarray, " region"]:
    # By rows and in single precision, because medians along the first axis are much slower.
    return np.asarray(np.median(run.T.astype(np.float32, order="C"), axis=1), dtype=np.float64)
