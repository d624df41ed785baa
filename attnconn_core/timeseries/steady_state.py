"""The first frames of a run, before the scanner's signal is steady."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["first_frames_apart"]

# Robust deviations of the median region from its median. The first frames of the sample's runs
# lie 1.5 away at most, those of NetSim and of Sanchez-Romero's data 2.2; of any of their frames
# the furthest 2.8.
_APART = 4.0
_STILL_APART = 2.0  # of frames that follow one
_MOST = 20  # frames: more is no beginning


def first_frames_apart(part: UsablePart) -> tuple[str, frozenset[int]]:
    """Say that a run begins far above or below its level, in all regions alike.

    Until magnetisation is steady, some seconds after a scan begins, images are brighter.

    Returns
    -------
    said
        Nothing for most.
    frames
        The numbers of these frames in the session.
    """
    found: list[int] = []
    furthest = 0.0
    for first, run, middle, scale in zip(
        part.first_frames, part.runs, part.medians, part.scales, strict=True
    ):
        apart = np.median((run[: _MOST + 1] - middle) / scale, axis=1)
        count = _leading(apart)
        found += range(first, first + count)
        furthest = max(furthest, abs(float(apart[0])) if count else 0.0)
    if not found:
        return "", frozenset()
    return (
        f"its first frames lie far from the rest, in all regions alike: {len(found)} frames, the "
        f"first {furthest:.1f} robust deviations away in half of the regions (rule: {_APART:g}). "
        "The scanner's signal isn't steady then: drop them",
        frozenset(found),
    )


def _leading(apart: Float64[np.ndarray, " time"]) -> int:
    """Count the frames that lie apart on the side on which the first does."""
    if not len(apart) or abs(apart[0]) <= _APART:
        return 0
    same = apart * np.sign(apart[0]) > _STILL_APART
    count = int(same.argmin()) if not same.all() else len(same)
    return count if count <= _MOST else 0
