"""Regions that are a combination of each other, in a series that lacks one dimension."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["relation"]

# Relative to the largest weight; smaller weights are noise.
_INVOLVED = 0.05
_NAMED = 5


def relation(part: UsablePart, squares: Float64[np.ndarray, "region region"]) -> str:
    """Return which combination of regions is constant; empty if it isn't clear.

    Parameters
    ----------
    part
        Usable part of a session.
    squares
        Products of the regions over the standardised frames.
    """
    # The direction without variance: each region's weight, in its deviations.
    weights = np.linalg.eigh(squares)[1][:, 0]
    involved = np.flatnonzero(np.abs(weights) > _INVOLVED * np.abs(weights).max())
    one_sign = bool((weights > 0).all() or (weights < 0).all())
    if one_sign and len(involved) == part.n_regions:
        return "a mean of all regions was taken out, by global signal regression or a reference"
    if len(involved) > _NAMED:
        return ""
    *others, last = (part.regions[number] for number in involved)
    return f"of {', '.join(others)} and {last} one is a combination of the rest: leave it out"
