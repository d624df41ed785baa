"""Kernel ridge for very many targets: folds decomposed once, penalties chosen by GCV."""

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
    """One fold's matrices; (I − P) takes the mean and the confounds out of a target."""

    train: Bool[np.ndarray, " subject"]
    tested: Bool[np.ndarray, " subject"]
    basis: Float[np.ndarray, "train eigen"]  # (I − P) B
    outlook: Float[np.ndarray, "tested eigen"]  # kernel of tested with training subjects, times B
    inverse: Float[np.ndarray, "eigen penalty"]  # 1 / (s + p)
    misfit: Float[np.ndarray, "penalty eigen"]  # GCV's weights of squared coefficients
    intercept: Float[np.ndarray, " train"]  # times a target: its mean at everybody's confounds

    @property
    def matrices(self) -> tuple[np.ndarray, ...]:
        return self.basis, self.outlook, self.inverse, self.misfit, self.intercept


class SpectralRidge:
    """The ridge of `kernel_ridge`, made ready for any number of targets.

    All that depends on the edges is in the folds already: what is left for a target are
    matrix products, a thousand shuffles costing little more than one.

    Parameters
    ----------
    folds, penalties
        As for `kernel_ridge`, which may share them.

    Notes
    -----
    The penalty is the one of least generalised cross-validation (Golub, Heath & Wahba
    1979) in the training part: |(I − H) y|² / (n − tr H)², leave-one-out with equal
    leverages, for every target and every shuffle of it anew. H is the hat matrix of the
    whole line, confounds included: H = P + K (K + p)⁻¹ (I − P). So their refitting counts
    in the choice. In the kernel's eigenbasis this is one thin product, where inner
    folds cost a full one a penalty; `kernel_ridge`, with inner folds that keep families
    together, may choose another. So predictions are `kernel_ridge`'s, and this is what
    thousands of shuffles, and the order observed beside them, are compared by: a test is
    valid whatever the statistic, if it is one function of every order.
    """

    def __init__(self, folds: Sequence[KernelFold], *, penalties: Sequence[float] = PENALTIES):
        self.penalties = np.asarray(penalties, dtype=np.float64)
        self._folds = [_ready(fold, self.penalties) for fold in folds]

    def __call__(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "subject target"]:
        """Predict every subject by those of the other folds."""
        predictions = np.empty_like(targets)
        for fold in self._folds:
            known = targets[fold.train]
            coefficients = fold.basis.T @ known
            choice = (fold.misfit @ coefficients**2).argmin(axis=0)
            coefficients *= fold.inverse[:, choice]
            predictions[fold.tested] = fold.intercept @ known + fold.outlook @ coefficients
        return predictions

    def in_precision(self, precision: type[np.floating]) -> "SpectralRidge":
        """The same, its products in another precision; decompositions are float64."""
        other = copy.copy(self)
        other._folds = [
            _Fold(f.train, f.tested, *(m.astype(precision) for m in f.matrices))
            for f in self._folds
        ]
        return other

    def chosen(
        self, targets: Float[np.ndarray, "subject target"]
    ) -> Float[np.ndarray, "fold target"]:
        """The penalty of every fold and target."""
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
