"""Similarity of every scan with every other, by matrix products."""

import numpy as np
from jaxtyping import Float, Int, Int8, Int32
from scipy.special import xlogy

__all__ = ["mutual_information", "pearson", "unit_rows"]

# Scans whose histograms are laid out at once: 32 scans × 10 bins × 10,000 edges of
# int8 are 3 MB. Of scans with themselves more of the blocks are spared where they are small.
_BLOCK = 32


def unit_rows(
    features: Float[np.ndarray, "scan edge"], out: Float[np.ndarray, "scan edge"] | None = None
) -> Float[np.ndarray, "scan edge"]:
    """Z-score every row (ddof 0), so that a mean of products is a correlation.

    Into `out`, which may be `features` itself.
    """
    rows = np.subtract(features, features.mean(axis=1, keepdims=True), out=out)
    rows /= np.sqrt(np.einsum("se,se->s", rows, rows) / rows.shape[1])[:, None]
    return rows


def pearson(
    first: Float[np.ndarray, "first edge"], second: Float[np.ndarray, "second edge"]
) -> Float[np.ndarray, "first second"]:
    """Correlate every row of one with every row of the other."""
    one = unit_rows(first)
    other = one if second is first else unit_rows(second)
    return one @ other.T / first.shape[1]


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
            joint = _products(one, other).reshape(-1, bins, len(other) // bins, bins)
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


def _indicators(
    binned: Int[np.ndarray, "scan edge"], bins: int
) -> Int8[np.ndarray, "scan*{bins} edge"]:
    hit = binned[:, None, :] == np.arange(bins, dtype=binned.dtype)[:, None]
    return hit.reshape(-1, binned.shape[1]).view(np.int8)


def _products(
    first: Int8[np.ndarray, "first edge"], second: Int8[np.ndarray, "second edge"]
) -> Int32[np.ndarray, "first second"]:
    """Count the edges that two indicators share: ``first @ second.T``, exact in int32.

    numpy multiplies integers without a BLAS. torch's product of bytes, which has no public
    name, runs at up to four times the rate of float32 where the processor has
    instructions for it, and through oneDNN alone isn't a plain loop.
    """
    # Imported here: nothing else in scoring needs it, and it takes seconds.
    import torch

    one, other = torch.from_numpy(first), torch.from_numpy(second)
    # Of a single edge oneDNN's product is not to be trusted.
    if torch.backends.mkldnn.is_available() and first.shape[1] > 1:
        counts = torch._int_mm(one, other.T)
    else:
        # float32 counts exactly up to 16,777,216 edges.
        counts = (one.float() @ other.float().T).int()
    return counts.numpy()
