"""Similarity of every scan with every other, by a matrix product."""

import numpy as np
from jaxtyping import Float

__all__ = ["correlations", "pearson", "unit_rows"]


def unit_rows(
    features: Float[np.ndarray, "scan edge"], out: Float[np.ndarray, "scan edge"] | None = None
) -> Float[np.ndarray, "scan edge"]:
    """Z-score every row (ddof 0), so that a mean of products is a correlation.

    Into `out`, which may be `features` itself.
    """
    rows = np.subtract(features, features.mean(axis=1, keepdims=True), out=out)
    rows /= np.sqrt(np.einsum("se,se->s", rows, rows) / rows.shape[1])[:, None]
    return rows


def correlations(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Correlate every row of one with every row of the other, both of `unit_rows`."""
    return first @ second.T / first.shape[1]


def pearson(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Correlate every row of one with every row of the other."""
    return correlations(unit_rows(first), unit_rows(second))
