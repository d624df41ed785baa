"""Connectome-based predictive modelling: sums of the edges that correlate with a target."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import t as student_t

from attnconn_core.checks import require_share
from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import CrossValidated
from attnconn_core.scoring.behaviour.model import KeptSubjects, Refitted, Split
from attnconn_core.scoring.edges.features import column_scale

__all__ = ["Cpm", "cpm"]

_FEWEST = 3  # subjects to train on: with fewer a correlation has no p


@dataclass(frozen=True)
class Cpm:
    """Connectome-based predictive modelling (Shen et al. 2017); see `cpm`.

    Attributes
    ----------
    threshold
        Largest p of an edge that is selected.

    Raises
    ------
    ParameterError
        If the threshold does not lie between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(60, 20))
    >>> target = features[:, 0] - features[:, 1]
    >>> from attnconn_core.scoring import cross_validate
    >>> bool(cross_validate(features, target, Cpm(threshold=0.05), folds=5).r > 0.5)
    True
    """

    name: ClassVar[str] = "cpm"
    reads_kernel: ClassVar[bool] = False
    selects_edges: ClassVar[bool] = True

    threshold: float = 0.01

    def __post_init__(self) -> None:
        require_share("threshold", self.threshold)

    def cross_validator(self, subjects: KeptSubjects, split: Split) -> Refitted:
        """Prepare the model for a cohort's folds.

        Raises
        ------
        ParameterError
            If a fold leaves fewer than 3 subjects to train on.
        """
        smallest = len(split.fold) - int(np.bincount(split.fold).max())
        if smallest < _FEWEST:
            raise ParameterError(
                f"cpm needs at least {_FEWEST} subjects to train on; got {smallest}"
            )
        return Refitted(
            partial(
                cpm,
                subjects.features,
                fold=split.fold,
                threshold=self.threshold,
                confounds=subjects.confounds,
            )
        )


def cpm(
    features: Float[np.ndarray, "subject edge"],
    targets: Float[np.ndarray, "subject target"],
    fold: Int[np.ndarray, " subject"],
    threshold: float = 0.01,
    confounds: Confounds | None = None,
) -> CrossValidated:
    """Predict every subject from two sums of edges.

    In the training part, edges that correlate with the target (two-sided p below
    `threshold`, uncorrected) form a positive and a negative set; the target is
    regressed on the sums of both sets. Where no edge passes, the prediction is the
    training mean.

    Parameters
    ----------
    features, targets
        One row per subject.
    fold
        Number of the fold that tests each subject.
    threshold
        Largest p of an edge that is selected.
    confounds
        Removed inside every fold, before edges are selected; predictions are then of the
        adjusted target.

    Returns
    -------
    CrossValidated
        Weights are in the target's unit per unit of the edge; ``positive_edges`` and
        ``negative_edges`` are the sizes of the two sets.

    References
    ----------
    Shen et al. 2017, Nature Protocols 12: 506–518, with both sets in one model.
    """
    n_folds = int(fold.max()) + 1
    predictions = np.empty(targets.shape)
    weights = np.zeros((features.shape[1], targets.shape[1]))
    sizes = np.empty((2, n_folds, targets.shape[1]))
    for number in range(n_folds):
        train, tested = fold != number, fold == number
        x, y = features, targets
        if confounds is not None:
            x, y = confounds.adjust(features, targets, train)
        edge_mean = x[train].mean(axis=0)
        centre = y[train].mean(axis=0)
        r = _correlations(x[train], y[train])
        least = _least_correlation(int(train.sum()), threshold)
        networks = np.stack([r > least, r < -least]).astype(np.float64)
        sums = (x - edge_mean) @ networks
        # Batched pseudo-inverses: an empty set of edges has no slope instead of an error.
        inverses = np.linalg.pinv(sums[:, train].transpose(2, 1, 0))
        slopes = np.einsum("tsn,nt->st", inverses, y[train] - centre)
        predictions[tested] = centre + np.einsum("snt,st->nt", sums[:, tested], slopes)
        weights += np.einsum("set,st->et", networks, slopes) / n_folds
        sizes[:, number] = networks.sum(axis=1)
    return CrossValidated(
        predictions, weights, {"positive_edges": sizes[0], "negative_edges": sizes[1]}
    )


def _correlations(features: np.ndarray, targets: np.ndarray) -> Float[np.ndarray, "edge target"]:
    edge_mean, edge_std = column_scale(features)
    target_mean, target_std = column_scale(targets)
    z = (features - edge_mean) / edge_std
    correlations: Float[np.ndarray, "edge target"] = (
        z.T @ ((targets - target_mean) / target_std) / len(features)
    )
    return correlations


def _least_correlation(n_subjects: int, threshold: float) -> float:
    t = student_t.isf(threshold / 2, n_subjects - 2)
    return float(t / np.sqrt(n_subjects - 2 + t**2))
