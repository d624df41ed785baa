"""Check for regions with one value over many frames: lost, filled, or outside the field of view."""

from collections.abc import Collection

import numpy as np
from jaxtyping import Bool

from attnconn_core.timeseries.frames import frames_in_words
from attnconn_core.timeseries.usable import UsablePart
from attnconn_core.wording import first_few

__all__ = ["held_values"]

# Consecutive frames. If a signal takes few values, two neighbours may be equal by chance.
_HELD = 10
_SHOWN = 5


def held_values(part: UsablePart, known: Collection[int] = ()) -> str:
    """Return a warning about regions with one value for ten frames or more.

    Frames in `known`, which have another explanation (such as one value in all regions), are
    left out.
    """
    regions: dict[str, None] = {}
    frames: set[int] = set()
    for first, run in zip(part.first_frames, part.runs, strict=True):
        equal = np.diff(run, axis=0) == 0
        for number in np.flatnonzero(equal.sum(axis=0) >= _HELD - 1):
            held = {first + frame for frame in _stretches(equal[:, number])} - set(known)
            if held:
                regions[part.regions[number]] = None
                frames |= held
    if not regions:
        return ""
    named = first_few([*regions], _SHOWN)
    return (
        f"{len(regions)} of {part.n_regions} regions have one value for {_HELD} frames or more in "
        f"a row ({named}; frames {frames_in_words(sorted(frames))}): was the signal lost, or "
        "filled in? Cut these frames out, or leave out the regions"
    )


def _stretches(equal: Bool[np.ndarray, " change"]) -> list[int]:
    """Return the frames of every stretch of equal values that is long enough."""
    frames: list[int] = []
    ends = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8)))
    for start, end in ends.reshape(-1, 2):
        if end - start + 1 >= _HELD:
            frames += range(int(start), int(end) + 1)
    return frames
