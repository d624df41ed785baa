"""Similarity of every scan with every other, by a matrix product."""

import numpy as np
from jaxtyping import Float

__all__ = ["correlations", "pearson", "unit_rows"]

# OpenBLAS leaves products of up to so many terms to one thread. Of few scans a second gains
# nothing, and spins on for a while: torch's threads, which count histograms next, wait for
# it. So few scans are multiplied in pieces of so many edges.
_ONE_THREAD = 2**18
_PIECE = 100


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
    n_edges = first.shape[1]
    if len(first) * len(second) * _PIECE > _ONE_THREAD:
        return first @ second.T / n_edges
    cut = n_edges - n_edges % _PIECE
    one, other = (
        rows[:, :cut].reshape(len(rows), -1, _PIECE).swapaxes(0, 1) for rows in (first, second)
    )
    products = (one @ other.swapaxes(1, 2)).sum(axis=0)
    return (products + first[:, cut:] @ second[:, cut:].T) / n_edges


def pearson(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Correlate every row of one with every row of the other."""
    return correlations(unit_rows(first), unit_rows(second))
