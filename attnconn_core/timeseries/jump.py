"""Jumps of level, as two scans have that were joined into one run."""

import numpy as np

from attnconn_core.timeseries.drift import SHORT, best_step, squares
from attnconn_core.timeseries.usable import UsablePart

__all__ = ["jump"]

# Of the variance, in half of the regions. Simulated scans have 0.24 at most, random walks 0.63
# (200 of 20 regions), ...
_EXPLAINED = 0.25
# ... but with a change at that frame of 1.7 times the usual one at most.
_SUDDEN = 2.0


def jump(part: UsablePart) -> str:
    """Say that the level of many regions changes from one frame to the next, and stays.

    A drift passes: its two sides differ, too, but not suddenly.
    """
    for number, first, run in zip(part.numbers, part.first_frames, part.runs, strict=True):
        between, frame = best_step(run)
        explained = float(np.median(between / squares(run)))
        if not frame or len(run) < SHORT or explained <= _EXPLAINED:
            continue
        changes = np.sqrt(np.mean((np.diff(run, axis=0) / run.std(axis=0)) ** 2, axis=1))
        sudden = float(changes[frame - 1] / np.median(changes))
        if sudden > _SUDDEN:
            return (
                f"half of the regions are at another level from frame {first + frame} on (run "
                f"{number}): that makes up {explained:.0%} of their variance (rule: "
                f"{_EXPLAINED:.0%}), and the change there is {sudden:.1f} times the usual one "
                f"(rule: {_SUDDEN:g}). Were two scans joined? Store them as two runs"
            )
    return ""
