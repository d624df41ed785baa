"""Pearson's correlation where it is defined."""

import numpy as np
from jaxtyping import Float

__all__ = ["correlation"]


def correlation(one: Float[np.ndarray, " pair"], other: Float[np.ndarray, " pair"]) -> float:
    """Return r; NaN with fewer than two pairs, or if one side is constant or not finite."""
    if len(one) < 2 or not all(
        np.isfinite(side).all() and np.ptp(side) > 0 for side in (one, other)
    ):
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
