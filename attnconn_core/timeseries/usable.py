"""The part of a series that can be measured: finite regions that change, in runs of some length."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64

from attnconn_core.records import TimeSeries

__all__ = ["UsablePart", "usable_part"]

FEWEST_FRAMES = 10
"""Frames of a run; of fewer, medians and deviations say little."""
# A deviation is the median distance from the median, times this, where values are normal.
_NORMAL = 1.4826
_SAMPLED = 20  # regions whose decimals are looked at


@dataclass(frozen=True)
class UsablePart:
    """Runs of float64 around their own means, and what is known of them.

    Attributes
    ----------
    runs
        Each around its own means.
    first_frames
        The number of each run's first frame in the session, from 0.
    numbers
        The number of each run in the session, from 1.
    largest
        Of each region, the largest absolute value before the mean was taken out.
    regions
        Their names.
    means
        What was taken out: every region's mean in each run.
    """

    runs: tuple[Float64[np.ndarray, "_ region"], ...]
    first_frames: tuple[int, ...]
    numbers: tuple[int, ...]
    largest: Float64[np.ndarray, " region"]
    regions: tuple[str, ...]
    means: Float64[np.ndarray, "run region"]

    @property
    def n_frames(self) -> int:
        """Frames over the usable runs."""
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

        1.4826 times the median distance from the median; the standard deviation where half of
        a region's values are its median, up to the rounding of medians.
        """
        scales = []
        for run, median in zip(self.runs, self.medians, strict=True):
            scale = _NORMAL * _median(np.abs(run - median))
            rounding = 2 * np.finfo(np.float32).eps * np.abs(median)
            scales.append(np.where(scale > rounding, scale, run.std(axis=0)))
        return tuple(scales)

    @cached_property
    def written(self) -> float:
        """Step from one possible value to the next, in deviations: the decimals of a text file.

        The median over some regions of the smallest difference between two values: where
        nothing was rounded it is as small as chance makes it, in the order of 1 / frames².
        """
        some = np.linspace(0, self.n_regions - 1, min(_SAMPLED, self.n_regions)).astype(int)
        run = max(self.runs, key=len)[:, some]
        deviation = run.std(axis=0)
        steps = np.diff(np.sort(np.ascontiguousarray(run.T), axis=1), axis=1).T
        smallest = np.where(steps > 0, steps, np.inf).min(axis=0) / deviation
        return float(np.median(smallest))

    @cached_property
    def standardised(self) -> Float64[np.ndarray, "time region"]:
        """Stack the runs with a deviation of 1 for every region.

        Each run is divided by its regions' median deviation first, so that a run in another
        unit doesn't hide the others; what is linear between regions stays so.
        """
        scaled = [run / np.median(run.std(axis=0)) for run in self.runs]
        stacked = np.concatenate(scaled)
        return stacked / stacked.std(axis=0)


def usable_part(series: TimeSeries) -> UsablePart | None:
    """Return what can be measured; None without a run of ten frames and two sound regions."""
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
    # By rows, and in single precision: along the first axis it takes several times as long.
    return np.asarray(np.median(run.T.astype(np.float32, order="C"), axis=1), dtype=np.float64)
