"""Jackknife intervals over subjects."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.stats import t as student_t

__all__ = ["ENDS", "FEWEST", "Jackknifed", "jackknife", "mean_correlations", "with_ends"]

#: Suffixes of the names of a value and of the ends of its interval.
ENDS = ("", "_lower", "_upper")

_LEVEL = 0.95
#: Fewest subjects for an interval.
FEWEST = 5
_GROUPS = 50
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Jackknifed:
    """Statistics of all subjects, with their intervals.

    Attributes
    ----------
    values, lower, upper
        One number per statistic; the ends are NaN with fewer than 5 subjects.
    pseudo
        Jackknife pseudo-value of each subject or group of subjects: their mean is the value,
        and they can be compared as independent units.
    """

    values: Float[np.ndarray, " statistic"]
    lower: Float[np.ndarray, " statistic"]
    upper: Float[np.ndarray, " statistic"]
    pseudo: Float[np.ndarray, "unit statistic"]


class _Spread(NamedTuple):
    """Bias and standard error of statistics, and the effect of leaving out each unit."""

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
    """Return statistics of all subjects, with 95 % intervals from leaving out each subject.

    A bootstrap draws some subjects twice, as two identical subjects, so that measures of
    differences between subjects (an intraclass correlation) come out too low. The jackknife
    avoids this, needs no seed, and for the mean of one pool equals the t interval. Intervals are
    centred on the jackknife's estimate, which corrects the bias of ratios with few subjects,
    and widened if necessary to contain the value.

    Parameters
    ----------
    statistics
        Function that computes the statistics of the subjects in a mask.
    pools
        Number of each subject's pool, within which subjects are compared; statistics are
        means over pools. All equal if there are no pools; otherwise each pool has at least 2
        subjects. If there are more than about 50 subjects, they are left out not one by one but
        in 50 groups, each of one pool.
    correlations
        Whether statistics are correlations or means of these: intervals are then computed on
        Fisher's z, transformed back, and stay within −1 and 1. A value outside this range gets
        no interval.
    smooth
        False for a statistic such as a median, whose bias the jackknife overestimates: its
        interval is centred on the value. None: all are smooth.

    Notes
    -----
    Coverage of intervals of mean and median ICCs: ``docs/decisions/0022``.

    References
    ----------
    Shao & Tu 1995, "The Jackknife and Bootstrap", ch. 6.2 (stratified samples); Fisher 1925,
    "Statistical Methods for Research Workers", ch. 7 (z of an intraclass correlation).
    """
    values = statistics(np.ones(len(pools), dtype=bool))
    if correlations:  # a ratio that is 1 may exceed it by rounding
        values = np.where(np.abs(values) <= 1 + _ROUNDING, np.clip(values, -1, 1), values)
    units, of_pool = _units(pools)
    if len(pools) < FEWEST:
        nothing = np.full_like(values, np.nan)
        return Jackknifed(values, nothing, nothing, np.full((len(of_pool), len(values)), np.nan))
    without = np.stack([statistics(units != unit) for unit in range(len(of_pool))])
    pseudo = values + _spread(values, without, of_pool).moves
    centre, others = (_fisher(values), _fisher(without)) if correlations else (values, without)
    spread = _spread(centre, others, of_pool)
    centre = centre + (spread.bias if smooth is None else np.where(smooth, spread.bias, 0.0))
    degrees = len(of_pool) - len(np.unique(of_pool))
    half = student_t.isf((1 - _LEVEL) / 2, degrees) * spread.error
    lower, upper = centre - half, centre + half
    if correlations:
        beyond = np.abs(values) > 1 + _ROUNDING
        lower, upper = (np.where(beyond, np.nan, np.tanh(end)) for end in (lower, upper))
    return Jackknifed(values, np.minimum(lower, values), np.maximum(upper, values), pseudo)


def with_ends(name: str, values: Iterable[float]) -> dict[str, float]:
    """Return a value and the ends of its interval, by name."""
    return {f"{name}{end}": float(value) for end, value in zip(ENDS, values, strict=True)}


def mean_correlations(
    correlations: Mapping[str, Float[np.ndarray, " subject"]],
) -> dict[str, float]:
    """Return the mean of each named set of correlations over subjects, with its 95 % interval.

    An end of an interval that lies outside [−1, 1] is moved to −1 or 1. The result has three
    numbers per name, with the suffixes of `ENDS`.
    """
    values = np.column_stack([*correlations.values()])
    jackknifed = jackknife(
        lambda kept: values[kept].mean(axis=0), np.zeros(len(values), dtype=np.int64)
    )
    numbers: dict[str, float] = {}
    for place, name in enumerate(correlations):
        ends = np.clip([jackknifed.lower[place], jackknifed.upper[place]], -1, 1)
        numbers |= with_ends(name, (jackknifed.values[place], *ends))
    return numbers


def _spread(
    values: Float[np.ndarray, " statistic"],
    without: Float[np.ndarray, "unit statistic"],
    of_pool: Int[np.ndarray, " unit"],
) -> _Spread:
    """Return how statistics change when each unit is left out."""
    n = len(of_pool)
    bias, moves = np.zeros_like(values), np.empty_like(without)
    for pool_number in np.unique(of_pool):
        own = of_pool == pool_number
        size = int(own.sum())
        mean = without[own].mean(axis=0)
        bias += (size - 1) * (values - mean)
        # Weighted so that the spread of all changes is that of the estimate.
        moves[own] = -np.sqrt(n * (n - 1) * (size - 1) / size) * (without[own] - mean)
    return _Spread(bias, np.sqrt(np.square(moves).sum(axis=0) / (n * (n - 1))), moves)


def _fisher(r: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """Return Fisher's z; for r = 1, where it is infinite, that of almost 1."""
    z: Float[np.ndarray, "*any"] = np.arctanh(np.clip(r, -1 + _ROUNDING, 1 - _ROUNDING))
    return z


def _units(
    pools: Int[np.ndarray, " subject"],
) -> tuple[Int[np.ndarray, " subject"], Int[np.ndarray, " unit"]]:
    """Return the unit of each subject, whose subjects are left out together, and units' pools."""
    units = np.empty(len(pools), dtype=np.int64)
    of_pool: list[int] = []
    for pool_number in np.unique(pools):
        own = np.flatnonzero(pools == pool_number)
        count = min(len(own), max(2, round(_GROUPS * len(own) / len(pools))))
        if len(pools) <= _GROUPS:
            count = len(own)
        units[own] = len(of_pool) + np.arange(len(own)) % count
        of_pool += [int(pool_number)] * count
    return units, np.array(of_pool)
