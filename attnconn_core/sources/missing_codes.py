"""Numbers that stand for a missing value, and values far from all others."""

import numpy as np
import pandas as pd

__all__ = ["far_values", "is_code", "missing_code", "values_as_codes"]

# What questionnaires and databases write where there is no value.
_MISSING = (-7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999, 999, 9999, 99999)
# What may also stand for one, where it lies apart from the values: it may be right as well.
_ASKED = (*_MISSING, 0, -1, -66, -666, 9, 66, 77, 88, 99, 666, 777, 888)
# Of all values: what more people have is hardly missing, but their value.
_SHARE = 0.25
# Other values, and different ones: of fewer, the range says little.
_OTHERS, _DIFFERENT = 4, 3
# Ranges that it takes beside a tail: one side of the median is so many times the other.
_RANGES, _TAIL = 4.0, 2.0
# Above it, a column without another negative value is a score from 0 on, and no difference.
_SCORE = 10.0
# Robust deviations from the median; where half of the values are the median, there are none.
_FAR = 10.0
_NORMAL = 1.4826
_FEWEST = 5


def missing_code(values: pd.Series) -> str:
    """Return the rule that a code such as -999 breaks, and where; empty if there is none.

    Parameters
    ----------
    values
        Numbers; what a study codes is to be left out.

    Examples
    --------
    >>> missing_code(pd.Series([101.0, -999.0, 95.0]))
    '-999 in 1 rows, far from the others (95 to 101), as a code for a missing value'
    """
    codes = values.isin(_MISSING)
    rest = values[values.notna() & ~codes].astype("float64")
    if not codes.any() or rest.empty:
        return ""
    reach = 2 * (rest.max() - rest.min())
    low = 0.0 if rest.min() >= 0 else rest.min() - reach
    far = values[codes & ((values < low) | (values > rest.max() + reach))]
    if far.empty:
        return ""
    return (
        f"{far.iloc[0]:.15g} in {(far == far.iloc[0]).sum()} rows, far from the others "
        f"({rest.min():g} to {rest.max():g}), as a code for a missing value"
    )


def values_as_codes(values: pd.Series) -> pd.Series:
    """Return the values that are written as codes are, and lie apart from all others.

    Such as 0, -1, 9, 99 or 999, below or above the others by as much as these differ among
    themselves, or more: 0 in ages from 22 to 36. And -1 in scores that are 0 or above, some of
    them 10 or more. A quarter of the people may have one. What is returned may be right.

    Examples
    --------
    >>> values_as_codes(pd.Series([22.0, 24.0, 0.0, 36.0, 31.0, 25.0])).tolist()
    [0.0]
    >>> values_as_codes(pd.Series([1.0, 4.0, 0.0, 12.0, 2.0, 2.0])).tolist()
    []
    """
    there = values.dropna().astype("float64")
    asked = there.isin(_ASKED)
    rest = there[~asked]
    apart = asked & _apart(there, rest)
    # What isn't apart is a value, and widens what others are held against.
    while (joined := asked & ~apart).any():
        rest = there[~asked | joined]
        asked = apart
        apart = asked & _apart(there, rest)
    few = apart.sum() <= _SHARE * len(there)
    if len(rest) < _OTHERS or rest.nunique() < _DIFFERENT or not few:
        return there.iloc[:0]
    return there[apart]


def is_code(value: float) -> bool:
    """Return whether a number is one that may stand for a missing value, such as 0 and -999."""
    return value in _ASKED


def _apart(values: pd.Series, rest: pd.Series) -> pd.Series:
    """Return which values lie a range of the rest away from it, or are the only negative.

    Where the rest has a long tail on that side, as counts have, it takes several ranges. Just
    one range above is far enough: 9 in a scale from 1 to 5.
    """
    if rest.empty or not np.isfinite(rest).all():
        return pd.Series(False, index=values.index)
    low, middle, high = rest.min(), rest.median(), rest.max()
    below, above = middle - low, high - middle
    least = high - low
    down = low - values > least * (_RANGES if below > _TAIL * above else 1)
    up = values - high >= least * (_RANGES if above > _TAIL * below else 1)
    lone = (values == -1) & (low >= 0) & (high >= _SCORE)
    return down | up | lone


def far_values(values: pd.Series) -> pd.Series:
    """Return the values that lie more than ten robust deviations from the median.

    They may be a code for a missing value (99 in a scale from 1 to 5), a decimal point that
    was taken for thousands, or a number in another unit; or right.

    Examples
    --------
    >>> far_values(pd.Series([3.0, 4.0, 99.0, 2.0, 5.0, 4.0])).tolist()
    [99.0]
    """
    there = values.dropna().astype("float64")
    if len(there) < _FEWEST or not np.isfinite(there).all():
        return there.iloc[:0]
    distance = (there - there.median()).abs()
    scale = _NORMAL * distance.median()
    return there[distance > _FAR * scale] if scale > 0 else there.iloc[:0]
