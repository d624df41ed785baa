"""Edges: matrices laid out as features, one column an edge, and back."""

import numpy as np
from jaxtyping import Bool, Float

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.checks import require_choice, require_pairs

__all__ = [
    "column_scale",
    "edge_features",
    "edge_mask",
    "is_symmetric",
    "normalise_pairs",
    "paired_features",
]

EDGES = ("all", "off_diagonal")
NORMALISE = ("none", "edgewise")
COMPARISON = ("test_to_retest", "across_all_sessions")

# Half of float32's precision: matrices that were stored as float32 are symmetric to this.
_SYMMETRY_TOLERANCE = 1e-6


def is_symmetric(matrices: Float[np.ndarray, "*batch region region"]) -> bool:
    """Whether [target, source] equals [source, target] everywhere, to float32 rounding."""
    within = _SYMMETRY_TOLERANCE * float(np.abs(matrices).max(initial=0.0))
    # One matrix at a time: of directed matrices the first already tells.
    return all(
        bool((np.abs(matrix - matrix.T) <= within).all())
        for matrix in matrices.reshape(-1, *matrices.shape[-2:])
    )


def edge_mask(
    n_regions: int, directed: bool, edges: str = "off_diagonal"
) -> Bool[np.ndarray, "target source"]:
    """Which entries of a matrix are features.

    Parameters
    ----------
    n_regions
        Rows and columns of the matrix.
    directed
        If False, only the half below the diagonal: the other says the same.
    edges
        ``"off_diagonal"``, or ``"all"`` for the whole matrix, diagonal and both
        halves, as the reference has it.

    Raises
    ------
    ParameterError
        If `edges` is neither.
    """
    require_choice("edges", edges, EDGES)
    whole = np.ones((n_regions, n_regions), dtype=bool)
    if edges == "all":
        return whole
    return whole & ~np.eye(n_regions, dtype=bool) if directed else np.tril(whole, -1)


def edge_features(
    matrices: Float[np.ndarray, "subject region region"],
    directed: bool,
    edges: str = "off_diagonal",
) -> Float[np.ndarray, "subject edge"]:
    """Flatten matrices to one row a subject, float64.

    Edges come row by row: all sources of the first target, then of the second.
    Parameters and errors are those of `edge_mask`, which also leads back:
    ``matrix[edge_mask(...)] = row``.
    """
    mask = edge_mask(matrices.shape[-1], directed, edges)
    chosen = matrices.reshape(len(matrices), -1) if mask.all() else matrices[:, mask]
    return chosen.astype(np.float64, copy=False)


def column_scale(
    values: Float[np.ndarray, "subject *column"],
) -> tuple[Float[np.ndarray, "*column"], Float[np.ndarray, "*column"]]:
    """Mean and deviation (ddof 0) of every column over subjects; no deviation counts as 1."""
    std = values.std(axis=0)
    return values.mean(axis=0), np.where(std == 0, 1.0, std)


def normalise_pairs(
    test: Float[np.ndarray, "subject edge"],
    retest: Float[np.ndarray, "subject edge"],
    normalise: str,
    comparison: str,
) -> tuple[Float[np.ndarray, "subject edge"], Float[np.ndarray, "subject edge"]]:
    """Z-score every edge over subjects, so that none outweighs the others.

    Test and retest are scaled each by itself (``"test_to_retest"``) or all scans
    together (``"across_all_sessions"``); ``normalise="none"`` changes nothing.
    """
    require_choice("normalise", normalise, NORMALISE)
    require_choice("comparison", comparison, COMPARISON)
    if normalise == "none":
        return test, retest
    if comparison == "across_all_sessions":
        mean, std = column_scale(np.concatenate([test, retest]))
        return (test - mean) / std, (retest - mean) / std
    (test_mean, test_std), (retest_mean, retest_std) = column_scale(test), column_scale(retest)
    return (test - test_mean) / test_std, (retest - retest_mean) / retest_std


def paired_features(
    test: Float[np.ndarray, "subject region region"],
    retest: Float[np.ndarray, "subject region region"],
    *,
    normalise: str,
    comparison: str,
    edges: str,
    symmetric: bool | None,
) -> tuple[
    Float[np.ndarray, "subject edge"],
    Float[np.ndarray, "subject edge"],
    Bool[np.ndarray, "region region"],
]:
    """Check two stacks of matrices, flatten and normalise them.

    Returns the features of test and of retest, and the entries of a matrix that they
    stand for. ``symmetric=None`` looks for itself.

    Raises
    ------
    ParameterError
        If the matrices aren't two alike, finite stacks of at least two subjects, an
        option isn't known, or a subject's features are all equal.
    """
    require_pairs(test, retest)
    if symmetric is None:
        symmetric = is_symmetric(test) and is_symmetric(retest)
    mask = edge_mask(test.shape[-1], not symmetric, edges)
    first, second = normalise_pairs(
        edge_features(test, not symmetric, edges),
        edge_features(retest, not symmetric, edges),
        normalise,
        comparison,
    )
    for name, features in (("test", first), ("retest", second)):
        flat = np.ptp(features, axis=1) == 0
        if flat.any():
            raise ParameterError(
                f"a subject's edges must differ from one another; those of {name} subject "
                f"{int(np.argmax(flat))} are all {features[np.argmax(flat), 0]:g}"
            )
    return first, second, mask
