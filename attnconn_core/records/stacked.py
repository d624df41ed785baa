"""Matrices of several sessions, as one array."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64

from attnconn_core.errors import ParameterError
from attnconn_core.records.connectivity import Connectivity

__all__ = ["stacked"]


def stacked(
    name: str, matrices: Sequence[Connectivity]
) -> Float64[np.ndarray, "session target source"]:
    """Stack matrices of one method and the same regions.

    Parameters
    ----------
    name
        Name of the matrices in errors.
    matrices
        At least one.

    Raises
    ------
    ParameterError
        If there is no matrix, something else is among them, or they differ in method or regions;
        the message begins with `name`.
    """
    if isinstance(matrices, Connectivity):
        raise ParameterError(
            f"{name} must be a list, one Connectivity per subject; got a single one"
        )
    if isinstance(matrices, Mapping):
        raise ParameterError(
            f"{name} must be an array or a list of matrices, one per subject; got a mapping: "
            f"pass list({name}.values()), in the order of the subjects"
        )
    others = {type(matrix).__name__ for matrix in matrices if not isinstance(matrix, Connectivity)}
    if others:
        raise ParameterError(
            f"{name} must be an array (subject, region, region) or hold one Connectivity per "
            f"subject; got {', '.join(sorted(others))}"
        )
    kinds = {(matrix.method, matrix.regions) for matrix in matrices}
    if len(kinds) != 1:
        descriptions = sorted({f"{method} of {len(regions)} regions" for method, regions in kinds})
        raise ParameterError(
            f"{name} must hold matrices of one method and the same regions in the same order; got "
            f"{len(kinds)} kinds in {len(matrices)} matrices: {', '.join(descriptions) or 'none'}"
        )
    return np.stack([matrix.values for matrix in matrices])
