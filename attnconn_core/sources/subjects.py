"""The table of the subjects that a study uses, with their groups."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from attnconn_core.errors import CohortError, IdentifierError
from attnconn_core.sources.scan_names import bare_name, split_scan_name
from attnconn_core.sources.tables import read_table

__all__ = ["SubjectList", "read_subjects"]

_GROUPS = ("train", "test")


@dataclass(frozen=True)
class SubjectList:
    """Subjects and scans that a study uses.

    Attributes
    ----------
    path
        The table.
    rows
        (subject, session) → group, in the table's order. The session is None if
        the row stands for all of the subject's sessions.
    """

    path: Path
    rows: Mapping[tuple[str, str | None], str | None]

    def wants(self, subject: str, session: str) -> bool:
        """Return whether a session is listed."""
        return (subject, None) in self.rows or (subject, session) in self.rows

    def group(self, subject: str, session: str) -> str | None:
        """Return the group of a listed session."""
        return self.rows.get((subject, session), self.rows.get((subject, None)))

    def without_scan(self, found: Iterable[tuple[str, str]]) -> dict[str, CohortError]:
        """Return errors for the rows that have no scan.

        Parameters
        ----------
        found
            (subject, session) of every scan that exists.

        Returns
        -------
        The subject, with its session if the row names one → error.
        """
        scans = set(found)
        subjects = {subject for subject, _ in scans}
        alike = {bare_name(subject): subject for subject in sorted(subjects)}
        without: dict[str, CohortError] = {}
        for subject, session in self.rows:
            if subject in subjects if session is None else (subject, session) in scans:
                continue
            name = subject if session is None else f"{subject} (session {session})"
            near = alike.get(bare_name(subject), subject)
            without[name] = CohortError(
                f"{self.path}: every subject listed must have a scan; {name} has none"
                + (f": is it {near}?" if near != subject else "")
            )
        return without


def read_subjects(path: Path, column: str, group_column: str | None) -> SubjectList:
    """Read a table of subjects.

    A row may name a subject, ``100307``, and then stands for all of its sessions; or a
    scan, ``100307_retest`` or ``HCA6000001_V1_MR`` (see `split_scan_name`). If any
    row names a session, every row is one scan, and rows without a session are ``test``.

    Parameters
    ----------
    path
        CSV with a header.
    column
        Name of the column of subjects.
    group_column
        Name of the column that holds ``train`` or ``test``, if there is one.

    Raises
    ------
    CohortError
        If the table can't be read, lacks a column, lists no subject or one twice, has
        another word for a group, or puts the two scans of a subject in two groups.
    IdentifierError
        If a subject's name is invalid.
    """
    table = _read(Path(path), [column] + ([group_column] if group_column else []))
    names = table[column].str.strip()
    _check_duplicates(path, names)
    groups: list[str | None] = [None] * len(names)
    if group_column:
        groups = table[group_column].tolist()
    split = [_split(path, line, name) for line, name in names.items()]
    per_scan = any(session is not None for _, session in split)
    rows: dict[tuple[str, str | None], str | None] = {}
    for (line, name), who, given in zip(names.items(), split, groups, strict=True):
        scan = (who[0], who[1] or "test" if per_scan else None)
        if scan in rows:
            raise CohortError(
                f"{path}, line {line}: every subject or scan may have only one row; {name} is "
                "also listed under another name"
            )
        rows[scan] = _check_group(path, line, name, given)
    _check_one_group(path, rows)
    return SubjectList(path=Path(path), rows=rows)


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    table = read_table(
        path, CohortError, dtype=str, keep_default_na=False, skip_blank_lines=False
    ).fillna("")
    for column in columns:
        if column not in table.columns:
            raise CohortError(
                f"{path}: the table of subjects must have a column {column!r}; "
                f"it has {', '.join(map(repr, table.columns[:10]))}"
            )
    table.index = pd.RangeIndex(2, len(table) + 2)  # lines of the file
    table = table[(table != "").any(axis=1)]
    if table.empty:
        raise CohortError(f"{path}: the table of subjects must have a row; it has none")
    return table


def _split(path: Path, line: object, name: str) -> tuple[str, str | None]:
    try:
        return split_scan_name(name)
    except IdentifierError as problem:
        raise IdentifierError(f"{path}, line {line}: {problem}") from problem


def _check_one_group(path: Path, rows: Mapping[tuple[str, str | None], str | None]) -> None:
    groups: dict[str, str | None] = {}
    for (subject, _), group in rows.items():
        if groups.setdefault(subject, group) != group:
            raise CohortError(
                f"{path}: all scans of a subject must be in one group, or the model is tested "
                f"on a subject it was trained on; {subject} is in {groups[subject]!r} and {group!r}"
            )


def _check_duplicates(path: Path, names: pd.Series) -> None:
    twice = [
        f"{name} in lines {', '.join(map(str, lines))}"
        for name, lines in names.groupby(names).groups.items()
        if len(lines) > 1
    ]
    if twice:
        raise CohortError(
            f"{path}: every subject or scan may have only one row; {'; '.join(twice[:5])}"
        )


def _check_group(path: Path, line: object, name: str, group: str | None) -> str | None:
    if group is None:
        return None
    word = group.strip().lower()
    if word not in _GROUPS:
        raise CohortError(
            f"{path}, line {line}: the group of {name} must be 'train' or 'test'; got {group!r}"
        )
    return word
