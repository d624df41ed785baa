"""Phenotype tables: measures of every subject beside the scans, as numbers."""

import fnmatch
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from attnconn_core.errors import StudyError
from attnconn_core.sources.dates import date_problem
from attnconn_core.sources.missing_codes import missing_code
from attnconn_core.sources.phenotype_subjects import phenotype_subject, require_subjects
from attnconn_core.sources.tables import read_table
from attnconn_core.wording import first_few

__all__ = [
    "as_written",
    "check_phenotypes",
    "read_phenotypes",
    "target_columns",
]

_SHOWN = 5
_MARK = "subject:"


def read_phenotypes(path: Path, subject_column: str) -> pd.DataFrame:
    """Read a table of subjects, whose names stay text; rows without a subject are left out.

    Parameters
    ----------
    path
        Comma-separated values; tab-separated if the name ends in ``.tsv``, as BIDS's
        ``participants.tsv``.
    subject_column
        Name of the column of subjects, whose leading zeros are kept.

    Raises
    ------
    StudyError
        If the file can't be read as a table.
    """
    # A subject may be called NA, which pandas reads as an empty cell, so cells of this column are
    # changed before pandas reads them.
    table = read_table(path, converters={subject_column: _MARK.__add__})
    if subject_column in table:
        table[subject_column] = table[subject_column].str.removeprefix(_MARK)
    for column in table.columns:
        if pd.api.types.is_string_dtype(table[column]):
            table[column] = _without_spaces(table[column], keep_text=column == subject_column)
    return table.dropna(how="all")


def _without_spaces(words: pd.Series, *, keep_text: bool) -> pd.Series:
    """Return cells without spaces at their ends; a cell of spaces is empty, also among numbers."""
    words = words.str.strip()
    words = words.mask(words == "")
    if keep_text or words.isna().all():
        return words
    numbers = pd.to_numeric(words, errors="coerce")
    return numbers if (numbers.notna() == words.notna()).all() else words


def target_columns(
    table: pd.DataFrame, targets: Sequence[str], identifiers: Sequence[str], name: str
) -> list[str]:
    """Return the names of the columns to predict.

    Parameters
    ----------
    table
        One row per subject.
    targets
        Columns, or patterns such as ``FS_*``; empty for all numeric columns. A text that is
        exactly a column's name is no pattern.
    identifiers
        Columns that identify subjects, such as the subject and the family: no targets
        unless they are named exactly.
    name
        Name of the table, for errors.

    Raises
    ------
    StudyError
        If a target or pattern matches no column.
    """
    columns = [str(column) for column in table.columns]
    if not targets:
        numbers = table.select_dtypes("number").columns
        return [str(column) for column in numbers if column not in identifiers]
    chosen: dict[str, None] = {}
    for target in targets:
        matching = [target] if target in columns else fnmatch.filter(columns, target)
        if not matching:
            raise StudyError(
                f"{name}: must have a column {target}; it has {first_few(columns, 12)}"
            )
        chosen |= dict.fromkeys(matching)
    return list(chosen)


def check_phenotypes(
    table: pd.DataFrame,
    targets: Sequence[str],
    subject_column: str,
    coding: Mapping[str, Mapping[str, float]],
    name: str,
    family_column: str | None = None,
) -> pd.DataFrame:
    """Check a table and convert the words of its targets into numbers.

    Parameters
    ----------
    table, targets, name
        As for `target_columns`.
    subject_column, family_column
        Columns of subjects and of families.
    coding
        Column → word → number. Cells of a numeric column may be coded too, as they are
        written: ``{"Sex": {"1": 0, "2": 1}}``; cells that aren't listed stay unchanged.

    Returns
    -------
    A copy whose targets are numbers; empty cells stay missing. Subjects are named like scans,
    without BIDS's ``sub-`` and without surrounding spaces.

    Raises
    ------
    IdentifierError
        If a subject's name is invalid.
    StudyError
        If a column is missing (also one in `coding`), a subject occurs twice, a row is a
        summary, or a target holds a word without coding, an infinite number, or a code
        such as -999.
    """
    asked = {"subject_column": subject_column, "family_column": family_column}
    identifiers = [column for column in asked.values() if column is not None]
    for key, column in asked.items():
        if column is not None and column not in table.columns:
            raise StudyError(
                f"{name}: must have a column {column}; it has "
                f"{', '.join(map(str, table.columns[:12]))}{_title_above(table, column)}"
                f". Name the right column in the study with behaviour.{key}"
            )
    require_subjects(table[subject_column], name)
    subjects = [
        phenotype_subject(cell, f"{name}: row {number}")
        for number, cell in enumerate(table[subject_column], start=1)
    ]
    twice = sorted({subject for subject in subjects if subjects.count(subject) > 1})
    if twice:
        raise StudyError(
            f"{name}: a subject may have only one row; several: {', '.join(twice[:_SHOWN])}"
        )
    coded = table.reset_index(drop=True)
    coded[subject_column] = subjects
    absent = [column for column in coding if column not in table.columns]
    if absent:
        raise StudyError(f"{name}: coding must name existing columns; got {absent[0]}")
    wanted = target_columns(table, targets, identifiers, name)
    for column in dict.fromkeys([*coding, *wanted]):
        if column in coding or not pd.api.types.is_numeric_dtype(coded[column]):
            coded[column] = _as_numbers(coded[column], coding.get(column, {}), name)
    for column in wanted:
        _check_values(coded[column], table[column], coding.get(column, {}), name)
    return coded


def _title_above(table: pd.DataFrame, column: str) -> str:
    """Return, in words, that the header seems to lie below a title; empty if it doesn't."""
    for number, row in enumerate(table.head(_SHOWN).itertuples(index=False), start=2):
        if column in [as_written(cell) for cell in row]:
            return (
                f". {column} stands in line {number}: the lines above the header seem to be a "
                "title. Remove them"
            )
    return ""


def _check_values(
    values: pd.Series, written: pd.Series, coding: Mapping[str, float], name: str
) -> None:
    """Require that numbers are finite and that none stands for a missing value."""
    if np.isinf(values.astype("float64")).any():
        raise StudyError(f"{name}: column {values.name} must hold finite numbers; it holds inf")
    uncoded = ~written.map(as_written).isin(list(coding)).to_numpy()
    if problem := missing_code(values[uncoded]):
        code = problem.partition(" ")[0]
        raise StudyError(
            f"{name}: column {values.name} holds {problem}: leave such cells empty. If it is a "
            f"value, declare it in the study: coding: {{{values.name}: {{{code!r}: {code}}}}}"
        )


def _as_numbers(values: pd.Series, coding: Mapping[str, float], name: str) -> pd.Series:
    words = values.map(lambda value: coding.get(as_written(value), value))
    numbers = pd.to_numeric(words, errors="coerce")
    unknown = sorted({str(value) for value in words[numbers.isna() & values.notna()]})
    if unknown and (problem := date_problem(values)):
        raise StudyError(f"{name}: column {values.name} must hold numbers; {problem}")
    if unknown:
        raise StudyError(
            f"{name}: column {values.name} must hold numbers, or the study's coding must give the "
            f"number of each word, such as behaviour: {{coding: {{{values.name}: "
            f"{{{unknown[0]}: 1}}}}}}; got {', '.join(map(repr, unknown[:_SHOWN]))}"
        )
    return numbers.astype("float64")


def as_written(value: object) -> str:
    """Return a cell as a person would write it: a column with empty cells stores 1 as 1.0."""
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()
