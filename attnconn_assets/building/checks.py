"""Asset checks: what must hold of a series and of a matrix before anyone builds on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import assess, split

__all__ = ["SOUND", "Check", "are_sound", "check_matrices", "check_series"]

#: The one check that Dagster shows of an asset: its metadata hold the verdict on each rule.
SOUND = "sound"

# float32 sums of some hundred attention weights, each row divided by its own sum.
_ROW_SUM_TOLERANCE = 1e-4
_SYMMETRY_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Check:
    """What became of one rule, and the numbers that keep or break it."""

    name: str
    passed: bool
    rule: str
    details: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def complaint(self) -> str:
        """The rule and what was found instead."""
        found = "; ".join(f"{name}: {value}" for name, value in self.details.items())
        return f"{self.rule}, but {found}"

    @property
    def verdict(self) -> str:
        """One line for a page: kept, or the complaint."""
        if not self.passed:
            return f"broken: {self.complaint}"
        return f"kept ({'; '.join(f'{name}: {value}' for name, value in self.details.items())})"


def are_sound(checks: Iterable[Check]) -> bool:
    """Whether every rule is kept."""
    return all(check.passed for check in checks)


def check_series(series: TimeSeries, window: int, test_fraction: float) -> tuple[Check, ...]:
    """Every value is finite, no region stands still, and every model finds a window.

    Parameters
    ----------
    series
        A session's.
    window
        Consecutive frames that the most demanding model needs at once.
    test_fraction
        Where the part that judges begins; it must hold a window too.
    """
    parts = split(series, test_fraction)
    found = [assess(part) for part in parts]
    not_finite, dead = (
        ", ".join(dict.fromkeys(name for each in found for name in getattr(each, which)))
        for which in ("not_finite", "dead")
    )
    longest = min(max(len(run) for run in part.runs) for part in parts)
    return (
        Check(
            "finite",
            not not_finite,
            "every region must hold finite values",
            {"not finite": not_finite or "none"},
        ),
        Check(
            "no_dead_region",
            not dead,
            f"every region must change over time, in the first frames and in the last "
            f"{test_fraction:.0%}",
            {"constant": dead or "none"},
        ),
        Check(
            "long_enough",
            longest > window,
            f"the first frames and the last {test_fraction:.0%} must each hold two windows of "
            f"{window} frames in a run",
            {"longest run of the shorter part": longest},
        ),
    )


def check_matrices(matrices: Mapping[int, Connectivity]) -> tuple[Check, ...]:
    """Every value is finite; undirected matrices are symmetric, attention rows sum to 1 or 0.

    Directed matrices without attention have nothing to be symmetric to: their second
    check passes and says so.
    """
    values = [matrix.values for matrix in matrices.values()]
    wrong = int(sum((~np.isfinite(each)).sum() for each in values))
    finite = Check(
        "finite", wrong == 0, "every value must be finite", {"values that are not finite": wrong}
    )
    whole = matrices[max(matrices)]
    if "row_sum_error" in whole.metrics:
        error = max(matrix.metrics["row_sum_error"] for matrix in matrices.values())
        return finite, Check(
            "rows_sum_to_one_or_zero",
            error <= _ROW_SUM_TOLERANCE,
            "a target's attention must sum to 1, or to 0 where it attends to nothing",
            {"largest distance": error, "share of empty rows": whole.metrics["empty_rows"]},
        )
    symmetric = "an undirected matrix must be symmetric"
    if whole.directed:
        return finite, Check("symmetric", True, symmetric, {"note": "directed: need not be"})
    asymmetry = max(float(np.abs(each - each.T).max()) for each in values)
    return finite, Check(
        "symmetric", asymmetry <= _SYMMETRY_TOLERANCE, symmetric, {"largest difference": asymmetry}
    )
