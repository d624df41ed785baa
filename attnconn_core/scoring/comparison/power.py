"""Power: the number of units needed to detect a difference of a given size, by simulation."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import t as student_t

from attnconn_core.checks import require_share
from attnconn_core.errors import ParameterError

__all__ = [
    "FEWEST_SUBJECTS",
    "FEWEST_UNITS",
    "MOST",
    "POWER",
    "standardised_difference",
    "units_for_correlation",
    "units_for_difference",
]

#: Share of studies that must detect the difference.
POWER = 0.8

#: Fewest units for which a winner is named: a large paired difference
#: (0.8 standard deviations; Cohen 1988) is detected by 80 % of studies of 15, two-sided at .05.
FEWEST_UNITS = 15

#: Fewest subjects for which a correlation is marked: a large one (.5; Cohen 1988) is detected
#: by 80 % of studies of 29, two-sided at .05.
FEWEST_SUBJECTS = 29

#: The largest study that is simulated; ``inf`` if more units are needed.
MOST = 5000

_STUDIES = 2000
_AT_ONCE = 100
# Steps of at most 4 %, and every n up to 25.
_SIZES = np.unique(np.geomspace(4, MOST, 200).round().astype(np.int64))

Moments = Float[np.ndarray, "study size"]


def standardised_difference(differences: Float[np.ndarray, " unit"]) -> float:
    """Return the mean of paired differences divided by their standard deviation, NaN left out.

    Includes Hedges' (1981) correction for few units, without which the ratio is too
    large on average. NaN with fewer than 2 units; infinite if all differences are equal.
    """
    known = differences[np.isfinite(differences)]
    if len(known) < 2:
        return float("nan")
    mean, deviation = float(known.mean()), float(known.std(ddof=1))
    if deviation <= 1e-12 * abs(mean):
        return float("nan") if mean == 0 else float(np.copysign(np.inf, mean))
    return mean / deviation * (1 - 3 / (4 * (len(known) - 1) - 1))


def units_for_difference(size: float, level: float = 0.05) -> float:
    """Return the number of units with which 80 % of studies detect a paired difference.

    Parameters
    ----------
    size
        Difference from `standardised_difference`; its sign doesn't matter.
    level
        Level of a two-sided test, already divided by the number of pairs tested.

    Returns
    -------
    units
        The least simulated n at which 80 % of 2,000 studies detect the difference; infinite
        above `MOST`, NaN where there is no difference.

    Raises
    ------
    ParameterError
        If the level doesn't lie between 0 and 1.

    Notes
    -----
    Differences are drawn from a normal distribution, and a study detects them if its t test is
    significant. All sizes use the same draws, with seed 0.
    """
    _check_level(level)
    if not abs(size) > 0:
        return float("nan")
    if np.isinf(size):
        size = 1e6
    total, squares = _normal_sums()
    mean = total / _SIZES + abs(size)
    deviation = np.sqrt((squares - total**2 / _SIZES) / (_SIZES - 1))
    seen = mean / deviation * np.sqrt(_SIZES) > student_t.isf(level / 2, _SIZES - 1)
    return _least(seen.mean(axis=0))


def units_for_correlation(r: float, level: float = 0.05) -> float:
    """Return the number of subjects with which 80 % of studies detect a correlation.

    As `units_for_difference`, for two normal variables with correlation `r`.

    Raises
    ------
    ParameterError
        If the level doesn't lie between 0 and 1, or r isn't in [−1, 1].
    """
    _check_level(level)
    if abs(r) > 1:
        raise ParameterError(f"a correlation must lie in [-1, 1]; got {r}")
    if not abs(r) > 0:
        return float("nan")
    sample_r = np.clip(_correlations(min(abs(r), 1 - 1e-9)), -1 + 1e-12, 1 - 1e-12)
    statistic = sample_r * np.sqrt((_SIZES - 2) / (1 - sample_r**2))
    return _least((statistic > student_t.isf(level / 2, _SIZES - 2)).mean(axis=0))


def _check_level(level: float) -> None:
    require_share("level", level)


def _least(power: Float[np.ndarray, " size"]) -> float:
    enough = np.flatnonzero(power >= POWER)
    return float(_SIZES[enough[0]]) if len(enough) else float("inf")


def _correlations(r: float) -> Moments:
    """Return sample correlations of x with r x + √(1 − r²) e, by size of the study."""
    x, e, xx, xe, ee = _paired_sums()
    other = np.sqrt(1 - r**2)
    y = r * x + other * e
    yy = r**2 * xx + 2 * r * other * xe + other**2 * ee - y**2 / _SIZES
    xy = r * xx + other * xe - x * y / _SIZES
    correlations: Moments = xy / np.sqrt((xx - x**2 / _SIZES) * yy)
    return correlations


@lru_cache(maxsize=1)
def _normal_sums() -> tuple[Moments, Moments]:
    """Return sums of the first n draws of every study, and of their squares."""
    rng = np.random.default_rng(0)
    blocks = []
    for _ in range(_STUDIES // _AT_ONCE):
        drawn = rng.standard_normal((_AT_ONCE, MOST))
        blocks.append((_up_to(drawn, _SIZES), _up_to(drawn**2, _SIZES)))
    total, squares = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return total, squares


@lru_cache(maxsize=1)
def _paired_sums() -> tuple[Moments, Moments, Moments, Moments, Moments]:
    """Return sums of two independent draws x and e, of their squares and products."""
    rng = np.random.default_rng(0)
    blocks = []
    for _ in range(_STUDIES // _AT_ONCE):
        x, e = rng.standard_normal((2, _AT_ONCE, MOST))
        blocks.append(tuple(_up_to(values, _SIZES) for values in (x, e, x * x, x * e, e * e)))
    x, e, xx, xe, ee = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return x, e, xx, xe, ee


def _up_to(values: Float[np.ndarray, "study unit"], sizes: Int[np.ndarray, " size"]) -> Moments:
    return values.cumsum(axis=1)[:, sizes - 1]
