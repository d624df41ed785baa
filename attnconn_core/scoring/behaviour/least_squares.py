"""Least squares on few features, for null models."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.behaviour.folds import CrossValidated
from attnconn_core.scoring.behaviour.model import KeptSubjects, Refitted, Split
from attnconn_core.scoring.edges.features import column_scale

__all__ = ["LeastSquares", "least_squares"]


@dataclass(frozen=True)
class LeastSquares:
    """Linear regression without a penalty, for few features; see `least_squares`."""

    name: ClassVar[str] = "least_squares"
    reads_kernel: ClassVar[bool] = False
    selects_edges: ClassVar[bool] = False

    def cross_validator(self, subjects: KeptSubjects, split: Split) -> Refitted:
        """Prepare the model for a cohort's folds."""
        return Refitted(
            partial(least_squares, subjects.features, fold=split.fold, confounds=subjects.confounds)
        )


def least_squares(
    features: Float[np.ndarray, "subject feature"],
    targets: Float[np.ndarray, "subject target"],
    fold: Int[np.ndarray, " subject"],
    confounds: Confounds | None = None,
) -> CrossValidated:
    """Predict every subject by linear regression, with an intercept, on all others.

    With the pseudo-inverse, a constant feature gets a slope of 0. With confounds, predictions
    are of the adjusted target. Weights are in the target's unit per unit of the feature.
    """
    n_folds = int(fold.max()) + 1
    predictions = np.empty_like(targets)
    weights = np.zeros((features.shape[1], targets.shape[1]))
    for number in range(n_folds):
        train, tested = fold != number, fold == number
        x, y = features, targets
        if confounds is not None:
            x, y = confounds.adjust(features, targets, train)
        mean, std = column_scale(x[train])
        z = (x - mean) / std
        slopes = np.linalg.pinv(z[train], rcond=1e-10) @ y[train]
        predictions[tested] = y[train].mean(axis=0) + z[tested] @ slopes
        weights += slopes / std[:, None] / n_folds
    return CrossValidated(predictions, weights, {})
