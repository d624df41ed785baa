"""Phenotypes: what is known of every subject beside the scans, as numbers."""

import fnmatch
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from attnconn_core.errors import StudyError
from attnconn_core.records import check_identifier

__all__ = ["as_written", "check_phenotypes", "read_phenotypes", "target_columns"]

_SHOWN = 5


def read_phenotypes(path: Path, subject_column: str) -> pd.DataFrame:
    """Read a table of comma-separated values, subjects as text.

    Raises
    ------
    StudyError
        If it can't be read as one.
    """
    try:
        table = pd.read_csv(path, dtype={subject_column: str})
    except OSError as error:
        raise StudyError(f"{path}: can't be read: {error.strerror}") from error
    except (ValueError, UnicodeDecodeError) as error:  # pandas' parser errors are ValueErrors
        raise StudyError(f"{path}: must be a table of comma-separated values: {error}") from error
    if not isinstance(table.index, pd.RangeIndex):
        raise StudyError(f"{path}: a row must have a cell a column of the header; some have more")
    return table


def target_columns(
    table: pd.DataFrame, targets: Sequence[str], identifiers: Sequence[str], name: str
) -> list[str]:
    """List the columns that a study wants predicted.

    Parameters
    ----------
    table
        One row a subject.
    targets
        Columns, or patterns such as ``FS_*``; none are all columns of numbers.
    identifiers
        Columns that say who someone is, such as the subject and the family: no targets
        unless they are asked for by name.
    name
        Of the table, for errors.

    Raises
    ------
    StudyError
        If a target or pattern finds no column.
    """
    columns = [str(column) for column in table.columns]
    if not targets:
        numbers = table.select_dtypes("number").columns
        return [str(column) for column in numbers if column not in identifiers]
    found: dict[str, None] = {}
    for target in targets:
        matching = fnmatch.filter(columns, target)
        if not matching:
            raise StudyError(
                f"{name}: must have a column {target}; it has {', '.join(columns[:12])}"
                + (", …" if len(columns) > 12 else "")
            )
        found |= dict.fromkeys(matching)
    return list(found)


def check_phenotypes(
    table: pd.DataFrame,
    targets: Sequence[str],
    subject_column: str,
    coding: Mapping[str, Mapping[str, float]],
    name: str,
    family_column: str | None = None,
) -> pd.DataFrame:
    """Hold a table against the rules and turn the words of its targets into numbers.

    Parameters
    ----------
    table, targets, name
        As for `target_columns`.
    subject_column, family_column
        Who someone is, and whose family.
    coding
        Column → word → number. What a column of numbers holds may be coded too, as it is
        written: ``{"Sex": {"1": 0, "2": 1}}``; what isn't listed there stays.

    Returns
    -------
    A copy whose targets are numbers; empty cells stay missing.

    Raises
    ------
    IdentifierError
        If a subject's name breaks the rule.
    StudyError
        If a column is missing, also one that is coded, a subject occurs twice, or a target
        holds a word that nothing codes.
    """
    identifiers = [each for each in (subject_column, family_column) if each is not None]
    for column in identifiers:
        if column not in table.columns:
            raise StudyError(
                f"{name}: must have a column {column}; it has "
                f"{', '.join(map(str, table.columns[:12]))}"
            )
    subjects = [check_identifier(each, f"{name}: a subject") for each in table[subject_column]]
    twice = sorted({each for each in subjects if subjects.count(each) > 1})
    if twice:
        raise StudyError(f"{name}: a subject may have one row; more: {', '.join(twice[:_SHOWN])}")
    coded = table.copy()
    absent = [column for column in coding if column not in table.columns]
    if absent:
        raise StudyError(f"{name}: coding must be of columns that are there; got {absent[0]}")
    wanted = target_columns(table, targets, identifiers, name)
    for column in dict.fromkeys([*coding, *wanted]):
        if column in coding or not pd.api.types.is_numeric_dtype(table[column]):
            coded[column] = _as_numbers(table[column], coding.get(column, {}), name)
    return coded


def _as_numbers(values: pd.Series, coding: Mapping[str, float], name: str) -> pd.Series:
    words = values.map(lambda value: coding.get(as_written(value), value))
    numbers = pd.to_numeric(words, errors="coerce")
    unknown = sorted({str(value) for value in words[numbers.isna() & values.notna()]})
    if unknown:
        raise StudyError(
            f"{name}: column {values.name} must hold numbers, or the study's coding must say which "
            f"number a word stands for; got {', '.join(map(repr, unknown[:_SHOWN]))}"
        )
    return numbers.astype("float64")


def as_written(value: object) -> str:
    """Write a cell as a person would: a column with empty cells holds 1 as 1.0."""
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()
