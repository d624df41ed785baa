"""Kernel ridge regression: the baseline that connectivity has to beat."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.scoring.confounds import Confounds
from attnconn_core.scoring.edges import column_scale
from attnconn_core.scoring.folds import CrossValidated

__all__ = ["PENALTIES", "kernel_ridge"]

# In units of the kernel's mean eigenvalue, times the number of subjects.
PENALTIES: tuple[float, ...] = tuple(float(penalty) for penalty in np.logspace(-2, 4, 13))


def kernel_ridge(
    features: Float[np.ndarray, "subject edge"],
    targets: Float[np.ndarray, "subject target"],
    fold: Int[np.ndarray, " subject"],
    inner_fold: Int[np.ndarray, "fold subject"],
    penalties: Sequence[float] = PENALTIES,
    confounds: Confounds | None = None,
) -> CrossValidated:
    """Predict every subject by ridge regression on all others' edges.

    The kernel is the mean over edges of the products of two subjects' z-scored edges;
    means and deviations are the training subjects'. The intercept is not penalised.

    Parameters
    ----------
    features, targets
        One row a subject. All targets share each fold's eigendecomposition.
    fold
        The fold that tests each subject.
    inner_fold
        For every fold, the inner fold of each training subject, -1 for those tested;
        the penalty is the one with the least squared error over inner folds.
    penalties
        Candidates, all positive. A penalty p is scikit-learn's
        ``KernelRidge(alpha=p)`` on this kernel.
    confounds
        Taken out of the target, and of the edges if they say so, by the coefficients of
        each fold's training subjects; predictions are of what is left.

    Returns
    -------
    CrossValidated
        Weights are per deviation of an edge, in the target's unit; ``penalty`` is what
        each fold chose for each target.

    References
    ----------
    He et al. 2020, NeuroImage 206; Li et al. 2019, NeuroImage 196.
    """
    n_edges, n_folds = features.shape[1], len(inner_fold)
    predictions = np.empty(targets.shape)
    weights = np.zeros((n_edges, targets.shape[1]))
    chosen = np.empty((n_folds, targets.shape[1]))
    candidates = np.asarray(penalties, dtype=np.float64)
    for number in range(n_folds):
        train, tested = fold != number, fold == number
        x, y = features, targets
        if confounds is not None:
            x, y = confounds.adjust(features, targets, train)
        mean, std = column_scale(x[train])
        z = (x - mean) / std
        spectrum, basis = np.linalg.eigh(z[train] @ z[train].T / n_edges)
        # The training rows are centred: rounding alone puts eigenvalues below zero.
        spectrum = np.clip(spectrum, 0.0, None)
        centre = y[train].mean(axis=0)
        centred = y[train] - centre
        errors = _left_out_errors(spectrum, basis, centred, inner_fold[number][train], candidates)
        chosen[number] = candidates[errors.argmin(axis=0)]
        dual = basis @ ((basis.T @ centred) / (spectrum[:, None] + chosen[number]))
        slopes = z[train].T @ dual / n_edges
        predictions[tested] = centre + z[tested] @ slopes
        weights += slopes / n_folds
    return CrossValidated(predictions, weights, {"penalty": chosen})


def _left_out_errors(
    spectrum: Float[np.ndarray, " train"],
    basis: Float[np.ndarray, "train train"],
    centred: Float[np.ndarray, "train target"],
    inner: Int[np.ndarray, " train"],
    candidates: Float[np.ndarray, " penalty"],
) -> Float[np.ndarray, "penalty target"]:
    """Mean squared error of every inner fold predicted by the others.

    Nothing is fitted again: with hat matrix H and residuals r of the fit to all, the
    residuals of a block b predicted without it are (I − H[b, b])⁻¹ r[b], exactly (the
    block form of the leave-one-out formula). The free intercept adds 1/n to H.
    """
    shrinkage = spectrum / (spectrum + candidates[:, None])
    coefficients = basis.T @ centred
    errors = np.zeros((len(candidates), centred.shape[1]))
    for number in range(inner.max() + 1):
        block = inner == number
        rows = basis[block]
        hat = (rows * shrinkage[:, None, :]) @ rows.T + 1 / len(inner)
        residual = centred[block] - rows @ (shrinkage[:, :, None] * coefficients)
        left_out = np.linalg.solve(np.eye(len(rows)) - hat, residual)
        errors += (left_out**2).sum(axis=1)
    return errors / len(inner)
