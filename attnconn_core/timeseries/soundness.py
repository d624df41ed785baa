"""Whether the values of a series can be used at all."""

from dataclasses import dataclass

import numpy as np

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["Soundness", "assess", "require_sound"]


@dataclass(frozen=True)
class Soundness:
    """What is wrong with a series, region by region.

    Attributes
    ----------
    not_finite
        Regions with a value that is NaN or infinite.
    dead
        Regions that don't change within some run: a forecaster learns nothing there
        and a correlation is undefined.
    """

    not_finite: tuple[str, ...]
    dead: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every region can be used."""
        return not (self.not_finite or self.dead)

    def complaint(self) -> str:
        """One sentence for each broken rule, with the regions that break it."""
        rules = (
            ("every value must be finite", self.not_finite, "NaN or infinite values"),
            ("every region must change over time", self.dead, "a constant signal"),
        )
        return "; ".join(
            f"{rule}, but {len(regions)} region(s) have {what}: {', '.join(regions[:5])}"
            + (", …" if len(regions) > 5 else "")
            for rule, regions, what in rules
            if regions
        )


def assess(series: TimeSeries) -> Soundness:
    """Look for regions that hold no usable signal.

    A run's region counts as constant when all of its values are equal, whatever its
    level: a deviation threshold would depend on the scanner's units.
    """
    finite = np.all([np.isfinite(run).all(axis=0) for run in series.runs], axis=0)
    constant = np.any([(run == run[:1]).all(axis=0) for run in series.runs if len(run) > 1], axis=0)
    names = np.asarray(series.regions)
    return Soundness(
        not_finite=tuple(names[~finite].tolist()),
        dead=tuple(names[finite & constant].tolist()),
    )


def require_sound(series: TimeSeries, what: str) -> TimeSeries:
    """Return `series` if every region can be used.

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
    soundness = assess(series)
    if not soundness.sound:
        raise SeriesError(f"{what}: {soundness.complaint()}")
    return series
