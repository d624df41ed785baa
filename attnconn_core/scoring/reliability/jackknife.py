"""Intervals over subjects by the jackknife: what other subjects of the same kind would give."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.stats import t as student_t

__all__ = ["ENDS", "FEWEST", "Jackknifed", "jackknife", "mean_correlations", "with_ends"]

#: What a value and the ends of its interval are called, after the name of the value.
ENDS = ("", "_lower", "_upper")

_LEVEL = 0.95
#: Subjects below which there is no interval: their spread tells how few they are.
FEWEST = 5
_GROUPS = 50
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Jackknifed:
    """Statistics of all subjects, and their intervals.

    Attributes
    ----------
    values, lower, upper
        A number per statistic; the ends are NaN where there are fewer than 5 subjects.
    pseudo
        What each subject, or group of them, adds: their mean is the value, and they can be
        compared as independent units.
    """

    values: Float[np.ndarray, " statistic"]
    lower: Float[np.ndarray, " statistic"]
    upper: Float[np.ndarray, " statistic"]
    pseudo: Float[np.ndarray, "unit statistic"]


class _Spread(NamedTuple):
    """Bias and standard error of statistics, and how far each unit moves them."""

    bias: Float[np.ndarray, " statistic"]
    error: Float[np.ndarray, " statistic"]
    moves: Float[np.ndarray, "unit statistic"]


def jackknife(
    statistics: Callable[[Bool[np.ndarray, " subject"]], Float[np.ndarray, " statistic"]],
    pools: Int[np.ndarray, " subject"],
    *,
    correlations: bool = False,
    smooth: Bool[np.ndarray, " statistic"] | None = None,
) -> Jackknifed:
    """Compute statistics of all subjects and, leaving out each in turn, their 95 % intervals.

    A bootstrap draws subjects twice: they are then alike as no two are, and what measures how
    subjects differ (an intraclass correlation) comes out too low. The jackknife doesn't, needs
    no seed, and of a mean of one pool it is the t interval. An interval is first centred on
    the jackknife's estimate, which corrects for the bias that ratios of few subjects have, and
    where it then misses the value it is widened to reach it.

    Parameters
    ----------
    statistics
        Computes them from the subjects that a mask keeps.
    pools
        A number per subject: those that are compared with each other, and that a statistic
        takes the mean from. All alike where there are no pools; else at least 2 of each. More
        than some 50 subjects are left out in 50 groups, each within a pool.
    correlations
        Whether statistics are correlations, or means of them: intervals are those of Fisher's
        z, back-transformed, and stay within −1 and 1. A value beyond these has none.
    smooth
        False for a statistic such as a median, whose bias the jackknife overstates: its
        interval is centred on the value. None: all are smooth.

    Notes
    -----
    Coverage of intervals of mean and median ICCs: ``docs/decisions/0022``.

    References
    ----------
    Shao & Tu 1995, "The Jackknife and Bootstrap", ch. 6.2 (stratified samples); Fisher 1925,
    "Statistical Methods for Research Workers", ch. 7 (z of an intraclass correlation).
    """
    whole = statistics(np.ones(len(pools), dtype=bool))
    if correlations:  # a ratio that is 1 comes out a little above it
        whole = np.where(np.abs(whole) <= 1 + _ROUNDING, np.clip(whole, -1, 1), whole)
    units, of_pool = _units(pools)
    if len(pools) < FEWEST:
        nothing = np.full_like(whole, np.nan)
        return Jackknifed(whole, nothing, nothing, np.full((len(of_pool), len(whole)), np.nan))
    without = np.stack([statistics(units != unit) for unit in range(len(of_pool))])
    pseudo = whole + _spread(whole, without, of_pool).moves
    centre, others = (_fisher(whole), _fisher(without)) if correlations else (whole, without)
    spread = _spread(centre, others, of_pool)
    centre = centre + (spread.bias if smooth is None else np.where(smooth, spread.bias, 0.0))
    degrees = len(of_pool) - len(np.unique(of_pool))
    half = student_t.isf((1 - _LEVEL) / 2, degrees) * spread.error
    lower, upper = centre - half, centre + half
    if correlations:
        beyond = np.abs(whole) > 1 + _ROUNDING
        lower, upper = (np.where(beyond, np.nan, np.tanh(end)) for end in (lower, upper))
    return Jackknifed(whole, np.minimum(lower, whole), np.maximum(upper, whole), pseudo)


def with_ends(name: str, values: Iterable[float]) -> dict[str, float]:
    """Name a value, and the lower and upper end of its interval."""
    return {f"{name}{end}": float(value) for end, value in zip(ENDS, values, strict=True)}


def mean_correlations(
    correlations: Mapping[str, Float[np.ndarray, " subject"]],
) -> dict[str, float]:
    """Average correlations over subjects, by name, each with an interval within −1 and 1."""
    values = np.column_stack([*correlations.values()])
    found = jackknife(lambda kept: values[kept].mean(axis=0), np.zeros(len(values), dtype=np.int64))
    numbers: dict[str, float] = {}
    for place, name in enumerate(correlations):
        ends = np.clip([found.lower[place], found.upper[place]], -1, 1)
        numbers |= with_ends(name, (found.values[place], *ends))
    return numbers


def _spread(
    whole: Float[np.ndarray, " statistic"],
    without: Float[np.ndarray, "unit statistic"],
    of_pool: Int[np.ndarray, " unit"],
) -> _Spread:
    """Find how statistics change as each unit is left out."""
    n = len(of_pool)
    bias, moves = np.zeros_like(whole), np.empty_like(without)
    for pool in np.unique(of_pool):
        own = of_pool == pool
        size = int(own.sum())
        mean = without[own].mean(axis=0)
        bias += (size - 1) * (whole - mean)
        # Weighted so that the spread of all moves is that of the estimate.
        moves[own] = -np.sqrt(n * (n - 1) * (size - 1) / size) * (without[own] - mean)
    return _Spread(bias, np.sqrt(np.square(moves).sum(axis=0) / (n * (n - 1))), moves)


def _fisher(r: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """Fisher's z; of 1, where it is infinite, that of almost 1."""
    return np.arctanh(np.clip(r, -1 + _ROUNDING, 1 - _ROUNDING))


def _units(
    pools: Int[np.ndarray, " subject"],
) -> tuple[Int[np.ndarray, " subject"], Int[np.ndarray, " unit"]]:
    """Put subjects that are left out together into units; return them, and each one's pool."""
    units = np.empty(len(pools), dtype=np.int64)
    of_pool: list[int] = []
    for pool in np.unique(pools):
        own = np.flatnonzero(pools == pool)
        count = min(len(own), max(2, round(_GROUPS * len(own) / len(pools))))
        if len(pools) <= _GROUPS:
            count = len(own)
        units[own] = len(of_pool) + np.arange(len(own)) % count
        of_pool += [int(pool)] * count
    return units, np.array(of_pool)
