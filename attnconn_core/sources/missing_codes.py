"""Numbers that stand for a missing value, and values far from all others."""

import numpy as np
import pandas as pd

__all__ = ["far_values", "is_code", "missing_code", "values_as_codes"]

# Codes that questionnaires and databases write for a missing value.
_MISSING = (-7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999, 999, 9999, 99999)
# Possible codes, if they lie apart from the values; they may also be valid.
_ASKED = (*_MISSING, 0, -1, -66, -666, 9, 66, 77, 88, 99, 666, 777, 888)
# Share of all values; a more frequent value is hardly a code.
_SHARE = 0.25
# Least number of other values, and of different ones; of fewer, the range is unreliable.
_OTHERS, _DIFFERENT = 4, 3
# Distance in ranges beside a tail: one side of the median is this many times the other.
_RANGES, _TAIL = 4.0, 2.0
# Maximum above which a column with no other negative value is a score from 0, not a difference.
_SCORE = 10.0
# Robust deviations from the median; undefined if half of the values equal the median.
_FAR = 10.0
_NORMAL = 1.4826
_FEWEST = 5


def missing_code(values: pd.Series) -> str:
    """Return the rule that a code such as -999 breaks, and where; empty if there is none.

    Parameters
    ----------
    values
        Numbers, without those that the study's coding lists.

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
    """Return values that look like codes and lie apart from all others.

    Such as 0, -1, 9, 99 or 999, if they lie below or above the others by at least the range of
    these: 0 in ages from 22 to 36. Also -1 in scores that are 0 or above, some of
    them 10 or more. Up to a quarter of the people may have one. The values may be valid.

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
    # A code that isn't apart is a value, and widens the range of the others.
    while (joined := asked & ~apart).any():
        rest = there[~asked | joined]
        asked = apart
        apart = asked & _apart(there, rest)
    few = apart.sum() <= _SHARE * len(there)
    if len(rest) < _OTHERS or rest.nunique() < _DIFFERENT or not few:
        return there.iloc[:0]
    return there[apart]


def is_code(value: float) -> bool:
    """Return whether a number may stand for a missing value, such as 0 and -999."""
    return value in _ASKED


def _apart(values: pd.Series, rest: pd.Series) -> pd.Series:
    """Return which values lie apart from the rest by its range, or are the only negative ones.

    If the rest has a long tail on that side, as counts have, several ranges are needed. Exactly
    one range above is enough: 9 in a scale from 1 to 5.
    """
    if rest.empty or not np.isfinite(rest).all():
        return pd.Series(False, index=values.index)
    low, middle, high = rest.min(), rest.median(), rest.max()
    below, above = middle - low, high - middle
    least = high - low
    down = low - values > least * (_RANGES if below > _TAIL * above else 1)
    up = values - high >= least * (_RANGES if above > _TAIL * below else 1)
    lone = (values == -1) & (low >= 0) & (high >= _SCORE)
    codes: pd.Series = down | up | lone
    return codes


def far_values(values: pd.Series) -> pd.Series:
    """Return values that lie more than ten robust deviations from the median.

    They may be a code for a missing value (99 in a scale from 1 to 5), a decimal point
    mistaken for a thousands separator, a number in another unit, or valid.

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
