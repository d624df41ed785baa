"""Identifiability after reconstruction from principal components."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.edges.features import edge_features, is_symmetric
from attnconn_core.scoring.fingerprint.similarity import pearson

__all__ = ["ReconstructedScore", "reconstructed_identifiability"]

_FEWEST = 4  # subjects a half: fewer have no impostors to speak of


@dataclass(frozen=True, eq=False)
class ReconstructedScore:
    """What reconstruction does for subjects that had no part in choosing it.

    Attributes
    ----------
    components
        Chosen in each half.
    i_diff, i_diff_reconstructed
        Mean over both halves, each judged with the number that the other chose.
    curve
        I_diff of all subjects, by the number of components, from 2. Its best is
        flattering: it is chosen on those it is reported of.
    """

    components: tuple[int, int]
    i_diff: float
    i_diff_reconstructed: float
    curve: Float[np.ndarray, " components"]


def reconstructed_identifiability(
    test: Float[np.ndarray, "subject region region"],
    retest: Float[np.ndarray, "subject region region"],
    *,
    symmetric: bool | None = None,
    seed: int = 0,
) -> ReconstructedScore:
    """Rebuild all scans' edges from their first principal components, and score I_diff.

    Components of both sessions' edges are shared, and of those with the most variance
    more is the subject's than of the rest (Amico & Goñi 2018, Scientific Reports 8:
    8254). How many are kept is chosen by the best I_diff, which always rises: subjects
    are therefore cut into two halves, and what one chooses is judged on the other.

    Raises
    ------
    ParameterError
        If there are fewer than 8 subjects.
    """
    n = len(test)
    if n < 2 * _FEWEST:
        raise ParameterError(f"reconstruction needs at least {2 * _FEWEST} subjects; got {n}")
    if symmetric is None:
        symmetric = bool(is_symmetric(test) and is_symmetric(retest))
    first, second = (edge_features(each, not symmetric) for each in (test, retest))
    order = np.random.default_rng(seed).permutation(n)
    halves = (order[: n // 2], order[n // 2 :])
    curves = [_curve(first[half], second[half]) for half in halves]
    # Where one half has one subject more, its last numbers mean nothing to the other.
    shared = min(len(curve) for curve in curves)
    chosen = [int(np.argmax(curve[:shared])) for curve in curves]
    judged = [curves[1][chosen[0]], curves[0][chosen[1]]]
    plain = [_i_diff(first[half], second[half]) for half in halves]
    return ReconstructedScore(
        (chosen[0] + 2, chosen[1] + 2),
        float(np.mean(plain)),
        float(np.mean(judged)),
        _curve(first, second),
    )


def _curve(
    first: Float[np.ndarray, "subject edge"], second: Float[np.ndarray, "subject edge"]
) -> Float[np.ndarray, " components"]:
    scans = np.concatenate([first, second])
    mean = scans.mean(axis=1, keepdims=True)
    left, sizes, right = np.linalg.svd(scans - mean, full_matrices=False)
    n = len(first)
    found = []
    for kept in range(2, len(sizes) + 1):
        rebuilt = (left[:, :kept] * sizes[:kept]) @ right[:kept]
        found.append(_i_diff(rebuilt[:n], rebuilt[n:]))
    return np.array(found)


def _i_diff(first: np.ndarray, second: np.ndarray) -> float:
    similarity = pearson(first, second)
    n = len(similarity)
    others = similarity.sum() - similarity.trace()
    return float(100 * (similarity.trace() / n - others / (n * (n - 1))))
