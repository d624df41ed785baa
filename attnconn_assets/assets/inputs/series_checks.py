"""Rules that a series must keep before it is stored."""

import numpy as np

from attnconn_assets.building.checks import Check
from attnconn_assets.building.windows import LONGEST_RUN
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import Soundness, assess, frames_in_words, split

__all__ = ["check_series", "longest_run"]

_FEWEST = 2  # frames in one run of either part: fewer have no standard deviation


def longest_run(series: TimeSeries, test_fraction: float) -> int:
    """Return the frames of the longest run in the training or in the test part: the smaller."""
    return min(max(len(run) for run in part.runs) for part in split(series, test_fraction))


def _not_finite(series: TimeSeries, soundness: Soundness) -> str:
    """Return the frames without any values, and the regions that aren't finite elsewhere."""
    missing = list(soundness.frames.missing)
    left = np.isfinite(np.delete(series.values, missing, axis=0)).all(axis=0)
    not_finite = [name for name, finite in zip(series.regions, left, strict=True) if not finite]
    if missing:
        not_finite.insert(0, f"all regions in frames {frames_in_words(missing)}")
    return ", ".join(not_finite)


def check_series(series: TimeSeries, test_fraction: float) -> tuple[Check, ...]:
    """Check that values are finite, regions vary and differ, and both parts have enough frames.

    The number of consecutive frames that a method needs is checked separately; see
    `attnconn_assets.building.windows`.

    Parameters
    ----------
    series
        Series of a session.
    test_fraction
        Share of frames in the test part.
    """
    parts = split(series, test_fraction)
    by_part = [assess(part, repeats=False) for part in parts]
    dead = ", ".join(dict.fromkeys(name for part in by_part for name in part.dead))
    longest = longest_run(series, test_fraction)
    soundness = assess(series)
    frames, copied = soundness.frames.complaint(), ", ".join(soundness.copied)
    if soundness.frames.rounded:
        dead = ""  # same cause as reported by `no_empty_frame`
    not_finite = _not_finite(series, soundness)
    return (
        Check(
            "finite",
            not not_finite,
            "every region must hold finite values",
            {"with NaN or infinite values": not_finite or "none"},
        ),
        Check(
            "no_dead_region",
            not dead,
            f"every region must change over time, both in the last {test_fraction:.0%} of the "
            "frames (test_fraction) and before them",
            {"constant": dead or "none"},
        ),
        Check(
            "no_copied_region",
            not copied,
            "every region must have its own signal",
            {"copied": copied or "none"},
        ),
        Check(
            "no_empty_frame",
            not frames,
            "every frame must hold an image, and no two the same",
            {"frames": frames or "no empty or repeated frame"},
            in_words=frames,
        ),
        Check(
            "long_enough",
            longest >= _FEWEST,
            f"the first frames and the last {test_fraction:.0%} (test_fraction) must each hold "
            f"{_FEWEST} frames in one run",
            {LONGEST_RUN: longest},
        ),
    )
