"""Agreement of two matrices, and the agreement expected with more measurements."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import rankdata

from attnconn_core.checks import require_number
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.scoring.correlation import correlation
from attnconn_core.scoring.edges.features import edge_mask

__all__ = ["Agreement", "agreement", "spearman_brown", "subject_agreement"]


@dataclass(frozen=True)
class Agreement:
    """Agreement of two matrices, without the diagonal.

    Attributes
    ----------
    r
        Pearson's correlation over edges; NaN where a matrix doesn't vary.
    rank_r
        Spearman's correlation over edges.
    """

    r: float
    rank_r: float


def agreement(first: Connectivity, second: Connectivity) -> Agreement:
    """Return the correlation of two matrices over edges; undirected edges count once.

    Raises
    ------
    ParameterError
        If the two matrices have different regions.
    """
    if first.regions != second.regions:
        raise ParameterError(
            f"matrices that are compared must be of the same regions; got {len(first.regions)} "
            f"and {len(second.regions)}, or others"
        )
    mask = edge_mask(len(first.regions), first.directed or second.directed)
    one, other = first.values[mask], second.values[mask]
    return Agreement(correlation(one, other), correlation(rankdata(one), rankdata(other)))


def subject_agreement(
    ratings: Float[np.ndarray, "subject session edge"], pools: Int[np.ndarray, " subject"]
) -> tuple[Float[np.ndarray, " subject"], Float[np.ndarray, " subject"]]:
    """Return correlations of each subject's test with its own retest, and with others' retests.

    Parameters
    ----------
    ratings
        Every subject's edges in test and retest.
    pools
        Number of each subject's pool; subjects are compared within pools.

    Returns
    -------
    own
        Pearson's r of a subject's test and retest.
    others
        Mean r with the other session of all other subjects; NaN for a subject alone in its pool.
    """
    scaled = ratings - ratings.mean(axis=2, keepdims=True, dtype=np.float64)
    length = np.linalg.norm(scaled, axis=2, keepdims=True)
    scaled /= np.where(length > 0, length, np.nan)  # r of a matrix that doesn't vary is NaN
    r = np.einsum("ie,je->ij", scaled[:, 0], scaled[:, 1], optimize=True)
    beside = (pools[:, None] == pools) & ~np.eye(len(pools), dtype=bool)
    counts = 2.0 * beside.sum(axis=1)
    sums = np.where(beside, r + r.T, 0.0).sum(axis=1)
    others = np.divide(sums, counts, out=np.full(len(pools), np.nan), where=counts > 0)
    return r.diagonal().astype(np.float64), others


def spearman_brown(r: float, k: float | int) -> float:
    """Return the expected agreement of means of `k` measurements, if single ones agree at `r`.

    k r / (1 + (k − 1) r): for ensembles of `k` seeds or, with 2, for scans twice as long.

    Raises
    ------
    ParameterError
        If k isn't positive.

    References
    ----------
    Spearman 1910, British Journal of Psychology 3: 271–295; Brown 1910, ibid.: 296–322.

    Examples
    --------
    >>> spearman_brown(0.5, 2)
    0.6666666666666666
    """
    require_number("k, the number of measurements,", k, above=True)
    below = 1 + (k - 1) * r
    return k * r / below if below > 0 else float("nan")
