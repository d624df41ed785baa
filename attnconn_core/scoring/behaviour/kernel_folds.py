"""The kernel of all subjects, computed once, and its decomposition in every fold."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds

__all__ = ["KernelFold", "edge_kernel", "kernel_folds"]

# A remainder below this share of the kernel's diagonal is rounding.
_NOTHING = 1e-13


def edge_kernel(
    features: Float[np.ndarray, "subject edge"],
) -> Float[np.ndarray, "subject subject"]:
    """Return the kernel: products of two subjects' edges, centred on all subjects, summed.

    Edges stay in their own units. Centring here only limits rounding: `kernel_folds` centres
    on the training subjects, which removes any other mean.
    Rows and columns of subjects with an edge that is not finite are NaN.

    Notes
    -----
    The usual kernel is the correlation of two subjects' edges (He et al. 2020,
    NeuroImage 206; Li et al. 2019, NeuroImage 196). It discards how strong a subject's
    edges are, and gives no slope per edge. On simulated cohorts of 10 or 20 regions both
    kernels predict equally well; with fewer regions this one predicts far better. Z-scoring
    edges over subjects, which weighs noise like signal, was better in none of them; figures
    are in `docs/decisions/0015-one-kernel-a-cohort.md`. Edges whose scales differ for no
    good reason should be scaled beforehand.
    """
    finite = np.isfinite(features).all(axis=1)
    known = features[finite].astype(np.float64, copy=False)
    known -= known.sum(axis=0) / max(1, len(known))
    kernel = np.full((len(features), len(features)), np.nan)
    kernel[np.ix_(finite, finite)] = known @ known.T
    return kernel


@dataclass(frozen=True, eq=False)
class KernelFold:
    """The kernel of one fold, K' = M K Mᵀ, and its eigendecomposition.

    M removes what a linear fit to the training subjects explains: their mean, and the
    confounds if these are removed from edges too. K' equals the kernel of edges that are
    adjusted one by one, since M is the same for all edges.

    Attributes
    ----------
    train, tested
        Masks of the training and the tested subjects.
    scale
        Mean of the diagonal of the training subjects' K'; 1 where they are all equal.
    spectrum, basis
        Eigenvalues of the training subjects' K' divided by `scale`, and its eigenvectors.
    outlook
        K' between tested and training subjects, divided by `scale`, times `basis`.
    design, inverse
        Intercept and confounds of the training subjects, and the pseudo-inverse. Its first
        row gives the intercept at the mean of all subjects' confounds.
    """

    train: Bool[np.ndarray, " subject"]
    tested: Bool[np.ndarray, " subject"]
    scale: float
    spectrum: Float[np.ndarray, " train"]
    basis: Float[np.ndarray, "train train"]
    outlook: Float[np.ndarray, "tested train"]
    design: Float[np.ndarray, "train regressor"]
    inverse: Float[np.ndarray, "regressor train"]

    @property
    def freedom(self) -> float:
        """Number of training subjects minus the rank of intercept and confounds."""
        return len(self.design) - float((self.design * self.inverse.T).sum())

    def residuals(
        self, values: Float[np.ndarray, "train *column"]
    ) -> Float[np.ndarray, "train *column"]:
        """Return the training subjects' values without what intercept and confounds explain."""
        left: Float[np.ndarray, "train *column"] = values - self.design @ (self.inverse @ values)
        return left


def kernel_folds(
    kernel: Float[np.ndarray, "subject subject"],
    fold: Int[np.ndarray, " subject"],
    confounds: Confounds | None = None,
) -> list[KernelFold]:
    """Return the decomposed kernel of every fold.

    Parameters
    ----------
    kernel
        The kernel from `edge_kernel`, or another positive semidefinite one.
    fold
        Number of the fold that tests each subject.
    confounds
        Regressors beside the intercept; removed from the kernel too if from edges.

    Raises
    ------
    ParameterError
        If confounds leave a fold's training subjects no degrees of freedom.
    """
    return [_prepare(kernel, fold == number, confounds) for number in range(int(fold.max()) + 1)]


def _prepare(kernel: np.ndarray, tested: np.ndarray, confounds: Confounds | None) -> KernelFold:
    train = ~tested
    n = int(train.sum())
    design, inverse = np.ones((len(train), 1)), np.full((1, n), 1 / n)
    line, slopes = design, inverse  # regressors that are removed from the edges
    if confounds is not None:
        scaled, pseudo = confounds.fitted(train)
        design = np.hstack([design, scaled])
        inverse = np.vstack([inverse - scaled[train].mean(axis=0) @ pseudo, pseudo])
        if confounds.from_features:
            line, slopes = design, inverse
    # M K, then M K Mᵀ, of the training columns.
    left = kernel[:, train] - line @ (slopes @ kernel[np.ix_(train, train)])
    left -= (left @ slopes.T) @ line[train].T
    within = left[train]
    scale, before = within.diagonal().mean(), kernel.diagonal()[train].mean()
    if scale <= _NOTHING * before:
        within, left, scale = np.zeros_like(within), np.zeros_like(left), 1.0
    spectrum, basis = np.linalg.eigh(within / scale)
    # Removed directions have eigenvalues of 0, which rounding may put below zero.
    spectrum = np.clip(spectrum, 0.0, None)
    outlook = left[tested] / scale @ basis
    prepared = KernelFold(
        train, tested, float(scale), spectrum, basis, outlook, design[train], inverse
    )
    if prepared.freedom < 0.5:
        raise ParameterError(
            f"training subjects must outnumber confounds by 2 or more; got {n} "
            f"subjects and {0 if confounds is None else confounds.values.shape[1]} confounds"
        )
    return prepared
