import numpy as np
import pandas as pd
import pytest

from attnconn_core.sources import date_problem, may_count_days


@pytest.mark.parametrize(
    "values",
    [
        ["2020-01-31", "2019-12-01"],
        ["2020-01-31T10:30:00", None],
        ["31.1.2020", "1.12.2019"],
        ["1/31/20", "12/1/19", "unknown"],
        ["31 Jan 2020", "1 December 2019"],
        ["10-Jun", "Sep-15"],
        [20200131, 19991201],
        [31012020.0, np.nan, 1121999],
        [1312020, 12011999],
        pd.to_datetime(["2020-01-31", "2019-12-01"]),
    ],
)
def test_dates_are_known_however_they_are_written(values):
    assert "and a date is no quantity" in date_problem(pd.Series(values, name="x"))


@pytest.mark.parametrize(
    "values",
    [
        ["22-25", "26-30", "36+"],
        ["F", "M"],
        ["site 1", "site 2"],
        ["March cohort", "May cohort"],
        [40000, 41000],  # may be any number
        [20200131.5, 20200201],
        [20200131, 20209999],
        [1539258, 1621307],  # volumes of FreeSurfer's
        [3, 4],
        [np.nan, None],
        [True, False],
    ],
)
def test_other_values_are_no_dates(values):
    assert date_problem(pd.Series(values, name="x")) == ""


def test_days_of_spreadsheets_are_dates_where_the_name_says_so():
    days = pd.Series([43831, 44000.0, None], name="ScanDate")
    assert "(days since 1900, such as 43831)" in date_problem(days)
    assert date_problem(days.rename("Volume")) == ""
    assert may_count_days(days)
    assert not may_count_days(days.fillna(10))
    assert not may_count_days(days + 0.5)
    assert not may_count_days(days.iloc[2:])
