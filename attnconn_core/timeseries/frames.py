"""Checks for frames without an image: censored, padded or repeated volumes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from attnconn_core.records import TimeSeries

__all__ = ["FEW_LEVELS", "Frames", "frames_in_words", "look_at_frames"]

# With fewer regions, two frames can be equal by chance in scans of whole numbers.
_REGIONS = 3
# Share of the usual spread over regions: what filters leave of a volume of zeros.
_FLAT = 1e-4
# Largest number of times that a frame may occur before it counts as padding.
_TIMES = 3
_SHARE = 0.05
FEW_LEVELS = 16
"""Number of different values in a region; z-scores saved as integers take about seven."""
# With fewer frames, a region takes few values in any case.
_ENOUGH_FRAMES = 60
_SHOWN = 5  # number of ranges in a message


@dataclass(frozen=True)
class Frames:
    """Frames without a valid image, numbered from 0 over all runs.

    Attributes
    ----------
    flat
        Frames with one value in all regions, such as 0 (or nearly: with a spread over regions
        below 1/10,000 of the usual). A single one is accepted, because simulations start so.
    repeated
        Frames that are exactly equal to an earlier frame, without the `flat` ones.
    copies
        Number of times that the most frequent frame occurs; 1 if none is repeated.
    n_frames
        Number of frames in all.
    missing
        Frames that are NaN or infinite in all regions.
    copied_runs
        Pairs of a run and an earlier run that it is exactly equal to, numbered from 1.
    levels
        Median over regions of the number of different values, if it is so low that rounding
        makes frames flat or equal; otherwise None.
        makes frames flat or equal; None otherwise.
    """

    flat: tuple[int, ...]
    repeated: tuple[int, ...]
    copies: int
    n_frames: int
    missing: tuple[int, ...] = ()
    copied_runs: tuple[tuple[int, int], ...] = ()
    levels: float | None = None

    @property
    def too_many_repeated(self) -> bool:
        """Whether repeats are more than an isolated fault.

        Censored volumes become one vector, which occurs three times or more, when each region's
        mean is subtracted. A run that was read twice makes up more than 5 % of the scan.
        """
        return self.copies >= _TIMES or len(self.repeated) > _SHARE * self.n_frames

    @property
    def rounded(self) -> bool:
        """Whether frames are flat or equal because values were rounded to few levels."""
        return self.levels is not None and (len(self.flat) > 1 or self.too_many_repeated)

    def complaint(self) -> str:
        """Return the broken rules, with the frames; empty if there is none."""
        broken = []
        if self.missing:
            broken.append(
                "every frame must hold finite values, but "
                f"{len(self.missing)} of {self.n_frames} frames are NaN or infinite in all "
                f"regions: {frames_in_words(self.missing)}"
            )
        if self.rounded:
            broken.append(
                f"half of the regions take {self.levels:g} values or fewer in {self.n_frames} "
                f"frames, so that {len(self.flat)} frames have one value in all regions and "
                f"{len(self.repeated)} repeat an earlier one: the series was rounded, or saved as "
                "whole numbers. Save it anew, with decimals"
            )
            return "; ".join(broken)
        if self.copied_runs and not self.flat:
            copies = [f"run {later} is a copy of run {first}" for later, first in self.copied_runs]
            broken.append(
                f"every run must be a separate recording, but {', '.join(copies)}: replace it by "
                "the run's own file, or remove it"
            )
            return "; ".join(broken)
        if len(self.flat) > 1:
            broken.append(
                "every frame must differ between regions, but "
                f"{len(self.flat)} of {self.n_frames} frames have one value in all of them: "
                f"{frames_in_words(self.flat)}"
            )
        if self.repeated and self.too_many_repeated:
            broken.append(
                "no frame may repeat another, but "
                f"{len(self.repeated)} of {self.n_frames} frames hold exactly the values of an "
                f"earlier one: {frames_in_words(self.repeated)}"
            )
        if not broken:
            return ""
        return "; ".join(broken) + (
            ". They look like censored or padded volumes, or copied data: cut them out, "
            "and store what lies between them as separate runs"
        )


def look_at_frames(series: TimeSeries, *, repeats: bool = True) -> Frames:
    """Return the frames without a valid image; also the repeated ones if `repeats`.

    A series of fewer than three regions isn't checked, nor is one whose regions are
    all constant, which `assess` reports.
    """
    values = series.values
    missing = tuple(np.flatnonzero(~np.isfinite(values).any(axis=1)).tolist())
    nothing = Frames((), (), 1, len(values), missing)
    if values.shape[1] < _REGIONS or len(values) < _TIMES or (values == values[:1]).all():
        return nothing
    finite = np.isfinite(values).all(axis=1)
    spread = np.full(len(values), np.inf)
    spread[finite] = values[finite].std(axis=1, dtype=np.float64)
    if not finite.any():
        return nothing
    equal = (values == values[:, :1]).all(axis=1)
    flat = finite & (equal | (spread < _FLAT * np.median(spread[finite])))
    groups = _same(values, np.flatnonzero(finite & ~flat)) if repeats else []
    repeated = sorted(number for group in groups for number in group[1:])
    own = finite & ~flat
    own[repeated] = False
    return Frames(
        flat=tuple(np.flatnonzero(flat).tolist()),
        repeated=tuple(repeated),
        copies=max((len(group) for group in groups), default=1),
        n_frames=len(values),
        missing=missing,
        copied_runs=_copied_runs(series) if groups else (),
        levels=_few_levels(values[own]),
    )


def _few_levels(values: Float32[np.ndarray, "time region"]) -> float | None:
    """Return how many values half of the regions take, if few enough for chance agreement."""
    if len(values) < _ENOUGH_FRAMES:
        return None
    levels = float(np.median([len(np.unique(column)) for column in values.T]))
    return levels if levels < FEW_LEVELS else None


def _copied_runs(series: TimeSeries) -> tuple[tuple[int, int], ...]:
    first: dict[bytes, int] = {}
    copies = []
    for number, run in enumerate(series.runs, start=1):
        earlier = first.setdefault((run + np.float32(0)).tobytes(), number)
        if earlier != number:
            copies.append((number, earlier))
    return tuple(copies)


def _same(values: Float32[np.ndarray, "time region"], numbers: np.ndarray) -> list[list[int]]:
    groups: dict[bytes, list[int]] = defaultdict(list)
    for number in numbers.tolist():
        groups[(values[number] + np.float32(0)).tobytes()].append(number)
    return [group for group in groups.values() if len(group) > 1]


def frames_in_words(numbers: Sequence[int]) -> str:
    """Return frame numbers written as ranges: ``20–25, 150``."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    written = [
        str(first) if first == last else f"{first}–{last}" for first, last in ranges[:_SHOWN]
    ]
    return ", ".join(written) + (", …" if len(ranges) > _SHOWN else "")
