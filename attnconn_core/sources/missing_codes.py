"""Numbers that stand for a missing value, and values far from all others."""

import numpy as np
import pandas as pd

__all__ = ["far_values", "missing_code"]

# What questionnaires and databases write where there is no value.
_MISSING = (-7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999, 999, 9999, 99999)
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
