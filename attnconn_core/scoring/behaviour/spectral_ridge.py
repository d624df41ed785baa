"""Kernel ridge for thousands of targets: folds decomposed once, penalties chosen by GCV."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from attnconn_core.scoring.behaviour.kernel_folds import KernelFold
from attnconn_core.scoring.behaviour.penalties import PENALTIES

__all__ = ["SpectralRidge"]


@dataclass(frozen=True, eq=False)
class _Fold:
    """Matrices of one fold; (I − P) removes the mean and the confounds from a target."""

    train: Bool[np.ndarray, " subject"]
    tested: Bool[np.ndarray, " subject"]
    basis: Float[np.ndarray, "train eigen"]  # (I − P) B
    outlook: Float[np.ndarray, "tested eigen"]  # kernel of tested with training subjects, times B
    inverse: Float[np.ndarray, "eigen penalty"]  # 1 / (s + p)
    misfit: Float[np.ndarray, "penalty eigen"]  # GCV's weights of squared coefficients
    intercept: Float[np.ndarray, " train"]  # times a target: its mean at the mean confounds of all

    @property
    def matrices(self) -> tuple[np.ndarray, ...]:
        return self.basis, self.outlook, self.inverse, self.misfit, self.intercept


class SpectralRidge:
    """The ridge regression of `kernel_ridge`, prepared for any number of targets.

    Everything that depends on the edges is computed once. A target then needs only
    matrix products, so that a thousand shuffles cost little more than one.

    Parameters
    ----------
    folds, penalties
        As for `kernel_ridge`, which may share them.

    Notes
    -----
    For every target and every shuffle, the penalty p minimises generalised cross-validation
    (Golub, Heath & Wahba 1979) in the training part, |(I − H) y|² / (n − tr H)². This is
    leave-one-out cross-validation with equal leverages. H is the hat matrix of the complete fit,
    including the confounds: H = P + K (K + p)⁻¹ (I − P), where P projects onto the confounds.
    In the kernel's eigenbasis, all penalties together cost one thin matrix product; with inner
    folds each penalty costs a full one.

    `kernel_ridge` chooses its penalty on inner folds that keep families together, and may
    choose another one. Reported predictions come from `kernel_ridge`. This class compares the
    observed order of subjects with shuffles: a permutation test is valid for any statistic that
    is the same function of every order.
    """

    def __init__(self, folds: Sequence[KernelFold], *, penalties: Sequence[float] = PENALTIES):
        self.penalties = np.asarray(penalties, dtype=np.float64)
        self._folds = [_ready(fold, self.penalties) for fold in folds]

    def __call__(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        """Predict every subject from those of the other folds."""
        predictions = np.empty_like(targets)
        for fold in self._folds:
            known = targets[fold.train]
            coefficients = fold.basis.T @ known
            choice = (fold.misfit @ coefficients**2).argmin(axis=0)
            coefficients *= fold.inverse[:, choice]
            predictions[fold.tested] = fold.intercept @ known + fold.outlook @ coefficients
        return predictions

    def in_precision(self, precision: type[np.floating]) -> "SpectralRidge":
        """Return the same model with products in another precision; decompositions are float64."""
        other = copy.copy(self)
        other._folds = [
            _Fold(f.train, f.tested, *(m.astype(precision) for m in f.matrices))
            for f in self._folds
        ]
        return other

    def chosen(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "fold target"]:
        """Return the penalty chosen per fold and target."""
        coefficients = [fold.basis.T @ targets[fold.train] for fold in self._folds]
        pairs = zip(self._folds, coefficients, strict=True)
        return np.stack([self.penalties[(f.misfit @ c**2).argmin(axis=0)] for f, c in pairs])


def _ready(fold: KernelFold, penalties: np.ndarray) -> _Fold:
    basis = fold.residuals(fold.basis)
    kept = penalties[:, None] / (fold.spectrum + penalties[:, None])
    # tr (I − H) = tr (I − P) − tr K (K + p)⁻¹ (I − P); I − P is idempotent.
    left = fold.freedom - (1 - kept) @ (basis**2).sum(axis=0)
    return _Fold(
        fold.train,
        fold.tested,
        basis,
        fold.outlook,
        1 / (fold.spectrum[:, None] + penalties),
        (kept / left[:, None]) ** 2,
        fold.inverse[0],
    )
