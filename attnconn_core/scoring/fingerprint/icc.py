"""Edgewise reliability: how much of an edge's variance lies between subjects."""

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.checks import require_choice, require_finite

__all__ = ["ICC_MODELS", "intraclass_correlation"]

ICC_MODELS = ("one_way", "agreement", "consistency")


def intraclass_correlation(
    ratings: Float[np.ndarray, "subject session edge"], model: str = "agreement"
) -> Float[np.ndarray, " edge"]:
    """Intraclass correlation of a single session, edge by edge.

    Parameters
    ----------
    ratings
        Every subject's edges in every session.
    model
        ``"one_way"``, Shrout and Fleiss's ICC(1,1): sessions are interchangeable.
        ``"agreement"``, ICC(2,1): a shift of everybody from one session to the next is a
        disagreement. ``"consistency"``, ICC(3,1): it isn't.

    Returns
    -------
    icc
        1 where all variance is between subjects, around 0 where none is, negative where
        sessions of one subject are less alike than those of two. NaN where an edge
        doesn't vary.

    Raises
    ------
    ParameterError
        If there are fewer than two subjects or sessions, a value isn't finite, or the
        model isn't known.

    References
    ----------
    Shrout & Fleiss 1979, Psychological Bulletin 86: 420–428.
    """
    require_choice("model", model, ICC_MODELS)
    n, k, n_edges = ratings.shape
    if n < 2 or k < 2:
        raise ParameterError(
            f"an intraclass correlation needs at least 2 subjects and 2 sessions; got {n} and {k}"
        )
    require_finite("ratings", ratings)
    ratings = ratings.astype(np.float64)
    mean = ratings.mean(axis=(0, 1))
    by_subject, by_session = ratings.mean(axis=1), ratings.mean(axis=0)
    total = ((ratings - mean) ** 2).sum(axis=(0, 1))
    between = k * ((by_subject - mean) ** 2).sum(axis=0)
    sessions = n * ((by_session - mean) ** 2).sum(axis=0)
    subject_variance = between / (n - 1)
    session_variance = sessions / (k - 1)
    left = np.maximum(total - between - sessions, 0.0) / ((n - 1) * (k - 1))
    if model == "one_way":
        left = (total - between) / (n * (k - 1))
    whole = subject_variance + (k - 1) * left
    if model == "agreement":
        whole = whole + k * (session_variance - left) / n
    # Rounding leaves an edge that doesn't vary something to divide by.
    varies = np.ptp(ratings, axis=(0, 1)) > 1e-12 * np.abs(ratings).max(axis=(0, 1))
    icc = np.full(n_edges, np.nan)
    np.divide(subject_variance - left, whole, out=icc, where=varies & (whole > 0))
    return icc
