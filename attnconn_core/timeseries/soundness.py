"""Check whether the values of a series can be used."""

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


# With fewer, whole numbers may be equal by chance.
_ENOUGH_FRAMES = 10


@dataclass(frozen=True)
class Soundness:
    """Faults of a series, by region and by frame.

    Attributes
    ----------
    not_finite
        Regions with a value that is NaN or infinite.
    dead
        Regions that are constant in some run: a forecaster can't learn from them
        and their correlations are undefined.
    copied
        Regions with exactly the values of an earlier region, as ``"b (as a)"``, or a multiple
        of them, as ``"b (−3 × a)"``: no method can distinguish them, and matrices with them
        can't be inverted.
    frames
        Frames without a valid image.
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
        """One sentence per broken rule, with the regions or frames that break it."""
        rules = (
            ("every value must be finite", self.not_finite, "NaN or infinite values"),
            ("every region must change over time", self.dead, "a constant signal"),
            ("every region must have a signal of its own", self.copied, "that of another"),
        )
        problems = [
            f"{rule}, but {len(regions)} region(s) have {what}: {first_few(regions, 5)}"
            for rule, regions, what in rules
            if regions
        ]
        return "; ".join([*problems, *filter(None, [self.frames.complaint()])])


def assess(series: TimeSeries, *, repeats: bool = True) -> Soundness:
    """Return regions and frames without a usable signal, and with `repeats` repeated ones.

    A region counts as constant in a run if all its values are equal, whatever its
    level; a threshold on the deviation would depend on the scanner's units.
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
    """Return regions that are multiples of others without being exact copies."""
    kept = [number for number, name in enumerate(series.regions) if name in different]
    if len(kept) < 2:
        return ()
    runs = tuple(run[:, kept] for run in series.runs)
    regions = tuple(series.regions[number] for number in kept)
    return scaled_copies(TimeSeries(runs, series.repetition_time, regions))


def require_sound(series: TimeSeries, what: str) -> TimeSeries:
    """Return `series` if every region and frame can be used.

    Repeated frames and equal regions are accepted here, because resampled scans and simulations
    may have them; scans from a scanner are checked by `assess`.

    Parameters
    ----------
    series
        Series to check.
    what
        Name of the series in the error, such as a session or a file.

    Raises
    ------
    SeriesError
        If a rule is broken; the message names the rule and the regions. Also if it isn't a
        `TimeSeries`.
    """
    if not isinstance(series, TimeSeries):
        raise SeriesError(
            f"{what} needs a TimeSeries; got {type(series).__name__}. "
            "TimeSeries.from_array(frames, repetition_time) makes one from an array"
        )
    complaint = assess(series, repeats=False).complaint()
    if complaint:
        raise SeriesError(f"{what}: {complaint}")
    return series
