"""Phenotypes: what is known of every subject beside the scans, as numbers."""

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from attnconn_core.errors import IdentifierError, StudyError
from attnconn_core.sources.dates import date_problem
from attnconn_core.sources.scan_names import split_scan_name
from attnconn_core.sources.tables import read_table
from attnconn_core.wording import few_and_more, first_few

__all__ = [
    "MatchedPhenotypes",
    "as_written",
    "check_phenotypes",
    "match_phenotypes",
    "read_phenotypes",
    "target_columns",
]

_SHOWN = 5
# What questionnaires and databases write where there is no value.
_MISSING = (-7, -8, -9, -77, -88, -99, -777, -888, -999, -9999, -99999, 999, 9999, 99999)
_FLOAT = re.compile(r"(\d+)\.0+")


class MatchedPhenotypes(NamedTuple):
    """Rows of the subjects who have a scan, and what is to be said of the match.

    Attributes
    ----------
    table
        Indexed by subject, as the scans name them.
    notes
        Sentences: who has no row, and whose row is written otherwise.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def read_phenotypes(path: Path, subject_column: str) -> pd.DataFrame:
    """Read a table of subjects, who are text in it; rows without a cell are left out.

    Parameters
    ----------
    path
        Comma-separated values; tab-separated where the name ends in ``.tsv``, as BIDS's
        ``participants.tsv`` does.
    subject_column
        Names the column of subjects: their zeros in front are kept.

    Raises
    ------
    StudyError
        If it can't be read as one.
    """
    table = read_table(path, dtype={subject_column: str})
    for column in table.columns:
        if pd.api.types.is_string_dtype(table[column]):
            table[column] = _without_spaces(table[column], keep_text=column == subject_column)
    return table.dropna(how="all")


def _without_spaces(words: pd.Series, *, keep_text: bool) -> pd.Series:
    """Take spaces from the ends of cells; a cell of spaces is empty, and may be among numbers."""
    words = words.str.strip()
    words = words.mask(words == "")
    if keep_text or words.isna().all():
        return words
    numbers = pd.to_numeric(words, errors="coerce")
    return numbers if (numbers.notna() == words.notna()).all() else words


def target_columns(
    table: pd.DataFrame, targets: Sequence[str], identifiers: Sequence[str], name: str
) -> list[str]:
    """List the columns that a study wants predicted.

    Parameters
    ----------
    table
        One row a subject.
    targets
        Columns, or patterns such as ``FS_*``; none are all columns of numbers. What is a
        column's name, letter by letter, is no pattern.
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
        matching = [target] if target in columns else fnmatch.filter(columns, target)
        if not matching:
            raise StudyError(
                f"{name}: must have a column {target}; it has {first_few(columns, 12)}"
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
    A copy whose targets are numbers; empty cells stay missing. Subjects are named as scans
    are: without BIDS's ``sub-``, and without spaces around them.

    Raises
    ------
    IdentifierError
        If a subject's name breaks the rule.
    StudyError
        If a column is missing, also one that is coded, a subject occurs twice, or a target
        holds a word that nothing codes, an infinite number, or a code such as -999.
    """
    identifiers = [each for each in (subject_column, family_column) if each is not None]
    for column in identifiers:
        if column not in table.columns:
            raise StudyError(
                f"{name}: must have a column {column}; it has "
                f"{', '.join(map(str, table.columns[:12]))}"
            )
    subjects = [
        _subject(each, f"{name}: row {number}")
        for number, each in enumerate(table[subject_column], start=1)
    ]
    twice = sorted({each for each in subjects if subjects.count(each) > 1})
    if twice:
        raise StudyError(f"{name}: a subject may have one row; more: {', '.join(twice[:_SHOWN])}")
    coded = table.reset_index(drop=True)
    coded[subject_column] = subjects
    absent = [column for column in coding if column not in table.columns]
    if absent:
        raise StudyError(f"{name}: coding must be of columns that are there; got {absent[0]}")
    wanted = target_columns(table, targets, identifiers, name)
    for column in dict.fromkeys([*coding, *wanted]):
        if column in coding or not pd.api.types.is_numeric_dtype(coded[column]):
            coded[column] = _as_numbers(coded[column], coding.get(column, {}), name)
    for column in wanted:
        _check_values(coded[column], table[column], coding.get(column, {}), name)
    return coded


def _check_values(
    values: pd.Series, written: pd.Series, coding: Mapping[str, float], name: str
) -> None:
    """See that numbers are finite, and none is one that stands for a missing value."""
    if np.isinf(values.astype("float64")).any():
        raise StudyError(f"{name}: column {values.name} must hold finite numbers; it holds inf")
    uncoded = ~written.map(as_written).isin(list(coding)).to_numpy()
    codes = values.isin(_MISSING) & uncoded
    rest = values[values.notna() & ~codes].astype("float64")
    if not codes.any() or rest.empty:
        return
    reach = 2 * (rest.max() - rest.min())
    low = 0.0 if rest.min() >= 0 else rest.min() - reach
    far = values[codes & ((values < low) | (values > rest.max() + reach))]
    if len(far):
        code = as_written(far.iloc[0])
        raise StudyError(
            f"{name}: column {values.name} holds {code} in {(far == far.iloc[0]).sum()} rows, far "
            f"from the others ({rest.min():g} to {rest.max():g}), as a code for a missing value: "
            f"leave such cells empty. If it is a value, say so in the study: coding: "
            f"{{{values.name}: {{{code!r}: {code}}}}}"
        )


def match_phenotypes(
    table: pd.DataFrame, subject_column: str, subjects: Iterable[str]
) -> MatchedPhenotypes:
    """Find the row of every subject who has a scan, also where zeros in front were lost.

    A spreadsheet turns subject 0010064 into the number 10064. Where one subject without a row
    and one row without a subject differ by zeros in front or by case alone, they are taken
    for the same person, and that is said.

    Parameters
    ----------
    table, subject_column
        From `check_phenotypes`.
    subjects
        Those who have a scan.

    Raises
    ------
    StudyError
        If two subjects or two rows could be meant by one another.
    """
    by_subject = table.set_index(subject_column)
    wanted = sorted(set(subjects))
    missing = [each for each in wanted if each not in by_subject.index]
    spare = [str(each) for each in by_subject.index if each not in set(wanted)]
    renamed: dict[str, str] = {}
    for subject in missing:
        alike = [row for row in spare if _bare(row) == _bare(subject)]
        rivals = [other for other in missing if _bare(other) == _bare(subject)]
        if len(alike) > 1 or (alike and len(rivals) > 1):
            raise StudyError(
                "a row of the phenotype table must be of one subject; "
                f"{', '.join(alike)} may be {', '.join(rivals)}: write subjects as the scans do"
            )
        if alike:
            renamed[alike[0]] = subject
    notes = []
    if renamed:
        pairs = [f"{subject} as {row}" for row, subject in renamed.items()]
        notes.append(
            f"the phenotype table names {len(pairs)} of {len(wanted)} subjects otherwise than "
            f"their scans: {few_and_more(pairs, _SHOWN)}; they are taken for the same"
        )
    absent = [subject for subject in missing if subject not in renamed.values()]
    if absent:
        unused = [row for row in spare if row not in renamed]
        has = f"; it has {few_and_more(unused, _SHOWN)} without a scan" if unused else ""
        notes.append(
            f"{len(absent)} of {len(wanted)} subjects have no row in the phenotype table: "
            f"{few_and_more(absent, _SHOWN)}{has}"
        )
    return MatchedPhenotypes(by_subject.rename(index=renamed), tuple(notes))


def _bare(subject: str) -> str:
    return subject.lower().lstrip("0")


def _subject(value: Any, where: str) -> str:
    """Name a subject as scans do."""
    if pd.isna(value):
        raise StudyError(f"{where}: must name a subject; its cell is empty")
    name = str(value).strip().removeprefix("sub-")
    if number := _FLOAT.fullmatch(name):
        raise StudyError(
            f"{where}: a subject must be text; got {name!r}, a number with decimals: "
            f"write {number[1]}, with the zeros in front that the scans have"
        )
    try:
        return split_scan_name(name)[0]
    except IdentifierError as problem:
        raise IdentifierError(f"{where}: {problem}") from problem


def _as_numbers(values: pd.Series, coding: Mapping[str, float], name: str) -> pd.Series:
    words = values.map(lambda value: coding.get(as_written(value), value))
    numbers = pd.to_numeric(words, errors="coerce")
    unknown = sorted({str(value) for value in words[numbers.isna() & values.notna()]})
    if unknown and (problem := date_problem(values)):
        raise StudyError(f"{name}: column {values.name} must hold numbers; {problem}")
    if unknown:
        raise StudyError(
            f"{name}: column {values.name} must hold numbers, or the study's coding must say which "
            f"number a word stands for; got {', '.join(map(repr, unknown[:_SHOWN]))}"
        )
    return numbers.astype("float64")


def as_written(value: object) -> str:
    """Write a cell as a person would: a column with empty cells holds 1 as 1.0."""
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()
