"""Paired tests between methods on the same units, and corrections for their number."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import false_discovery_control
from scipy.stats import t as student_t

from attnconn_core.errors import ParameterError

__all__ = [
    "beats",
    "compare_methods",
    "false_discovery",
    "holm",
    "mean_interval",
]

# So many that the least possible p remains significant after a correction for thousands of pairs.
_FLIPS = 99_999
_AT_ONCE = 10_000


def mean_interval(
    values: Float[np.ndarray, " unit"], level: float = 0.95
) -> tuple[float, float, float]:
    """Return the mean and its t interval over finite values; NaN with fewer than two."""
    known = values[np.isfinite(values)]
    if not len(known):
        return (float("nan"),) * 3
    mean = float(known.mean())
    if len(known) < 2:
        return mean, float("nan"), float("nan")
    quantile = student_t.isf((1 - level) / 2, len(known) - 1)
    half = float(quantile * known.std(ddof=1) / np.sqrt(len(known)))
    return mean, mean - half, mean + half


def beats(
    values: Float[np.ndarray, "unit method"], reference: Float[np.ndarray, " unit"], seed: int = 0
) -> Float[np.ndarray, " method"]:
    """Return per method the one-sided p against a reference on the same units.

    The null hypothesis is that the method isn't better. Signs of the differences are flipped:
    in all ways for up to 16 units, in 99,999 random ways for more. Units must be independent
    (subjects, data sets), never folds.
    """
    return _flipped(values, np.broadcast_to(reference[:, None], values.shape), "greater", seed)


def compare_methods(
    values: Float[np.ndarray, "unit method"], methods: Sequence[str], seed: int = 0
) -> pd.DataFrame:
    """Test every pair of methods on the same units.

    Parameters
    ----------
    values
        Score of every method on every unit; units must be independent
        (subjects, data sets). Units with a NaN are left out.
    methods
        Names of the columns.
    seed
        Seed of the random sign flips, where there are too many to try all.

    Returns
    -------
    pairs
        One row per pair: ``first``, ``second``, ``difference`` (mean of first minus second),
        ``lower`` and ``upper`` (95 % t interval of the difference), ``p`` (two-sided, sign
        flips of the differences) and ``p_holm`` (Holm 1979, over all pairs, which controls
        the family-wise error rate).

    Raises
    ------
    ParameterError
        If the names don't fit the columns or fewer than 2 units are complete.
    """
    if values.ndim != 2 or values.shape[1] != len(methods):
        raise ParameterError(
            f"scores must be (unit, method) with {len(methods)} methods; got {values.shape}"
        )
    complete = values[np.isfinite(values).all(axis=1)]
    if len(complete) < 2:
        raise ParameterError(
            "a comparison needs at least 2 units with scores of every method; got "
            f"{len(complete)} of {len(values)}"
        )
    first, second = np.array(list(combinations(range(len(methods)), 2)), dtype=int).reshape(-1, 2).T
    p = _flipped(complete[:, first], complete[:, second], "two-sided", seed)
    differences = complete[:, first] - complete[:, second]
    ends = np.array([mean_interval(of_pair) for of_pair in differences.T]).reshape(-1, 3)
    return pd.DataFrame(
        {
            "first": [methods[index] for index in first],
            "second": [methods[index] for index in second],
            "difference": differences.mean(axis=0),
            "lower": ends[:, 1],
            "upper": ends[:, 2],
            "p": p,
            "p_holm": holm(p),
        }
    )


def holm(p: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Holm's adjusted p values; NaN stays NaN and counts for no test."""
    adjusted = np.full(len(p), np.nan)
    known = np.isfinite(p)
    tested = p[known]
    order = np.argsort(tested, kind="stable")
    steps = np.maximum.accumulate(tested[order] * np.arange(len(tested), 0, -1))
    # statsmodels' own function runs the garbage collector at every call, which takes longer.
    adjusted[np.flatnonzero(known)[order]] = np.minimum(steps, 1.0)
    return adjusted


def false_discovery(p: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Benjamini and Hochberg's (1995) q of every p; NaN stays NaN and counts for no test."""
    q = np.full(len(p), np.nan)
    known = np.isfinite(p)
    if known.any():
        q[known] = false_discovery_control(p[known], method="bh")
    return q


def _flipped(
    first: Float[np.ndarray, "unit test"],
    second: Float[np.ndarray, "unit test"],
    alternative: str,
    seed: int,
) -> Float[np.ndarray, " test"]:
    """Return p from exchanging the two values of a unit, which flips the sign of a difference."""
    differences = first - second
    n = len(differences)
    every = 2**n <= _FLIPS
    rng = np.random.default_rng(seed)
    observed = differences.sum(axis=0)
    slack = 1e-12 * np.abs(differences).sum(axis=0)  # so that rounding decides no tie
    above, below = np.zeros((2, differences.shape[1]), dtype=int)
    flips = 2**n if every else _FLIPS
    for start in range(0, flips, _AT_ONCE):
        count = min(_AT_ONCE, flips - start)
        if every:
            signs = _every_flip(n)[start : start + count]
        else:
            signs = 2.0 * rng.integers(2, size=(count, n)) - 1
        sums = signs @ differences
        above += (sums >= observed - slack).sum(axis=0)
        below += (sums <= observed + slack).sum(axis=0)
    # With random flips, the observed order counts as one more.
    tails = (np.stack([above, below]) + (not every)) / (flips + (not every))
    p = tails[0] if alternative == "greater" else np.minimum(1.0, 2 * tails.min(axis=0))
    return np.where(np.isfinite(observed), p, np.nan)


@lru_cache(maxsize=2)
def _every_flip(n: int) -> Float[np.ndarray, "flip unit"]:
    """All ways to give n differences a sign."""
    return 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1) - 1
