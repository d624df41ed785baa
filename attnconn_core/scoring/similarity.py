"""Similarity of every scan with every other, by matrix products."""

import numpy as np
from jaxtyping import Float, Int
from scipy.special import xlogy

__all__ = ["mutual_information", "pearson", "unit_rows"]

# Scans whose histograms are laid out at once: 64 scans × 10 bins × 10,000 edges of
# float32 are 26 MB.
_BLOCK = 64


def unit_rows(features: Float[np.ndarray, "scan edge"]) -> Float[np.ndarray, "scan edge"]:
    """Z-score every row (ddof 0), so that a mean of products is a correlation."""
    centred = features - features.mean(axis=1, keepdims=True)
    power = np.einsum("se,se->s", centred, centred) / features.shape[1]
    centred /= np.sqrt(power)[:, None]
    return centred


def pearson(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Correlate every row of one with every row of the other."""
    return unit_rows(first) @ unit_rows(second).T / first.shape[1]


def mutual_information(
    first: Float[np.ndarray, "first edge"],
    second: Float[np.ndarray, "second edge"],
    bins: int,
) -> Float[np.ndarray, "first second"]:
    """Mutual information, in nats, of every row of one with every row of the other.

    From joint histograms of `bins` × `bins` equal cells over each row's own range, as
    ``numpy.histogram2d`` cuts them. A joint histogram is a product of two indicator
    matrices, so that all pairs of a block come from one product. Of scans with
    themselves (`second` is `first`) half the blocks say the rest.
    """
    n_edges = first.shape[1]
    alike = second is first
    first_bins = _bin_rows(first, bins)
    second_bins = first_bins if alike else _bin_rows(second, bins)
    count_log_count = xlogy(np.arange(n_edges + 1), np.arange(n_edges + 1)) / n_edges
    information = np.empty((len(first), len(second)))
    for row in range(0, len(first), _BLOCK):
        rows = slice(row, row + _BLOCK)
        one = _indicators(first_bins[rows], bins)
        for column in range(row if alike else 0, len(second), _BLOCK):
            columns = slice(column, column + _BLOCK)
            other = one if alike and column == row else _indicators(second_bins[columns], bins)
            joint = (one @ other.T).astype(np.int64).reshape(-1, bins, len(other) // bins, bins)
            # H(x) + H(y) − H(x, y), each −Σ p log p with p = count / n.
            information[rows, columns] = (
                count_log_count[joint].sum(axis=(1, 3))
                - count_log_count[joint.sum(axis=3)].sum(axis=1)
                - count_log_count[joint.sum(axis=1)].sum(axis=-1)
                + np.log(n_edges)
            )
            if alike:
                information[columns, rows] = information[rows, columns].T
    return information


def _bin_rows(features: np.ndarray, bins: int) -> Int[np.ndarray, "scan edge"]:
    borders = np.linspace(features.min(axis=1), features.max(axis=1), bins + 1, axis=1)
    index = np.zeros(features.shape, dtype=np.int8 if bins < 128 else np.int64)
    for border in borders[:, 1:-1].T:
        index += features >= border[:, None]
    return index


def _indicators(binned: np.ndarray, bins: int) -> np.ndarray:
    # float32 counts exactly up to 16,777,216 edges.
    hit = binned[:, None, :] == np.arange(bins, dtype=binned.dtype)[:, None]
    return hit.reshape(-1, binned.shape[1]).astype(np.float32)
