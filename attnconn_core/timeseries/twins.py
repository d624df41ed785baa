"""Check for twins: two regions with nearly the same signal that aren't copies."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.copies import COPY
from attnconn_core.timeseries.usable import UsablePart
from attnconn_core.wording import first_few

__all__ = ["twins"]

# Absolute correlation of two regions, and of their changes from frame to frame. At most 0.976 in
# the sample.
_SIGNAL, _CHANGES = 0.995, 0.98
_SHOWN = 3


def twins(part: UsablePart) -> str:
    """Return a warning about regions that nearly equal another, or its negative."""
    r = _correlation(part.standardised)
    size = np.tril(np.abs(r), -1)
    alike = (size > _SIGNAL) & (size <= COPY)  # copies are rejected elsewhere
    if not alike.any():
        return ""
    changes = _correlation(np.concatenate([np.diff(run, axis=0) for run in part.runs]))
    pairs = np.argwhere(alike & (np.abs(changes) > _CHANGES))
    if not len(pairs):
        return ""
    said = [
        f"{part.regions[one]} and {part.regions[other]} (r = {r[one, other]:.5f})".replace("-", "−")
        for one, other in pairs
    ]
    return (
        f"{len(pairs)} {'pair of regions holds' if len(pairs) == 1 else 'pairs of regions hold'} "
        f"nearly one signal (rule: |r| above {_SIGNAL:g}): {first_few(said, _SHOWN)}. Is it one "
        "region under two names? Partial correlations and other inverses then depend on their "
        "small difference: remove one of them"
    )


def _correlation(
    values: Float64[np.ndarray, "time region"],
) -> Float64[np.ndarray, "region region"]:
    with np.errstate(invalid="ignore", divide="ignore"):  # for a region with constant changes
        correlation: Float64[np.ndarray, "region region"] = np.nan_to_num(np.corrcoef(values.T))
        return correlation
