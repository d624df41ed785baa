"""Rules that a method's matrices must keep before they are stored."""

from collections.abc import Mapping

import numpy as np

from attnconn_assets.building.checks import Check
from attnconn_core.records import Connectivity

__all__ = ["check_matrices"]

# float32 sums of some hundred attention weights, each row divided by its own sum.
_ROW_SUM_TOLERANCE = 1e-4
_SYMMETRY_TOLERANCE = 1e-8


def check_matrices(matrices: Mapping[int, Connectivity]) -> tuple[Check, ...]:
    """Check for finite values, symmetry of undirected matrices, and attention rows of sum 1 or 0.

    For directed matrices without attention the second check always passes, with a note.
    """
    values = [matrix.values for matrix in matrices.values()]
    wrong = int(sum((~np.isfinite(array)).sum() for array in values))
    finite = Check(
        "finite", wrong == 0, "every value must be finite", {"NaN or infinite values": wrong}
    )
    whole_scan = matrices[max(matrices)]
    if "row_sum_error" in whole_scan.metrics:
        error = max(matrix.metrics["row_sum_error"] for matrix in matrices.values())
        return finite, Check(
            "rows_sum_to_one_or_zero",
            error <= _ROW_SUM_TOLERANCE,
            "a target's attention must sum to 1, or to 0 if it attends to no source",
            {"largest distance": error, "share of empty rows": whole_scan.metrics["empty_rows"]},
        )
    symmetric = "an undirected matrix must be symmetric"
    if whole_scan.directed:
        return finite, Check("symmetric", True, symmetric, {"note": "directed: need not be"})
    asymmetry = max(float(np.abs(array - array.T).max()) for array in values)
    return finite, Check(
        "symmetric", asymmetry <= _SYMMETRY_TOLERANCE, symmetric, {"largest difference": asymmetry}
    )
