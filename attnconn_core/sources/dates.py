"""Columns of dates, which are no quantities: words, numbers such as 20200131, day counts."""

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int64

__all__ = ["date_problem", "may_count_days"]

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME = r"(?:[t ]\d{1,2}:\d\d.*)?"
_TEXT = re.compile(
    rf"\d{{4}}([-/.])(?:0?[1-9]|1[0-2])\1\d{{1,2}}{_TIME}"  # 2020-01-31
    rf"|(?:[0-2]?\d|3[01])([-/.])(?:[0-2]?\d|3[01])\2(?:19|20)?\d\d{_TIME}"  # 31.1.2020, 1/31/20
    rf"|(?:\d{{1,4}}[-/. ]+)?{_MONTH}[-/., ]+\d{{1,4}}(?:[-/., ]+\d{{2,4}})?"  # 31 Jan 2020, Jan-20
    rf"|\d{{1,4}}[-/. ]+{_MONTH}"  # 10-Jun, as a spreadsheet makes of 6-10
)
_Numbers = Int64[np.ndarray, " subject"]
# Digits → year, month and day.
_WRITTEN: Mapping[str, Callable[[_Numbers], tuple[_Numbers, _Numbers, _Numbers]]] = {
    "yyyymmdd": lambda numbers: (numbers // 10_000, numbers // 100 % 100, numbers % 100),
    "ddmmyyyy": lambda numbers: (numbers % 10_000, numbers // 10_000 % 100, numbers // 1_000_000),
    "mmddyyyy": lambda numbers: (numbers % 10_000, numbers // 1_000_000, numbers // 10_000 % 100),
}
# Days since 1900, from October 1954 to April 2064.
_EARLIEST, _LATEST = 20_000, 60_000
_NAMED = re.compile(r"date|dob|birth|born|day", re.IGNORECASE)
_REMEDY = "a date is no quantity: give an age or a duration in years"


def date_problem(column: pd.Series) -> str:
    """Return that a column holds dates, and what to give instead; empty if it holds none.

    Parameters
    ----------
    column
        Words or numbers. Days since 1900, which spreadsheets store for dates, could be any
        whole numbers from 20000 to 60000: they count as dates only if the column's name does;
        see `may_count_days`.

    Examples
    --------
    >>> date_problem(pd.Series(["2020-01-31", "2020-02-01"]))
    'it holds dates (2020-01-31), and a date is no quantity: give an age or a duration in years'
    """
    known = column.dropna()
    if known.empty:
        return ""
    if pd.api.types.is_datetime64_any_dtype(known):
        return f"it holds dates ({known.iloc[0]:%Y-%m-%d}), and {_REMEDY}"
    if not pd.api.types.is_numeric_dtype(known):
        words = known.astype(str).str.strip()
        dates = words[words.str.lower().map(lambda word: _TEXT.fullmatch(word) is not None)]
        # Some cells may state that there is no date.
        return (
            f"it holds dates ({dates.iloc[0]}), and {_REMEDY}"
            if 2 * len(dates) > len(words)
            else ""
        )
    how = _as_digits(known) or (
        "days since 1900" if may_count_days(known) and _NAMED.search(str(column.name)) else ""
    )
    return f"it holds dates ({how}, such as {known.iloc[0]:.0f}), and {_REMEDY}" if how else ""


def may_count_days(column: pd.Series) -> bool:
    """Return whether numbers, by their values alone, may be dates as stored by spreadsheets."""
    numbers = _whole_numbers(column.dropna())
    return bool(len(numbers) and ((numbers >= _EARLIEST) & (numbers <= _LATEST)).all())


def _as_digits(known: pd.Series) -> str:
    """Return the format in which numbers write dates; empty if one of them can't be a date."""
    numbers = _whole_numbers(known)
    for how, parts in _WRITTEN.items():
        year, month, day = parts(numbers)
        dates = (year >= 1900) & (year < 2100) & (month >= 1) & (month <= 12)
        if len(numbers) and (dates & (day >= 1) & (day <= 31)).all():
            return how
    return ""


def _whole_numbers(known: pd.Series) -> _Numbers:
    """Return the numbers if all are whole; otherwise none."""
    values = known.to_numpy(dtype=np.float64)
    if not (np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 1e9)).all():
        return np.empty(0, dtype=np.int64)
    return values.astype(np.int64)
