"""Which regions are a combination of each other, where a series lacks one dimension."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.usable import UsablePart

__all__ = ["relation"]

# Of the largest weight; what lies below it is noise of the others.
_INVOLVED = 0.05
_NAMED = 5


def relation(part: UsablePart, squares: Float64[np.ndarray, "region region"]) -> str:
    """Say what is constant in a series that lacks one dimension; empty if no clear combination.

    Parameters
    ----------
    part
        Of a session.
    squares
        The regions' products over its standardised frames.
    """
    # The direction in which nothing happens: each region's share, in its deviations.
    weights = np.linalg.eigh(squares)[1][:, 0]
    involved = np.flatnonzero(np.abs(weights) > _INVOLVED * np.abs(weights).max())
    one_sign = bool((weights > 0).all() or (weights < 0).all())
    if one_sign and len(involved) == part.n_regions:
        return "a mean of all regions was taken out, by global signal regression or a reference"
    if len(involved) > _NAMED:
        return ""
    *others, last = (part.regions[number] for number in involved)
    return f"of {', '.join(others)} and {last} one is a combination of the rest: leave it out"
