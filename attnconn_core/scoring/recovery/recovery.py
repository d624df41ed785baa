"""Recovery: agreement of an estimated matrix with the ground truth."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped
from sklearn.metrics import average_precision_score, roc_auc_score

from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity
from attnconn_core.scoring.checks import require_array
from attnconn_core.scoring.correlation import correlation

__all__ = ["Recovery", "recover"]

# Symmetric estimates differ from their transpose by rounding. Scores that differ by less than
# this share of the largest are ties, so that rounding decides no orientation.
_TIE = 1e-12


@dataclass(frozen=True)
class Recovery:
    """Agreement with the ground truth; only `r_with_diagonal` includes the diagonal.

    Attributes
    ----------
    auroc, auprc
        Over all ordered pairs: area under the ROC curve, and average precision. A
        symmetric estimate loses only where an edge has no reverse edge.
    orientation
        Among true edges whose reverse is absent, the share where the true direction
        scores higher than the reverse, a tie counting half; NaN if there is no such edge.
        0.5 is chance, and the value of every symmetric estimate.
    auroc_undirected, auprc_undirected
        Detection alone: unordered pairs, with the higher score of the two
        directions, true if either direction is. NaN if every pair is connected.
    r, r_with_diagonal
        Pearson's r of absolute scores with absolute weights, as in the original study's
        synthetic experiment: over ordered pairs; and over the complete matrix, where a
        diagonal that stands out in both dominates. NaN if either is constant or the diagonal
        isn't finite.
    """

    auroc: float
    auprc: float
    orientation: float
    auroc_undirected: float
    auprc_undirected: float
    r: float
    r_with_diagonal: float


def recover(
    estimate: Float[np.ndarray, "region region"] | Connectivity,
    truth: Shaped[np.ndarray, "region region"],
    *,
    signed: bool = False,
) -> Recovery:
    """Return the agreement of an estimated matrix with the ground truth.

    Parameters
    ----------
    estimate
        [target, source], an array or a record. Absolute values are scored, so that a strong
        negative connection counts as detected.
    truth
        [target, source]; values other than zero are edges.
    signed
        If True, values are scored with their sign: more negative is less connected.

    Raises
    ------
    ParameterError
        If the two aren't square and of the same shape, the estimate isn't finite off its
        diagonal, or the ground truth has no edge, or no absent one, off its diagonal.

    References
    ----------
    Smith et al. 2011, NeuroImage 54, which separates detection and direction.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.array([[0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> recover(truth + 0.1, truth).auroc
    1.0
    """
    if isinstance(estimate, Connectivity):
        estimate = estimate.values
    for name, values in (("estimate", estimate), ("truth", truth)):
        require_array(name, values)
    if estimate.ndim != 2 or estimate.shape[0] != estimate.shape[1]:
        raise ParameterError(f"estimate must be a square matrix; got shape {estimate.shape}")
    if truth.shape != estimate.shape:
        raise ParameterError(
            f"estimate and truth must have the same shape; got {estimate.shape} and {truth.shape}"
        )
    scores = _scores(estimate, signed)
    edge = truth != 0
    lower = np.tril_indices_from(scores, -1)
    off_diagonal = ~np.eye(len(scores), dtype=bool)
    pairs = edge[off_diagonal]
    if pairs.all() or not pairs.any():
        raise ParameterError(
            f"the truth must have both edges and absent edges off its diagonal; "
            f"{int(pairs.sum())} of {pairs.size} ordered pairs are edges"
        )
    auroc, auprc = _areas(pairs, scores[off_diagonal])
    undirected = _areas((edge | edge.T)[lower], np.maximum(scores, scores.T)[lower])
    weights, strength = np.abs(truth.astype(np.float64)), estimate.astype(np.float64)
    if not signed:
        strength = np.abs(strength)
    return Recovery(
        auroc,
        auprc,
        _orientation(edge & off_diagonal, scores),
        *undirected,
        r=correlation(strength[off_diagonal], weights[off_diagonal]),
        r_with_diagonal=correlation(strength.ravel(), weights.ravel()),
    )


def _scores(estimate: np.ndarray, signed: bool) -> Float[np.ndarray, "region region"]:
    off_diagonal = ~np.eye(len(estimate), dtype=bool)
    if not np.isfinite(estimate[off_diagonal]).all():
        target, source = np.argwhere(~np.isfinite(estimate) & off_diagonal)[0]
        raise ParameterError(
            f"the estimate must be finite off its diagonal; "
            f"got {estimate[target, source]} at [{target}, {source}]"
        )
    scores = np.where(off_diagonal, estimate, 0.0).astype(np.float64)
    if not signed:
        scores = np.abs(scores)
    # Ranks, in which neighbours closer than rounding are ties. Rounding the scores
    # themselves would separate neighbours on either side of a rounding border.
    ordered = np.argsort(scores, axis=None)
    steps = np.diff(scores.ravel()[ordered]) > _TIE * np.abs(scores).max()
    ranks = np.zeros(scores.size)
    ranks[ordered[1:]] = np.cumsum(steps)
    return ranks.reshape(scores.shape)


def _areas(
    edge: Bool[np.ndarray, " pair"], scores: Float[np.ndarray, " pair"]
) -> tuple[float, float]:
    if edge.all():
        return float("nan"), float("nan")
    return float(roc_auc_score(edge, scores)), float(average_precision_score(edge, scores))


def _orientation(edge: np.ndarray, scores: np.ndarray) -> float:
    one_way = edge & ~edge.T
    if not one_way.any():
        return float("nan")
    forward, reverse = scores[one_way], scores.T[one_way]
    return float(np.mean((forward > reverse) + 0.5 * (forward == reverse)))
