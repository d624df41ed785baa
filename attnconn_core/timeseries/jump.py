"""Check for jumps of level, as in two scans joined into one run."""

import numpy as np

from attnconn_core.timeseries.drift import SHORT, best_step, squares
from attnconn_core.timeseries.usable import UsablePart

__all__ = ["jump"]

# Share of the variance, in half of the regions. At most 0.24 in simulated scans, 0.63 in random
# walks (200 of 20 regions), ...
_EXPLAINED = 0.25
# ... but with a change at that frame of at most 1.7 times the usual one.
_SUDDEN = 2.0


def jump(part: UsablePart) -> str:
    """Return a warning if the level of many regions changes suddenly and permanently.

    A drift doesn't count: its two sides differ too, but not suddenly.
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
