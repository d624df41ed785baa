"""Notes on columns of the phenotype table: doubtful confounds, and values far from the others."""

from collections.abc import Sequence

import pandas as pd

from attnconn_core.scoring.categories import are_ranges
from attnconn_core.sources import far_values, may_count_days, mixed_units, values_as_codes
from attnconn_core.wording import few_and_more, first_few

__all__ = ["confound_notes", "far_notes"]

_SHOWN = 4
_ROUNDING = 1e-6
_FEWEST_CATEGORIES, _MOST_CATEGORIES = 3, 30


def confound_notes(
    table: pd.DataFrame, names: Sequence[str], categories: Sequence[str] = ()
) -> list[str]:
    """Return notes on confounds that have no effect or may not mean what was intended.

    Parameters
    ----------
    table
        One row per subject to be adjusted.
    names
        Names of columns that `confound_columns` accepts.
    categories
        Names of those known to be categories.
    """
    notes = []
    for name in names:
        column = table[name].dropna()
        if column.nunique() == 1:
            notes.append(
                f"confound {name} is dropped: it is {column.iloc[0]} for all {len(column)} "
                "subjects who have it"
            )
        elif name in categories:
            continue
        elif pd.api.types.is_numeric_dtype(column):
            notes += far_notes(f"confound {name}", column)
            if _may_be_categories(column):
                notes.append(
                    f"confound {name} is taken as a quantity: it holds {column.nunique()} whole "
                    f"numbers ({column.min():g} to {column.max():g}) among {len(column)} "
                    "subjects. If they stand for categories, such as sites, adjusting for a "
                    "straight line removes little of their effect: name it under "
                    "behaviour.categories, too"
                )
            if may_count_days(column):
                notes.append(
                    f"confound {name} holds whole numbers from {column.min():.0f} to "
                    f"{column.max():.0f}, as spreadsheets store dates: if they are dates, give "
                    "ages or durations in years"
                )
        elif are_ranges(ranges := sorted(map(str, column.unique()))):
            notes.append(
                f"confound {name} holds ranges ({first_few(ranges, _SHOWN)}), which are taken as "
                "categories without an order: give numbers, such as years, or say in the study's "
                "coding which number a range stands for"
            )
    lacking = table[list(names)].isna()
    who = table.index[lacking.any(axis=1)]
    if len(who):
        counts = lacking.sum()
        whose = ", ".join(f"{name} {count}" for name, count in counts[counts > 0].items())
        notes.append(
            f"behaviour leaves out {len(who)} of {len(table)} subjects, who lack a confound "
            f"({whose}): {first_few(list(who), _SHOWN)}"
        )
    return notes


def _may_be_categories(column: pd.Series) -> bool:
    """Return whether numbers look like codes: whole, starting at 0 or 1, nearly all of them used.

    Two categories need no note: a straight line removes them completely.
    """
    different = column.nunique()
    return bool(
        _FEWEST_CATEGORIES <= different <= _MOST_CATEGORIES
        and 2 * different <= len(column)
        and (column == column.round()).all()
        and column.min() in (0, 1)
        and column.max() <= 2 * different
    )


def _of_thousands(one: pd.Series, other: pd.Series) -> str:
    """Ask about a thousands separator, where one group has three decimals and is that small."""
    small, large = sorted((one, other), key=lambda group: group.median())
    places = (small * 1000 - (small * 1000).round()).abs().max()
    decimals = (small != small.round()).any()
    if decimals and places < _ROUNDING and 200 < large.median() / small.median() < 5000:
        first = small.iloc[0]
        return f", or is a point a thousands separator ({first:g} for {first * 1000:.0f})"
    return ""


def far_notes(what: str, values: pd.Series) -> list[str]:
    """Return notes on subjects whose values lie so far from the others that they may be wrong."""
    values = values.dropna()
    other = mixed_units(values)
    if len(other):
        rest = values.drop(other.index)
        return [
            f"{what}: {_named(other)} lie far from the values of the other "
            f"{len(rest)} subjects ({rest.min():g} to {rest.max():g}), with no values in "
            "between: are they in another unit, such as metres among centimetres"
            f"{_of_thousands(other, rest)}? Give all values in one unit"
        ]
    notes = []
    codes = values_as_codes(values)
    if len(codes):
        rest = values.drop(codes.index)
        notes.append(
            f"{what}: {_named(codes)} {_lie(codes)} apart from the values of the other "
            f"{len(rest)} subjects ({rest.min():g} to {rest.max():g}): a code for a missing "
            "value? It is used as a value: if it stands for a missing one, empty such cells"
        )
    far = far_values(values)
    far = far[~far.isin(codes)]
    if len(far):
        notes.append(
            f"{what}: {_named(far)} {_lie(far)} more than ten robust "
            f"deviations from the median of {values.median():g}: a code for a missing value, "
            "another unit, or a decimal point read as a thousands separator? Empty such cells, or "
            "correct them"
        )
    return notes


def _named(values: pd.Series) -> str:
    return few_and_more([f"{value:g} ({subject})" for subject, value in values.items()], _SHOWN)


def _lie(values: pd.Series) -> str:
    return "lies" if len(values) == 1 else "lie"
