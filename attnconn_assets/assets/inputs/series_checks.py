"""What must hold of a series before anyone builds on it."""

from attnconn_assets.building.checks import Check
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import assess, split

__all__ = ["check_series"]


def check_series(series: TimeSeries, window: int, test_fraction: float) -> tuple[Check, ...]:
    """Hold a series against what every model needs: regions and frames of use, and windows.

    Parameters
    ----------
    series
        A session's.
    window
        Consecutive frames that the most demanding model needs at once.
    test_fraction
        Where the part that judges begins; it must hold a window too.
    """
    parts = split(series, test_fraction)
    found = [assess(part) for part in parts]
    not_finite, dead = (
        ", ".join(dict.fromkeys(name for each in found for name in getattr(each, which)))
        for which in ("not_finite", "dead")
    )
    frames = assess(series).frames
    longest = min(max(len(run) for run in part.runs) for part in parts)
    return (
        Check(
            "finite",
            not not_finite,
            "every region must hold finite values",
            {"not finite": not_finite or "none"},
        ),
        Check(
            "no_dead_region",
            not dead,
            f"every region must change over time, in the first frames and in the last "
            f"{test_fraction:.0%}",
            {"constant": dead or "none"},
        ),
        Check(
            "no_empty_frame",
            not frames.complaint(),
            "every frame must be a picture of its own",
            {"frames": frames.complaint() or "no empty or repeated frame"},
        ),
        Check(
            "long_enough",
            longest > window,
            f"the first frames and the last {test_fraction:.0%} must each hold two windows of "
            f"{window} frames in a run",
            {"longest run of the shorter part": longest},
        ),
    )
