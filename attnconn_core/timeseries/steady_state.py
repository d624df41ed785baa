"""Check of the first frames of a run, before the scanner's signal is steady."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["first_frames_apart"]

# Robust deviations of the median region from its median. The first frames of the sample's runs
# are at most 1.5 away, those of NetSim and of Sanchez-Romero's data 2.2; the largest distance of
# any of their frames is 2.8.
_APART = 4.0
_STILL_APART = 2.0  # limit for the frames that follow such a frame
_MOST = 20  # frames; more can't be a start effect


def first_frames_apart(part: UsablePart) -> tuple[str, frozenset[int]]:
    """Return a warning if a run begins far from its level in all regions, and these frames.

    Images are brighter for some seconds after a scan begins, until magnetisation is steady.

    Returns
    -------
    said
        The warning; empty for most series.
    frames
        Numbers of these frames in the session.
    """
    frames: list[int] = []
    furthest = 0.0
    for first, run, middle, scale in zip(
        part.first_frames, part.runs, part.medians, part.scales, strict=True
    ):
        apart = np.median((run[: _MOST + 1] - middle) / scale, axis=1)
        count = _leading(apart)
        frames += range(first, first + count)
        furthest = max(furthest, abs(float(apart[0])) if count else 0.0)
    if not frames:
        return "", frozenset()
    return (
        f"its first frames lie far from the rest, in all regions alike: {len(frames)} frames, the "
        f"first {furthest:.1f} robust deviations away in half of the regions (rule: {_APART:g}). "
        "The scanner's signal isn't steady then: remove them",
        frozenset(frames),
    )


def _leading(apart: Float64[np.ndarray, " time"]) -> int:
    """Return how many leading frames deviate to the same side as the first."""
    if not len(apart) or abs(apart[0]) <= _APART:
        return 0
    same = apart * np.sign(apart[0]) > _STILL_APART
    count = int(same.argmin()) if not same.all() else len(same)
    return count if count <= _MOST else 0
