"""Least squares on few features: the null models that a connectome has to beat."""

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.scoring.behaviour.confounds import Confounds
from attnconn_core.scoring.edges.features import column_scale

__all__ = ["least_squares"]


def least_squares(
    features: Float[np.ndarray, "subject feature"],
    targets: Float[np.ndarray, "subject target"],
    fold: Int[np.ndarray, " subject"],
    confounds: Confounds | None = None,
) -> Float[np.ndarray, "subject target"]:
    """Predict every subject by linear regression with an intercept on all others.

    The pseudo-inverse gives a constant feature no slope. With confounds, predictions are
    of the adjusted target.
    """
    predictions = np.empty_like(targets)
    for number in range(int(fold.max()) + 1):
        train, tested = fold != number, fold == number
        x, y = features, targets
        if confounds is not None:
            x, y = confounds.adjust(features, targets, train)
        mean, std = column_scale(x[train])
        z = (x - mean) / std
        slopes = np.linalg.pinv(z[train], rcond=1e-10) @ y[train]
        predictions[tested] = y[train].mean(axis=0) + z[tested] @ slopes
    return predictions
