"""The kernel of all subjects, made once, and what a fold's training subjects make of it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.behaviour.confounds import Confounds

__all__ = ["KernelFold", "edge_kernel", "kernel_folds"]

# Below this share of the kernel's diagonal, what is left of it in a fold is rounding.
_NOTHING = 1e-13


def edge_kernel(
    features: Float[np.ndarray, "subject edge"],
) -> Float[np.ndarray, "subject subject"]:
    """Sum over edges of the products of two subjects' edges, less everybody's mean.

    Edges stay in their own units. Any mean may be taken off here: `kernel_folds` centres
    by the training subjects, to which every other mean is lost, but for its rounding.
    Rows and columns of subjects whose edges aren't all finite are NaN.

    Notes
    -----
    The field's kernel is the correlation of two subjects' edges (He et al. 2020,
    NeuroImage 206; Li et al. 2019, NeuroImage 196). It forgets how strong a subject's
    edges are, and has no slope an edge. On simulated cohorts of 10 or 20 regions both
    predict alike, on small networks this one far better; edges z-scored over subjects,
    which weigh noise like signal, did better on none of them:
    `docs/decisions/0015-one-kernel-a-cohort.md` has the figures. Where edges differ in
    scale for no good reason, scale them before.
    """
    whole = np.isfinite(features).all(axis=1)
    known = features[whole].astype(np.float64, copy=False)
    known -= known.sum(axis=0) / max(1, len(known))
    kernel = np.full((len(features), len(features)), np.nan)
    kernel[np.ix_(whole, whole)] = known @ known.T
    return kernel


@dataclass(frozen=True, eq=False)
class KernelFold:
    """One fold's kernel K' = M K Mᵀ, decomposed.

    M takes out what a line through the training subjects explains: their mean, and
    confounds where those leave the edges too. That is the kernel of edges that are
    adjusted one by one, for M is the same for all of them.

    Attributes
    ----------
    train, tested
        Which subjects.
    scale
        Mean of the diagonal of the training subjects' K'; 1 where they don't differ.
    spectrum, basis
        Eigenvalues of the training subjects' K', over `scale`, and its eigenvectors.
    outlook
        Their K' with the tested, over `scale`, times `basis`.
    design, inverse
        Intercept and confounds of the training subjects, and the pseudo-inverse. Its first
        row gives the intercept, where the confounds are those of everybody's mean.
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
        """Training subjects less what intercept and confounds use up."""
        return len(self.design) - float((self.design * self.inverse.T).sum())

    def residuals(
        self, values: Float[np.ndarray, "train *column"]
    ) -> Float[np.ndarray, "train *column"]:
        """What intercept and confounds leave of the training subjects' values."""
        return values - self.design @ (self.inverse @ values)


def kernel_folds(
    kernel: Float[np.ndarray, "subject subject"],
    fold: Int[np.ndarray, " subject"],
    confounds: Confounds | None = None,
) -> list[KernelFold]:
    """Prepare every fold of a cohort.

    Parameters
    ----------
    kernel
        From `edge_kernel`, or any other positive semidefinite one.
    fold
        The fold that tests each subject.
    confounds
        Regressors beside the intercept, of the kernel too if they leave the edges.

    Raises
    ------
    ParameterError
        If confounds leave a fold's training subjects no degree of freedom.
    """
    return [_prepare(kernel, fold == number, confounds) for number in range(int(fold.max()) + 1)]


def _prepare(kernel: np.ndarray, tested: np.ndarray, confounds: Confounds | None) -> KernelFold:
    train = ~tested
    n = int(train.sum())
    design, inverse = np.ones((len(train), 1)), np.full((1, n), 1 / n)
    line, slopes = design, inverse  # what is taken out of the edges
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
    # Some directions were taken out: rounding alone puts their eigenvalues below zero.
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
