"""Intervals of identification: what other subjects of the same kind would give."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from statsmodels.stats.proportion import proportion_confint

from attnconn_core.scoring.checks import require_at_least
from attnconn_core.scoring.fingerprint import FingerprintScore

__all__ = ["identification_intervals"]

_LEVEL = 0.95
_DRAWS_AT_ONCE = 50


def identification_intervals(
    score: FingerprintScore, resamples: int = 1000, seed: int = 0
) -> Mapping[str, tuple[float, float]]:
    """95 % intervals of a fingerprint's scores over subjects.

    Parameters
    ----------
    score
        From `fingerprint`.
    resamples
        Draws of subjects with replacement.
    seed
        Of the draws.

    Returns
    -------
    intervals
        ``accuracy`` (mean of both directions), ``mean_rank``, ``i_diff`` and ``auc``:
        lower and upper end.

    Raises
    ------
    ParameterError
        If there are fewer than two resamples.

    Notes
    -----
    `mean_rank`, `i_diff` and `auc` are bootstrapped: a drawn subject is both one who is
    looked for and an impostor, and two copies of one subject are never a pair of
    different subjects. Accuracy and rank depend on how many candidates there are, so
    candidates stay all of the study's for them. A bootstrap of accuracy would have no
    width where everybody is identified: its interval is Wilson's (1927), hits of both
    directions counted as one trial a subject.
    """
    require_at_least("resamples", resamples, 2)
    n = len(score.same_scores)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)
    found = {
        "mean_rank": drawn @ score.ranks / n,
        **_pairwise(score, drawn),
    }
    ends = [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2]
    low, high = proportion_confint(score.hits.sum(), n, alpha=1 - _LEVEL, method="wilson")
    # Rounding leaves the end of a share of 1 just below it.
    intervals = {"accuracy": (float(low), max(float(high), float(score.hits.mean())))}
    for name, values in found.items():
        # A draw may hold one subject alone of every pool, and so no two to compare.
        known = values[np.isfinite(values)]
        low, high = np.quantile(known, ends) if len(known) else (np.nan, np.nan)
        intervals[name] = (float(low), float(high))
    return intervals


def _pairwise(
    score: FingerprintScore, drawn: Float[np.ndarray, "resample subject"]
) -> dict[str, Float[np.ndarray, " resample"]]:
    """I_diff and AUC, every pair as often as both of its subjects are drawn."""
    same, n = score.same_scores, len(score.same_scores)
    impostor = np.isfinite(score.similarity_matrix) & ~np.eye(n, dtype=bool)
    others = np.where(impostor, score.similarity_matrix, 0.0)
    # cross_scores has a block of n - 1 impostors for every comparison, in order.
    of_whom = np.array([np.delete(np.arange(n), i) for i in range(n)])
    of_whom = np.tile(of_whom, (1, score.cross_scores.shape[1] // (n - 1)))
    known = np.isfinite(score.cross_scores)
    cross = score.cross_scores[known]
    first, second = np.nonzero(known)[0], of_whom[known]
    above = _share_above(same, cross)
    i_diff, auc = [], []
    for start in range(0, len(drawn), _DRAWS_AT_ONCE):
        weights = drawn[start : start + _DRAWS_AT_ONCE]
        pairs = ((weights @ impostor) * weights).sum(axis=1)
        between = ((weights @ others) * weights).sum(axis=1)
        pairs = np.where(pairs > 0, pairs, np.nan)
        i_diff.append(100 * (weights @ same / n - between / pairs))
        weighed = weights[:, first] * weights[:, second]
        total = np.where(weighed.any(axis=1), weighed.sum(axis=1), np.nan)
        auc.append(above(weighed, weights) / (n * total))
    return {"i_diff": np.concatenate(i_diff), "auc": np.concatenate(auc)}


def _share_above(
    same: np.ndarray, cross: np.ndarray
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """For weights of cross scores and of subjects: the weight of cross below same, ties half."""
    order = np.argsort(cross, kind="stable")
    ordered = cross[order]
    below = np.searchsorted(ordered, same, side="left")
    upto = np.searchsorted(ordered, same, side="right")

    def weight(
        weighed: Float[np.ndarray, "resample pair"], weights: Float[np.ndarray, "resample subject"]
    ) -> Float[np.ndarray, " resample"]:
        running = np.pad(weighed[:, order].cumsum(axis=1), ((0, 0), (1, 0)))
        return (weights * (running[:, below] + running[:, upto]) / 2).sum(axis=1)

    return weight
