"""Edgewise reliability: how much of an edge's variance lies between subjects."""

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.checks import require_choice
from attnconn_core.errors import ParameterError
from attnconn_core.scoring.checks import require_array, require_finite

__all__ = ["ICC_MODELS", "intraclass_correlation"]

ICC_MODELS = ("one_way", "agreement", "consistency")


def intraclass_correlation(
    ratings: Float[np.ndarray, "subject session edge"],
    model: str = "agreement",
    pools: Int[np.ndarray, " subject"] | None = None,
) -> Float[np.ndarray, " edge"]:
    """Return the intraclass correlation of a single session, per edge.

    Parameters
    ----------
    ratings
        Every subject's edges in every session.
    model
        ``"one_way"``, Shrout and Fleiss's ICC(1,1): sessions are interchangeable.
        ``"agreement"``, ICC(2,1): a shift of all subjects between sessions counts as
        disagreement. ``"consistency"``, ICC(3,1): it does not.
    pools
        Number of each subject's pool. Mean squares are computed within pools,
        so that a difference between pools (such as between the cohort models that read them)
        does not count as a difference between subjects. None: one pool.

    Returns
    -------
    icc
        1 where all variance is between subjects, around 0 where none is, negative where
        sessions of one subject are less alike than those of two. NaN where an edge
        doesn't vary.

    Raises
    ------
    ParameterError
        If there are fewer than two subjects (in any pool) or sessions, a value isn't finite,
        or the model isn't known.

    References
    ----------
    Shrout & Fleiss 1979, Psychological Bulletin 86: 420–428.

    Examples
    --------
    >>> import numpy as np
    >>> subjects = np.random.default_rng(0).normal(size=(30, 1, 4))
    >>> ratings = subjects + 0.1 * np.random.default_rng(1).normal(size=(30, 2, 4))
    >>> intraclass_correlation(ratings).round(1)
    array([1., 1., 1., 1.])
    """
    require_choice("model", model, ICC_MODELS)
    require_array("ratings", ratings, "; edge_features(matrices) makes one from matrices")
    if ratings.ndim != 3:
        raise ParameterError(
            f"ratings must have shape (subject, session, edge); got {ratings.shape}. "
            "edge_features(matrices) makes the edges of one session's matrices"
        )
    n, k, n_edges = ratings.shape
    groups = np.zeros(n, dtype=np.int64) if pools is None else pools
    n_pools = len(np.unique(groups))
    if n - n_pools < 1 or k < 2:
        within = "" if pools is None else " in a pool"
        raise ParameterError(
            f"an intraclass correlation needs at least 2 subjects{within} and 2 sessions; "
            f"got {n} and {k}" + (f" in {n_pools} pools" if pools is not None else "")
        )
    require_finite("ratings", ratings)
    ratings = ratings.astype(np.float64)
    squares = np.zeros((3, n_edges))
    for pool_number in np.unique(groups):
        squares += _squares(ratings[groups == pool_number])
    total, between, sessions = squares
    subject_variance = between / (n - n_pools)
    session_variance = sessions / (n_pools * (k - 1))
    left = np.maximum(total - between - sessions, 0.0) / ((n - n_pools) * (k - 1))
    if model == "one_way":
        left = (total - between) / (n * (k - 1))
    denominator = subject_variance + (k - 1) * left
    if model == "agreement":
        denominator = denominator + k * (session_variance - left) / (n / n_pools)
    # An edge that doesn't vary would otherwise be divided by rounding errors.
    varies = np.ptp(ratings, axis=(0, 1)) > 1e-12 * np.abs(ratings).max(axis=(0, 1))
    icc = np.full(n_edges, np.nan)
    np.divide(subject_variance - left, denominator, out=icc, where=varies & (denominator > 0))
    return icc


def _squares(ratings: Float[np.ndarray, "subject session edge"]) -> Float[np.ndarray, "3 edge"]:
    """Return sums of squares of one pool: over all ratings, between subjects, between sessions."""
    n, k, _ = ratings.shape
    mean = ratings.mean(axis=(0, 1))
    return np.stack(
        [
            ((ratings - mean) ** 2).sum(axis=(0, 1)),
            k * ((ratings.mean(axis=1) - mean) ** 2).sum(axis=0),
            n * ((ratings.mean(axis=0) - mean) ** 2).sum(axis=0),
        ]
    )
