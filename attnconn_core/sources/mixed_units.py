"""Numbers in two units: metres among centimetres, months among years."""

import numpy as np
import pandas as pd

__all__ = ["mixed_units"]

# Least factor between the groups: grams per ounce is 28, months in a year 12. Pounds in a
# kilogram, 2.2, can't be distinguished from differences between people.
_FACTOR = 5.0
# Least gap, in widths of the wider group (on a log scale): a skewed variable has no such gap
# with two values beyond it, and a group of two may lie close together by chance.
_WIDTHS = 2.5
_FEWEST_OF_SMALLER, _FEWEST_OF_LARGER = 2, 4
# Least number of different values in the larger group: scales and codes have few.
_FEWEST_DIFFERENT = 4


def mixed_units(values: pd.Series) -> pd.Series:
    """Return the smaller of two groups of values that lie far apart on a log scale.

    They may be in another unit than the others. Nothing is returned if values are
    zero or negative, few, or spread as widely as the groups lie apart.

    Examples
    --------
    >>> mixed_units(pd.Series([171.0, 1.68, 165.0, 180.0, 1.75, 159.0])).tolist()
    [1.68, 1.75]
    """
    there = values.dropna().astype("float64")
    nobody = there.iloc[:0]
    if len(there) < _FEWEST_OF_SMALLER + _FEWEST_OF_LARGER:
        return nobody
    if not np.isfinite(there).all() or (there <= 0).any():
        return nobody
    logs = np.sort(np.log(there.to_numpy()))
    cut = int(np.argmax(np.diff(logs))) + 1
    low, high = logs[:cut], logs[cut:]
    gap = high[0] - low[-1]
    larger, smaller = (low, high) if len(low) >= len(high) else (high, low)
    if len(smaller) < _FEWEST_OF_SMALLER or len(np.unique(larger)) < _FEWEST_DIFFERENT:
        return nobody
    if gap < np.log(_FACTOR) or gap < _WIDTHS * max(np.ptp(low), np.ptp(high)):
        return nobody
    below = np.log(there) < (low[-1] + high[0]) / 2
    others: pd.Series = there[below if smaller is low else ~below]
    return others
