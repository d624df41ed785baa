"""Kernel ridge for very many targets: folds decomposed once, penalties chosen by GCV."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.confounds import Confounds
from attnconn_core.scoring.edges import column_scale
from attnconn_core.scoring.kernel_ridge import PENALTIES

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

    @property
    def matrices(self) -> tuple[np.ndarray, ...]:
        return self.basis, self.outlook, self.inverse, self.misfit


class SpectralRidge:
    """The ridge of `kernel_ridge`, made ready for any number of targets.

    All that depends on the edges is computed here, once: what is left for a target are
    matrix products, a thousand shuffles costing little more than one.

    Parameters
    ----------
    features, fold, penalties
        As for `kernel_ridge`; same kernel, same scaling inside the fold.
    confounds
        Taken out of the target, and of the edges if they say so, inside every fold.

    Raises
    ------
    ParameterError
        If confounds leave a fold's training subjects no degree of freedom.

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

    def __init__(
        self,
        features: Float[np.ndarray, "subject edge"],
        fold: Int[np.ndarray, " subject"],
        confounds: Confounds | None = None,
        *,
        penalties: Sequence[float] = PENALTIES,
    ):
        self.penalties = np.asarray(penalties, dtype=np.float64)
        self._folds = [
            _decompose(features, fold == number, confounds, self.penalties)
            for number in range(int(fold.max()) + 1)
        ]

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
            predictions[fold.tested] = known.mean(axis=0) + fold.outlook @ coefficients
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


def _decompose(
    features: np.ndarray,
    tested: np.ndarray,
    confounds: Confounds | None,
    penalties: np.ndarray,
) -> _Fold:
    train, n_edges = ~tested, features.shape[1]
    if confounds is not None:
        features, _ = confounds.adjust(features, np.empty((len(features), 0)), train)
    mean, std = column_scale(features[train])
    z = (features - mean) / std
    spectrum, vectors = np.linalg.eigh(z[train] @ z[train].T / n_edges)
    spectrum = np.clip(spectrum, 0.0, None)
    basis, freedom = vectors - vectors.mean(axis=0), len(spectrum) - 1.0
    if confounds is not None:
        scaled, inverse = confounds.fitted(train)
        basis = basis - scaled[train] @ (inverse @ basis)
        freedom -= float((scaled[train] * inverse.T).sum())
    if freedom < 0.5:
        raise ParameterError(
            f"training subjects must outnumber confounds by 2 or more; got {len(spectrum)} "
            f"subjects and {0 if confounds is None else confounds.values.shape[1]} confounds"
        )
    kept = penalties[:, None] / (spectrum + penalties[:, None])
    # tr (I − H) = tr (I − P) − tr K (K + p)⁻¹ (I − P); I − P is idempotent.
    left = freedom - (1 - kept) @ (basis**2).sum(axis=0)
    return _Fold(
        train,
        tested,
        basis,
        z[tested] @ z[train].T / n_edges @ vectors,
        1 / (spectrum[:, None] + penalties),
        (kept / left[:, None]) ** 2,
    )
