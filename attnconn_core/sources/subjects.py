"""The table that says whose scans a study wants, and who trains."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from attnconn_core.errors import CohortError, IdentifierError
from attnconn_core.records import check_identifier

__all__ = ["RETEST_SUFFIX", "SubjectList", "read_subjects", "split_retest"]

RETEST_SUFFIX = "_retest"
"""How HCP names a subject's second scan: ``100307_retest``."""

_GROUPS = ("train", "test")


@dataclass(frozen=True)
class SubjectList:
    """Whose scans are wanted.

    Attributes
    ----------
    path
        The table.
    rows
        (subject, session) → group, in the table's order. The session is None where
        the row stands for all of the subject's sessions.
    """

    path: Path
    rows: Mapping[tuple[str, str | None], str | None]

    def wants(self, subject: str, session: str) -> bool:
        """Whether this session is asked for."""
        return (subject, None) in self.rows or (subject, session) in self.rows

    def group(self, subject: str, session: str) -> str | None:
        """Return the group of a session that is asked for."""
        return self.rows.get((subject, session), self.rows.get((subject, None)))

    def without_scan(self, found: Iterable[tuple[str, str]]) -> dict[str, CohortError]:
        """Find the rows that have no scan.

        Parameters
        ----------
        found
            (subject, session) of every scan there is.

        Returns
        -------
        The subject, with its session if the row names one → what is wrong.
        """
        scans = set(found)
        subjects = {subject for subject, _ in scans}
        bare = [
            subject if session is None else f"{subject} (session {session})"
            for subject, session in self.rows
            if (subject not in subjects if session is None else (subject, session) not in scans)
        ]
        return {
            name: CohortError(
                f"{self.path}: every subject listed must have a scan; {name} has none"
            )
            for name in bare
        }


def split_retest(name: str) -> tuple[str, str]:
    """Split a folder's or a row's name into subject and session.

    ``100307`` is (100307, test) and ``100307_retest`` is (100307, retest).

    Raises
    ------
    IdentifierError
        If the subject's name breaks the rule.
    """
    subject = name.removesuffix(RETEST_SUFFIX)
    return check_identifier(subject, "a subject"), "test" if subject == name else "retest"


def read_subjects(path: Path, column: str, group_column: str | None) -> SubjectList:
    """Read a table of subjects.

    A row may stand for a subject, ``100307``, and then means all sessions; or for a
    scan. As soon as one row says ``100307_retest`` every row is one scan, and those
    without the ending are first sessions.

    Parameters
    ----------
    path
        CSV with a header.
    column
        Names the column of subjects.
    group_column
        Names the column that says ``train`` or ``test``, if there is one.

    Raises
    ------
    CohortError
        If the table can't be read, lacks a column, lists nobody or somebody twice, has
        another word for a group, or puts the two scans of a subject in two groups.
    IdentifierError
        If a subject's name breaks the rule.
    """
    table = _read(Path(path), [column] + ([group_column] if group_column else []))
    names = table[column].str.strip()
    _check_duplicates(path, names)
    per_scan = any(name.endswith(RETEST_SUFFIX) for name in names)
    groups: list[str | None] = [None] * len(names)
    if group_column:
        groups = table[group_column].tolist()
    rows: dict[tuple[str, str | None], str | None] = {}
    for (line, name), given in zip(names.items(), groups, strict=True):
        try:
            subject, session = split_retest(name)
        except IdentifierError as problem:
            raise IdentifierError(f"{path}, line {line}: {problem}") from problem
        rows[subject, session if per_scan else None] = _check_group(path, line, name, given)
    for (subject, listed), group in rows.items():
        if listed == "retest" and rows.get((subject, "test"), group) != group:
            raise CohortError(
                f"{path}: both scans of a subject must be in one group, or the model is judged "
                f"on somebody it saw; {subject} is in {rows[subject, 'test']!r} and {group!r}"
            )
    return SubjectList(path=Path(path), rows=rows)


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False
        ).fillna("")
    except (OSError, ValueError) as problem:
        raise CohortError(f"{path}: the subjects must be a CSV table; {problem}") from problem
    for column in columns:
        if column not in table.columns:
            raise CohortError(
                f"{path}: the table of subjects must have a column {column!r}; "
                f"it has {', '.join(map(repr, table.columns[:10]))}"
            )
    table.index = pd.RangeIndex(2, len(table) + 2)  # lines of the file
    table = table[(table != "").any(axis=1)]
    if table.empty:
        raise CohortError(f"{path}: the table of subjects must list somebody; it has no rows")
    return table


def _check_duplicates(path: Path, names: pd.Series) -> None:
    twice = [
        f"{name} in lines {', '.join(map(str, lines))}"
        for name, lines in names.groupby(names).groups.items()
        if len(lines) > 1
    ]
    if twice:
        raise CohortError(f"{path}: every subject or scan may have one row; {'; '.join(twice[:5])}")


def _check_group(path: Path, line: object, name: str, group: str | None) -> str | None:
    if group is None:
        return None
    word = group.strip().lower()
    if word not in _GROUPS:
        raise CohortError(
            f"{path}, line {line}: the group of {name} must be 'train' or 'test'; got {group!r}"
        )
    return word
