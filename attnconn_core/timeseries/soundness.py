"""Whether the values of a series can be used at all."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries.copies import scaled_copies
from attnconn_core.timeseries.frames import Frames, look_at_frames
from attnconn_core.wording import first_few

__all__ = ["Soundness", "assess", "require_sound"]


# In fewer, whole numbers may agree by chance.
_ENOUGH_FRAMES = 10


@dataclass(frozen=True)
class Soundness:
    """What is wrong with a series, region by region, and frame by frame.

    Attributes
    ----------
    not_finite
        Regions with a value that is NaN or infinite.
    dead
        Regions that don't change within some run: a forecaster learns nothing there
        and a correlation is undefined.
    copied
        Regions with exactly the values of an earlier region, as ``"b (as a)"``, or with these
        times a number, as ``"b (−3 × a)"``: no method can tell them apart, and those that
        invert a matrix can't do it.
    frames
        Frames that are no picture of a brain.
    """

    not_finite: tuple[str, ...]
    dead: tuple[str, ...]
    copied: tuple[str, ...]
    frames: Frames

    @property
    def sound(self) -> bool:
        """Whether every region and frame can be used."""
        return not (self.not_finite or self.dead or self.copied or self.frames.complaint())

    def complaint(self) -> str:
        """One sentence for each broken rule, with the regions or frames that break it."""
        rules = (
            ("every value must be finite", self.not_finite, "NaN or infinite values"),
            ("every region must change over time", self.dead, "a constant signal"),
            ("every region must have a signal of its own", self.copied, "that of another"),
        )
        told = [
            f"{rule}, but {len(regions)} region(s) have {what}: {first_few(regions, 5)}"
            for rule, regions, what in rules
            if regions
        ]
        return "; ".join([*told, *filter(None, [self.frames.complaint()])])


def assess(series: TimeSeries, *, repeats: bool = True) -> Soundness:
    """Look for regions and frames that hold no usable signal, or (`repeats`) that of another.

    A run's region counts as constant when all of its values are equal, whatever its
    level: a deviation threshold would depend on the scanner's units.
    """
    finite = np.all([np.isfinite(run).all(axis=0) for run in series.runs], axis=0)
    constant = np.any([(run == run[:1]).all(axis=0) for run in series.runs if len(run) > 1], axis=0)
    names = np.asarray(series.regions)
    return Soundness(
        not_finite=tuple(names[~finite].tolist()),
        dead=tuple(names[finite & constant].tolist()),
        copied=_copied(series, finite & ~constant) if repeats else (),
        frames=look_at_frames(series, repeats=repeats),
    )


def _copied(series: TimeSeries, usable: Bool[np.ndarray, " region"]) -> tuple[str, ...]:
    first: dict[bytes, str] = {}
    copied: list[str] = []
    if series.n_frames < _ENOUGH_FRAMES:
        return ()
    for number in np.flatnonzero(usable).tolist():
        digest = hashlib.sha256()
        for run in series.runs:
            digest.update((run[:, number] + np.float32(0)).tobytes())
        name = series.regions[number]
        other = first.setdefault(digest.digest(), name)
        if other != name:
            copied.append(f"{name} (as {other})")
    return (*copied, *_scaled(series, set(first.values())))


def _scaled(series: TimeSeries, different: Collection[str]) -> tuple[str, ...]:
    """Of regions that are no copies of each other as they are, those that are when scaled."""
    kept = [number for number, name in enumerate(series.regions) if name in different]
    if len(kept) < 2:
        return ()
    runs = tuple(run[:, kept] for run in series.runs)
    regions = tuple(series.regions[number] for number in kept)
    return scaled_copies(TimeSeries(runs, series.repetition_time, regions))


def require_sound(series: TimeSeries, what: str) -> TimeSeries:
    """Return `series` if every region and frame can be used.

    Frames may repeat, as they do where somebody resamples a scan, and regions may be equal,
    as they may in a simulation; what comes from a scanner is held against `assess`.

    Parameters
    ----------
    series
        Any series.
    what
        Names it in the error: a session, a file.

    Raises
    ------
    SeriesError
        With the rule and the regions that break it.
    """
    told = assess(series, repeats=False).complaint()
    if told:
        raise SeriesError(f"{what}: {told}")
    return series
