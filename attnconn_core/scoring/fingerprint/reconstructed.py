"""Identifiability after reconstruction of edges from principal components."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.edges.features import edge_features, is_symmetric
from attnconn_core.scoring.fingerprint.similarity import pearson

__all__ = ["ReconstructedScore", "reconstructed_identifiability"]

_FEWEST = 4  # subjects per half: with fewer there are hardly any impostors


@dataclass(frozen=True, eq=False)
class ReconstructedScore:
    """Identifiability after reconstruction, cross-validated over two halves of the subjects.

    Attributes
    ----------
    components
        Number of components chosen in each half.
    i_diff, i_diff_reconstructed
        Mean over both halves, each scored with the number that the other half chose.
    curve
        I_diff of all subjects, by the number of components, from 2. Its maximum is
        too optimistic: it is chosen on the subjects that it is reported for.
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
    """Score I_diff after reconstructing all scans' edges from their first principal components.

    Components are shared by both sessions, and those with the most variance
    are more specific to the subject than the rest (Amico & Goñi 2018, Scientific Reports 8:
    8254). The number of components is chosen to maximise I_diff. Chosen and scored on the same
    subjects, I_diff always rises; subjects are therefore split into two halves, and the number
    chosen in one half is scored in the other.

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
    first, second = (edge_features(matrices, not symmetric) for matrices in (test, retest))
    order = np.random.default_rng(seed).permutation(n)
    halves = (order[: n // 2], order[n // 2 :])
    curves = [_curve(first[half], second[half]) for half in halves]
    # If one half has one subject more, the other half has no value for its last number.
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
    i_diffs = []
    for kept in range(2, len(sizes) + 1):
        rebuilt = (left[:, :kept] * sizes[:kept]) @ right[:kept]
        i_diffs.append(_i_diff(rebuilt[:n], rebuilt[n:]))
    return np.array(i_diffs)


def _i_diff(first: np.ndarray, second: np.ndarray) -> float:
    similarity = pearson(first, second)
    n = len(similarity)
    others = similarity.sum() - similarity.trace()
    return float(100 * (similarity.trace() / n - others / (n * (n - 1))))
