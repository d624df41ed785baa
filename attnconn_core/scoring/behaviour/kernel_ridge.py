"""Kernel ridge regression, the default model of behaviour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float, Int

from attnconn_core.checks import require_number
from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.folds import CrossValidated, inner_folds
from attnconn_core.scoring.behaviour.kernel_folds import KernelFold, kernel_folds
from attnconn_core.scoring.behaviour.model import CrossValidator, KeptSubjects, Split
from attnconn_core.scoring.behaviour.penalties import PENALTIES
from attnconn_core.scoring.behaviour.resampling import MANY_SUBJECTS
from attnconn_core.scoring.behaviour.spectral_ridge import SpectralRidge

__all__ = ["PENALTIES", "KernelRidge", "KernelRidged", "kernel_ridge"]


@dataclass(frozen=True)
class KernelRidge:
    """Kernel ridge regression; each fold chooses its penalty on inner folds. See `kernel_ridge`.

    Attributes
    ----------
    penalties
        Candidates, in units of the mean of the kernel's diagonal.

    Raises
    ------
    ParameterError
        If there is no candidate, or one is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> features = np.random.default_rng(0).normal(size=(60, 20))
    >>> target = features[:, 0] - features[:, 1]
    >>> from attnconn_core.scoring import cross_validate
    >>> bool(cross_validate(features, target, KernelRidge(penalties=(0.1, 1.0)), folds=5).r > 0.9)
    True
    """

    name: ClassVar[str] = "kernel_ridge"
    reads_kernel: ClassVar[bool] = True
    selects_edges: ClassVar[bool] = False

    penalties: tuple[float, ...] = PENALTIES

    def __post_init__(self) -> None:
        if not isinstance(self.penalties, Sequence) or not len(self.penalties):
            raise ParameterError(f"penalties must be one number or more; got {self.penalties!r}")
        for penalty in self.penalties:
            require_number("each of penalties", penalty, above=True)

    def cross_validator(self, subjects: KeptSubjects, split: Split) -> "_RidgeFolds":
        """Prepare the model for a cohort's folds.

        Raises
        ------
        ParameterError
            If the subjects come without their kernel, or confounds leave a fold's training
            subjects no degrees of freedom.
        """
        if subjects.kernel is None:
            raise ParameterError("kernel_ridge needs the cohort's kernel; got none")
        return _RidgeFolds(
            subjects.features,
            kernel_folds(subjects.kernel, split.fold, subjects.confounds),
            inner_folds(split.fold, split.seed, subjects.groups),
            self.penalties,
        )


class _RidgeFolds(CrossValidator):
    """Kernel ridge regression on the decomposed kernels of a cohort's folds."""

    def __init__(
        self,
        features: Float[np.ndarray, "subject edge"],
        folds: Sequence[KernelFold],
        inner: Int[np.ndarray, "fold subject"],
        penalties: Sequence[float],
    ):
        self._features, self._folds, self._inner = features, folds, inner
        self._penalties = penalties
        self._quick: SpectralRidge | None = None

    def fit(self, targets: Float[np.ndarray, "subject target"]) -> CrossValidated:
        fitted = self._fitted(targets)
        weights = self._features.T @ fitted.dual
        return CrossValidated(fitted.predictions, weights, {"penalty": fitted.penalty})

    def predict(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        return self._fitted(targets).predictions

    def predict_shuffled(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        if self._quick is None:
            quick = SpectralRidge(self._folds, penalties=self._penalties)
            many = len(self._features) >= MANY_SUBJECTS
            self._quick = quick.in_precision(np.float32) if many else quick
        return self._quick(targets)

    def _fitted(self, targets: Float[np.ndarray, "subject target"]) -> "KernelRidged":
        return kernel_ridge(self._folds, targets, self._inner, self._penalties)


@dataclass(frozen=True, eq=False)
class KernelRidged:
    """Cross-validated predictions by kernel ridge regression.

    Attributes
    ----------
    predictions
        Predictions for held-out subjects in the targets' units, adjusted for confounds if
        the folds are.
    dual
        Weight of every subject, mean over folds: ``features.T @ dual`` is every edge's
        slope, in the target's unit per unit of the edge.
    penalty
        The penalty that each fold chose for each target.
    """

    predictions: Float[np.ndarray, "subject target"]
    dual: Float[np.ndarray, "subject target"]
    penalty: Float[np.ndarray, "fold target"]


def kernel_ridge(
    folds: Sequence[KernelFold],
    targets: Float[np.ndarray, "subject target"],
    inner_fold: Int[np.ndarray, "fold subject"],
    penalties: Sequence[float] = PENALTIES,
) -> KernelRidged:
    """Predict every subject by ridge regression on the edges of all others.

    The intercept is not penalised, since a fold's kernel is centred.

    Parameters
    ----------
    folds
        Kernels from `kernel_folds`; the target is adjusted for their confounds, with
        the coefficients of each fold's training subjects.
    targets
        One row per subject. All targets share each fold's eigendecomposition.
    inner_fold
        For every fold, the inner fold of each training subject, -1 for those tested;
        the penalty with the least squared error over inner folds is chosen.
    penalties
        Candidates, all positive. A penalty p is scikit-learn's
        ``KernelRidge(alpha=p * fold.scale)`` on the fold's kernel: a share of the mean
        variance of a training subject's edges, so that the unit of edges does not matter.

    References
    ----------
    He et al. 2020, NeuroImage 206; Li et al. 2019, NeuroImage 196: with the correlation
    of two subjects' edges as kernel; see `edge_kernel` for the difference.
    """
    predictions, dual = np.empty(targets.shape), np.zeros(targets.shape)
    chosen = np.empty((len(folds), targets.shape[1]))
    candidates = np.asarray(penalties, dtype=np.float64)
    for number, fold in enumerate(folds):
        known = targets[fold.train]
        left = fold.residuals(known)
        errors = _left_out_errors(
            fold.spectrum, fold.basis, left, inner_fold[number][fold.train], candidates
        )
        chosen[number] = candidates[errors.argmin(axis=0)]
        coefficients = (fold.basis.T @ left) / (fold.spectrum[:, None] + chosen[number])
        predictions[fold.tested] = fold.inverse[0] @ known + fold.outlook @ coefficients
        # M is idempotent and the dual weights lie in its range: slopes of unadjusted edges
        # equal those of adjusted ones.
        dual[fold.train] += fold.basis @ coefficients / (fold.scale * len(folds))
    return KernelRidged(predictions, dual, chosen)


def _left_out_errors(
    spectrum: Float[np.ndarray, " train"],
    basis: Float[np.ndarray, "train train"],
    centred: Float[np.ndarray, "train target"],
    inner: Int[np.ndarray, " train"],
    candidates: Float[np.ndarray, " penalty"],
) -> Float[np.ndarray, "penalty target"]:
    """Return the mean squared error over inner folds, each predicted by the others.

    Nothing is refitted: with hat matrix H and residuals r of the fit to all, the
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
