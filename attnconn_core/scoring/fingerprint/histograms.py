"""Mutual information of every scan with every other, by matrix products of indicators."""

from functools import lru_cache, partial

import numpy as np
from jaxtyping import Float, Int8, Int32

from attnconn_core.extras import import_extra

__all__ = ["BinnedScans", "informations"]

# Number of scans per block. Smaller blocks make the product slow; larger ones save less
# when scans are compared with themselves. At 10 bins a block has 208 rows, a multiple of 16.
_BLOCK = 23
# Number of blocks kept in memory: 17 MB at 10 bins and 10,000 edges. Further blocks are
# recomputed for each product, which takes a fifth of the product's time.
_KEPT = 8


class BinnedScans:
    """Rows of features in `bins` equal bins over each row's own range, laid out in blocks.

    A bin is defined by the borders below it, as in ``numpy.histogram2d``.

    Attributes
    ----------
    spans
        Rows of each block.
    block
        Function that computes the block of a number: indicators ``value >= border``
        [border·scan, edge] without the outermost borders, and a final row of ones for the
        lowest border.
    """

    def __init__(self, features: Float[np.ndarray, "scan edge"], bins: int) -> None:
        self.shape = features.shape
        self.bins = bins
        self.spans = [
            slice(start, min(start + _BLOCK, len(features)))
            for start in range(0, len(features), _BLOCK)
        ]
        self.block = lru_cache(_KEPT)(partial(_reached, features, self.spans, bins))


def informations(first: BinnedScans, second: BinnedScans) -> Float[np.ndarray, "first second"]:
    """Return the mutual information, in nats, of every scan of one with every scan of the other.

    From joint histograms of equal cells over each scan's own range, as in ``numpy.histogram2d``.
    If `second` is `first`, half of the blocks are computed and transposed.
    """
    n_edges = first.shape[1]
    counts = np.arange(n_edges + 1)
    count_log_count = counts * np.log(np.maximum(counts, 1)) / n_edges
    information = np.empty((first.shape[0], second.shape[0]))
    for i, rows in enumerate(first.spans):
        for j, columns in enumerate(second.spans):
            if first is second and j < i:
                information[rows, columns] = information[columns, rows].T
                continue
            reached = _products(first.block(i), second.block(j))
            joint, row_counts, column_counts = _histograms(reached, first.bins)
            # H(x) + H(y) − H(x, y), each −Σ p log p with p = count / n.
            information[rows, columns] = (
                count_log_count.take(joint).sum(axis=2).sum(axis=0)
                - count_log_count.take(row_counts).sum(axis=0)[:, None]
                - count_log_count.take(column_counts).sum(axis=0)
                + np.log(n_edges)
            )
    return information


def _reached(
    features: Float[np.ndarray, "scan edge"], spans: list[slice], bins: int, number: int
) -> Int8[np.ndarray, "row edge"]:
    rows = features[spans[number]]
    borders = np.linspace(rows.min(axis=1), rows.max(axis=1), bins + 1, axis=1)[:, 1:-1, None]
    laid = np.ones(((bins - 1) * len(rows) + 1, rows.shape[1]), dtype=bool)
    by_border = laid[:-1].reshape(bins - 1, *rows.shape)
    # One scan at a time, so that it stays in the cache for all borders.
    for scan, values in enumerate(rows):
        np.greater_equal(values, borders[scan], out=by_border[:, scan])
    return laid.view(np.int8)


def _histograms(
    reached: Int32[np.ndarray, "row column"], bins: int
) -> tuple[
    Int32[np.ndarray, "{bins} first {bins} second"],
    Int32[np.ndarray, "{bins} first"],
    Int32[np.ndarray, "{bins} second"],
]:
    """Return joint histograms of a block, and each scan's own, from counts above the borders.

    The count of a bin is the count at or above its lower border minus that at or above its
    upper one. All edges reach the lowest border (the ones) and none exceeds the highest, so
    9 × 9 products suffice for 10 × 10 cells.
    """
    n_rows = (reached.shape[0] - 1) // (bins - 1)
    n_columns = (reached.shape[1] - 1) // (bins - 1)
    above = np.zeros((bins + 1, n_rows, bins + 1, n_columns), dtype=np.int32)
    above[1:-1, :, 1:-1] = reached[:-1, :-1].reshape(bins - 1, n_rows, bins - 1, n_columns)
    above[0, :, 1:-1] = reached[-1, :-1].reshape(bins - 1, n_columns)
    above[1:-1, :, 0] = reached[:-1, -1].reshape(bins - 1, n_rows, 1)
    above[0, :, 0] = reached[-1, -1]
    in_row = above[:-1] - above[1:]
    joint = in_row[:, :, :-1] - in_row[:, :, 1:]
    own, others = in_row[:, :, 0, 0], above[0, 0, :-1] - above[0, 0, 1:]
    return joint, own, others


def _products(
    first: Int8[np.ndarray, "first edge"], second: Int8[np.ndarray, "second edge"]
) -> Int32[np.ndarray, "first second"]:
    """Return the number of edges that two indicators share: ``first @ second.T``, exact in int32.

    numpy multiplies integers without BLAS. torch's product of bytes, which has no public
    name, is up to four times as fast as float32 on processors with instructions for it, but
    only through oneDNN; otherwise it is a plain loop.
    """
    # Imported here because the import takes seconds and nothing else in scoring needs it.
    torch = import_extra("torch", "torch", "similarity by mutual information")
    one, other = torch.from_numpy(first), torch.from_numpy(second)
    # oneDNN's product of a single edge may be wrong.
    if torch.backends.mkldnn.is_available() and first.shape[1] > 1:
        counts = torch._int_mm(one, other.T)
    else:
        # float32 counts exactly up to 16,777,216 edges.
        counts = (one.float() @ other.float().T).int()
    shared: Int32[np.ndarray, "first second"] = counts.numpy()
    return shared
