"""Subjects of a phenotype table: matching rows to scans, and rows that aren't of a subject."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from attnconn_core.errors import IdentifierError, StudyError
from attnconn_core.sources.scan_names import bare_name, split_scan_name
from attnconn_core.wording import few_and_more, first_few

__all__ = ["MatchedPhenotypes", "match_phenotypes", "phenotype_subject", "require_subjects"]

_SHOWN = 5
_FLOAT = re.compile(r"(\d+)\.0+")
# Optional beginning of a summary row's name; letters and percent signs only.
_SUMMARY = re.compile(
    r"(?:group|grand|overall|sub)?(?:mean|average|avg|median|mode|sum|total)s?(?:sd|std)?|msd|ave"
    r"|sd|std|stdev|stddev|stdevp|standarddeviation|se|sem|standarderror|var|variance|iqr|range"
    r"|n|count|counts|min|minimum|max|maximum|(?:25|50|75)%?(?:ile|percentile|th)|(?:25|50|75)%"
    r"|skew|skewness|kurtosis|all|allsubjects|overall|missing"
)


class MatchedPhenotypes(NamedTuple):
    """Rows of the subjects who have a scan, and notes on the match.

    Attributes
    ----------
    table
        Indexed by subject, as named by the scans.
    notes
        Sentences on subjects without a row, and on those whose row has another spelling.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


def match_phenotypes(
    table: pd.DataFrame, subject_column: str, subjects: Iterable[str]
) -> MatchedPhenotypes:
    """Return the row of every subject who has a scan, ignoring lost leading zeros.

    A spreadsheet turns subject 0010064 into the number 10064. If exactly one subject without a
    row and one row without a subject differ only by leading zeros, case or a prefix such as
    ``Sub-``, they are matched, and a note reports it.

    Parameters
    ----------
    table, subject_column
        From `check_phenotypes`.
    subjects
        Subjects who have a scan.

    Raises
    ------
    StudyError
        If several subjects or rows match each other in this way.
    """
    by_subject = table.set_index(subject_column)
    wanted = sorted(set(subjects))
    missing = [subject for subject in wanted if subject not in by_subject.index]
    spare = [str(row) for row in by_subject.index if row not in set(wanted)]
    renamed: dict[str, str] = {}
    for subject in missing:
        alike = [row for row in spare if bare_name(row) == bare_name(subject)]
        rivals = [other for other in missing if bare_name(other) == bare_name(subject)]
        if len(alike) > 1 or (alike and len(rivals) > 1):
            raise StudyError(
                "a row of the phenotype table must match one subject; "
                f"{', '.join(alike)} may match {', '.join(rivals)}: write subjects as the scans do"
            )
        if alike:
            renamed[alike[0]] = subject
    notes = []
    if renamed:
        pairs = [f"{subject} as {row}" for row, subject in renamed.items()]
        notes.append(
            f"the phenotype table spells {len(pairs)} of {len(wanted)} subjects differently from "
            f"their scans: {few_and_more(pairs, _SHOWN)}; they are treated as the same"
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


def require_subjects(column: pd.Series, name: str) -> None:
    """Require that no row is a mean, deviation or total, which would widen the range of values."""
    rows = [
        f"{str(value).strip()} (row {number})"
        for number, value in enumerate(column, start=1)
        if _SUMMARY.fullmatch(re.sub(r"[^a-z0-9%]", "", str(value).lower()))
        and not str(value).strip().isdecimal()
    ]
    if rows:
        raise StudyError(
            f"{name}: every row must be of one subject; column {column.name} holds "
            f"{first_few(rows, _SHOWN)}, which look like summary rows. Remove them"
        )


def phenotype_subject(value: Any, where: str) -> str:
    """Return a subject's name in the form that scans use."""
    if pd.isna(value):
        raise StudyError(f"{where}: must name a subject; its cell is empty")
    name = str(value).strip().removeprefix("sub-")
    if number := _FLOAT.fullmatch(name):
        raise StudyError(
            f"{where}: a subject must be text; got {name!r}, a number with decimals: "
            f"write {number[1]}, with the leading zeros that the scans have"
        )
    try:
        return split_scan_name(name)[0]
    except IdentifierError as problem:
        raise IdentifierError(f"{where}: {problem}") from problem
