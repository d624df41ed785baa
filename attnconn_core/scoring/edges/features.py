"""Edges of matrices as features, one column per edge."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from attnconn_core.checks import require_choice
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, stacked
from attnconn_core.scoring.checks import require_pairs

__all__ = [
    "as_matrices",
    "as_matrix_pair",
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

# About the square root of float32's precision: stored float32 matrices are symmetric to this.
_SYMMETRY_TOLERANCE = 1e-6


def as_matrices(
    name: str, matrices: np.ndarray | Sequence[Connectivity]
) -> Float[np.ndarray, "subject region region"]:
    """Stack records of one method and one set of regions; return an array unchanged.

    Raises
    ------
    ParameterError
        If there is no record, something else is among them, or they differ in method or regions;
        the message begins with `name`.
    """
    if isinstance(matrices, np.ndarray):
        if matrices.ndim != 3:
            raise ParameterError(
                f"{name} must have shape (subject, region, region); got {matrices.shape}"
            )
        return matrices
    return stacked(name, matrices)


def as_matrix_pair(
    names: tuple[str, str],
    first: np.ndarray | Sequence[Connectivity],
    second: np.ndarray | Sequence[Connectivity],
) -> tuple[Float[np.ndarray, "subject region region"], Float[np.ndarray, "member node node"]]:
    """Return both as `as_matrices` does; records must also be alike in both.

    Raises
    ------
    ParameterError
        As for `as_matrices`; also if the records of one differ from the other's in method or
        regions.
    """
    stacked = as_matrices(names[0], first), as_matrices(names[1], second)
    if not isinstance(first, np.ndarray) and not isinstance(second, np.ndarray):
        as_matrices(" and ".join(names), [first[0], second[0]])
    return stacked


def is_symmetric(matrices: Float[np.ndarray, "*batch region region"]) -> bool:
    """Return whether [target, source] equals [source, target], to float32 rounding."""
    # Not |matrices|.max(), which would copy all matrices.
    largest = max(matrices.max(initial=0.0), -matrices.min(initial=0.0))
    within = _SYMMETRY_TOLERANCE * float(largest)
    # One matrix at a time: for directed methods the first is enough.
    return all(
        bool((np.abs(matrix - matrix.T) <= within).all())
        for matrix in matrices.reshape(-1, *matrices.shape[-2:])
    )


def edge_mask(
    n_regions: int, directed: bool, edges: str = "off_diagonal"
) -> Bool[np.ndarray, "target source"]:
    """Return a mask of the entries of a matrix that are features.

    Parameters
    ----------
    n_regions
        Number of rows and columns of the matrix.
    directed
        If False, only the half below the diagonal, since the other half is equal.
    edges
        ``"off_diagonal"``, or ``"all"`` for the complete matrix, diagonal and both
        halves, as in the original study.

    Raises
    ------
    ParameterError
        If `edges` is neither.
    """
    require_choice("edges", edges, EDGES)
    every_entry = np.ones((n_regions, n_regions), dtype=bool)
    if edges == "all":
        return every_entry
    return every_entry & ~np.eye(n_regions, dtype=bool) if directed else np.tril(every_entry, -1)


def edge_features(
    matrices: Float[np.ndarray, "subject region region"] | Sequence[Connectivity],
    directed: bool | None = None,
    edges: str = "off_diagonal",
) -> Float[np.ndarray, "subject edge"]:
    """Return one row of edges per subject, float64.

    Edges come row by row: all sources of the first target, then those of the second. To put a row
    back into a matrix, use `edge_mask` with the same arguments: ``matrix[edge_mask(...)] = row``.

    Parameters
    ----------
    matrices
        An array, or one record per subject.
    directed
        Whether both halves of a matrix are features; required for an array, taken from records.
    edges
        As for `edge_mask`.

    Raises
    ------
    ParameterError
        If `edges` isn't known, `directed` isn't given for an array, or records differ in
        method or regions.

    Examples
    --------
    >>> import numpy as np
    >>> edge_features(np.arange(9.0).reshape(1, 3, 3), directed=False)
    array([[3., 6., 7.]])
    """
    records = None if isinstance(matrices, np.ndarray) else matrices
    matrices = as_matrices("matrices", matrices)
    if records is not None and directed is None:
        directed = records[0].directed
    if directed is None:
        raise ParameterError("directed must be given for an array of matrices; got None")
    mask = edge_mask(matrices.shape[-1], directed, edges)
    chosen = matrices.reshape(len(matrices), -1) if mask.all() else matrices[:, mask]
    return chosen.astype(np.float64, copy=False)


def column_scale(
    values: Float[np.ndarray, "subject *column"],
) -> tuple[Float[np.ndarray, "*column"], Float[np.ndarray, "*column"]]:
    """Return mean and deviation (ddof 0) per column; a deviation of 0 is returned as 1."""
    mean = values.mean(axis=0, keepdims=True)
    std = values.std(axis=0, mean=mean)
    return mean[0], np.where(std == 0, 1.0, std)


def normalise_pairs(
    test: Float[np.ndarray, "subject edge"],
    retest: Float[np.ndarray, "subject edge"],
    normalise: str,
    comparison: str,
) -> tuple[Float[np.ndarray, "subject edge"], Float[np.ndarray, "subject edge"]]:
    """Return edges z-scored over subjects, so that all edges have the same weight.

    Test and retest are scaled separately (``"test_to_retest"``) or all scans together
    (``"across_all_sessions"``); ``normalise="none"`` changes nothing. Copies are returned in
    all cases, which the caller may change in place.
    """
    require_choice("normalise", normalise, NORMALISE)
    require_choice("comparison", comparison, COMPARISON)
    # One copy, then in place: allocating arrays of this size takes longer than the arithmetic.
    scans = np.stack([test, retest])
    if normalise == "edgewise":
        together = comparison == "across_all_sessions"
        scans -= scans.mean(axis=(0, 1) if together else 1, keepdims=True)
        power = np.einsum("pse,pse->e" if together else "pse,pse->pe", scans, scans)
        std = np.sqrt(power / (2 * len(test) if together else len(test)))
        scans /= np.where(std == 0, 1.0, std)[..., None, :]
    return scans[0], scans[1]


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
    """Check two stacks of matrices; return their edges, normalised, and the mask of features.

    The edges of test and of retest are copies that the caller may change in place. With
    ``symmetric=None`` symmetry is read from the matrices.

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
        # The first two edges decide for nearly all subjects; only the others are read completely.
        alike = np.flatnonzero(np.ptp(features[:, :2], axis=1) == 0)
        flat = alike[np.ptp(features[alike], axis=1) == 0]
        if flat.size:
            raise ParameterError(
                f"a subject's edges must differ from one another; those of {name} subject "
                f"{flat[0]} are all {features[flat[0], 0]:g}"
            )
    return first, second, mask
