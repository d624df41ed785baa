"""Mutual information of every scan with every other, by products of indicators."""

from functools import lru_cache, partial

import numpy as np
from jaxtyping import Float, Int8, Int32

from attnconn_core.extras import import_extra

__all__ = ["BinnedScans", "informations", "mutual_information"]

# Scans whose bins are laid out as one block. Fewer, and the product is slow; more, and of
# scans with themselves less is spared. At 10 bins a block has 208 rows, a multiple of 16.
_BLOCK = 23
# Blocks that are kept: 17 MB at 10 bins and 10,000 edges. Of more scans a block is laid
# out for each other one, which takes a fifth of their product.
_KEPT = 8


class BinnedScans:
    """Rows of features in `bins` equal bins over each row's own range, laid out in blocks.

    A bin is told by the borders below it, as ``numpy.histogram2d`` cuts them.

    Attributes
    ----------
    spans
        Of each block, its rows.
    block
        Lay out the block of this number: indicators ``value >= border`` [border·scan,
        edge] without the outermost borders, and last a row of ones, the lowest border's.
    """

    def __init__(self, features: Float[np.ndarray, "scan edge"], bins: int) -> None:
        self.shape = features.shape
        self.bins = bins
        self.spans = [
            slice(start, min(start + _BLOCK, len(features)))
            for start in range(0, len(features), _BLOCK)
        ]
        self.block = lru_cache(_KEPT)(partial(_reached, features, self.spans, bins))


def mutual_information(
    first: Float[np.ndarray, "first edge"],
    second: Float[np.ndarray, "second edge"],
    bins: int,
) -> Float[np.ndarray, "first second"]:
    """Mutual information, in nats, of every row of one with every row of the other.

    From joint histograms of `bins` × `bins` equal cells over each row's own range, as
    ``numpy.histogram2d`` cuts them.
    """
    return informations(BinnedScans(first, bins), BinnedScans(second, bins))


def informations(first: BinnedScans, second: BinnedScans) -> Float[np.ndarray, "first second"]:
    """Mutual information, in nats, of every scan of one with every scan of the other.

    Of scans with themselves (`second` is `first`) half the blocks say the rest.
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
    # A scan at a time: it stays in the cache for all of its borders.
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
    """Joint histograms of a block, and each scan's own, from counts at or above the borders.

    A bin holds what reaches its lower border less what reaches its upper one. All edges
    reach the lowest border (the ones) and, as here counted, none the highest: so
    9 × 9 products are enough for 10 × 10 cells.
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
    """Count the edges that two indicators share: ``first @ second.T``, exact in int32.

    numpy multiplies integers without a BLAS. torch's product of bytes, which has no public
    name, runs at up to four times the rate of float32 where the processor has
    instructions for it, and through oneDNN alone isn't a plain loop.
    """
    # Imported here: nothing else in scoring needs it, and it takes seconds.
    torch = import_extra("torch", "torch", "similarity by mutual information")
    one, other = torch.from_numpy(first), torch.from_numpy(second)
    # Of a single edge oneDNN's product is not to be trusted.
    if torch.backends.mkldnn.is_available() and first.shape[1] > 1:
        counts = torch._int_mm(one, other.T)
    else:
        # float32 counts exactly up to 16,777,216 edges.
        counts = (one.float() @ other.float().T).int()
    return counts.numpy()
