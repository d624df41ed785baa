"""Asset checks: what must hold of a series and of a matrix before anyone builds on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import assess

__all__ = [
    "ATTENTION_CHECKS",
    "MATRIX_CHECKS",
    "SERIES_CHECKS",
    "Check",
    "check_matrices",
    "check_series",
]

SERIES_CHECKS = ("finite", "no_dead_region")
MATRIX_CHECKS = ("finite", "symmetric")
ATTENTION_CHECKS = ("finite", "rows_sum_to_one_or_zero")

# float32 sums of some hundred attention weights, each row divided by its own sum.
_ROW_SUM_TOLERANCE = 1e-4
_SYMMETRY_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Check:
    """The outcome of one check, with the numbers behind it."""

    name: str
    passed: bool
    details: Mapping[str, float | int | str] = field(default_factory=dict)


def check_series(series: TimeSeries) -> tuple[Check, ...]:
    """Every value is finite, and no region stands still."""
    found = assess(series)
    return (
        Check("finite", not found.not_finite, {"regions": ", ".join(found.not_finite) or "none"}),
        Check("no_dead_region", not found.dead, {"regions": ", ".join(found.dead) or "none"}),
    )


def check_matrices(matrices: Mapping[int, Connectivity]) -> tuple[Check, ...]:
    """Every value is finite; undirected matrices are symmetric, attention rows sum to 1 or 0.

    Directed matrices without attention have nothing to be symmetric to: their second
    check passes and says so.
    """
    values = [matrix.values for matrix in matrices.values()]
    wrong = int(sum((~np.isfinite(each)).sum() for each in values))
    finite = Check("finite", wrong == 0, {"values that are not finite": wrong})
    whole = matrices[max(matrices)]
    if "row_sum_error" in whole.metrics:
        error = max(matrix.metrics["row_sum_error"] for matrix in matrices.values())
        return finite, Check(
            "rows_sum_to_one_or_zero",
            error <= _ROW_SUM_TOLERANCE,
            {"largest distance": error, "share of empty rows": whole.metrics["empty_rows"]},
        )
    if whole.directed:
        return (finite, Check("symmetric", True, {"note": "directed: not expected to be"}))
    asymmetry = max(float(np.abs(each - each.T).max()) for each in values)
    return finite, Check(
        "symmetric", asymmetry <= _SYMMETRY_TOLERANCE, {"largest difference": asymmetry}
    )
