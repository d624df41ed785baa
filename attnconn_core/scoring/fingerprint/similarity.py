"""Similarity of every scan with every other, by a matrix product."""

import numpy as np
from jaxtyping import Float

__all__ = ["correlations", "pearson", "unit_rows"]

# OpenBLAS computes products of up to this many terms in one thread. With few scans a second
# thread gains nothing, but keeps spinning and delays torch's threads, which count histograms
# next. Few scans are therefore multiplied in pieces of this many edges.
_ONE_THREAD = 2**18
_PIECE = 100


def unit_rows(
    features: Float[np.ndarray, "scan edge"], out: Float[np.ndarray, "scan edge"] | None = None
) -> Float[np.ndarray, "scan edge"]:
    """Return every row z-scored (ddof 0), so that a mean of products is a correlation.

    The result is written to `out`, which may be `features` itself.
    """
    rows: Float[np.ndarray, "scan edge"] = np.subtract(
        features, features.mean(axis=1, keepdims=True), out=out
    )
    rows /= np.sqrt(np.einsum("se,se->s", rows, rows) / rows.shape[1])[:, None]
    return rows


def correlations(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Return correlations of every row of one with every row of the other, both `unit_rows`."""
    n_edges = first.shape[1]
    if len(first) * len(second) * _PIECE > _ONE_THREAD:
        product: Float[np.ndarray, "first second"] = first @ second.T / n_edges
        return product
    cut = n_edges - n_edges % _PIECE
    one, other = (
        rows[:, :cut].reshape(len(rows), -1, _PIECE).swapaxes(0, 1) for rows in (first, second)
    )
    products = (one @ other.swapaxes(1, 2)).sum(axis=0)
    pieced: Float[np.ndarray, "first second"]
    pieced = (products + first[:, cut:] @ second[:, cut:].T) / n_edges
    return pieced


def pearson(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Return correlations of every row of one with every row of the other."""
    return correlations(unit_rows(first), unit_rows(second))
