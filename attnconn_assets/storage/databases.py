"""Dagster's and MLflow's SQLite databases: their version, damage, and the paths in them."""

import contextlib
import errno
import functools
import os
import re
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

__all__ = [
    "disk_trouble",
    "has_rows",
    "is_damage",
    "is_lock",
    "lacks_rows",
    "newest",
    "relocate",
    "revision_of",
    "stands_in",
]

_DISK = (
    "disk I/O error",
    "database or disk is full",
    "unable to open database file",
    "attempt to write a readonly database",
)
_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
_DAMAGE = ("file is not a database", "database disk image is malformed")


def revision_of(database: Path) -> str | None:
    """Return the revision of a database's tables; None if it is missing or unreadable."""
    row = _first_row(database, "alembic_version")
    return None if row is None else str(row[0])


def has_rows(database: Path, table: str) -> bool:
    """Whether a table has a row; False if it is missing or unreadable."""
    return _first_row(database, table) is not None


def lacks_rows(database: Path, table: str) -> bool:
    """Whether a file is a sound database in which a table is missing or has no row."""
    return _first_row(database, "sqlite_master") is not None and not has_rows(database, table)


def _first_row(database: Path, table: str) -> tuple[Any, ...] | None:
    if not database.is_file():
        return None
    asked = f"{database.resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(asked, uri=True, timeout=1)) as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"select * from {table} limit 1"  # noqa: S608  (a name in our code)
            ).fetchone()
    except sqlite3.Error:
        return None
    return row


def stands_in(revision: str, migrations: Path) -> bool:
    """Whether a folder of migrations knows a revision; otherwise it is of a newer version."""
    return revision in _revisions(migrations)[0]


def newest(migrations: Path) -> frozenset[str]:
    """Return the newest revisions of a folder of migrations: those without a successor."""
    return _revisions(migrations)[1]


@functools.cache
def _revisions(migrations: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return all revisions in a folder ``versions``, and those without a successor."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations.parent))
    known = frozenset(revision.revision for revision in script.walk_revisions())
    return known, frozenset(script.get_heads())


def relocate(connection: sqlite3.Connection, before: Collection[Path], after: Path) -> int:
    """Replace the paths of folders in all texts of all tables.

    Nothing is committed.

    Parameters
    ----------
    connection
        Connection to the database.
    before
        Former folders.
    after
        The folder that replaces them.

    Returns
    -------
    The number of changed values.
    """
    pattern = _naming({*before, after})
    uri, plain = after.as_uri(), str(after)

    def moved(text: str) -> str:
        return pattern.sub(lambda match: uri if match["uri"] else plain, text)

    connection.create_function("moved", 1, moved, deterministic=True)
    return sum(
        connection.execute(
            f'update "{table}" set "{column}" = moved("{column}") '  # noqa: S608
            f'where typeof("{column}") = \'text\' and moved("{column}") <> "{column}"'
        ).rowcount
        for table, column in _text_columns(connection)
    )


def _naming(folders: Collection[Path]) -> re.Pattern[str]:
    """Return a pattern that matches whole folder names, as ``file:`` URIs or as paths."""
    longest_first = sorted(map(str, folders), key=len, reverse=True)
    paths = "|".join(map(re.escape, longest_first))
    uris = "|".join(re.escape(Path(folder).as_uri()) for folder in longest_first)
    return re.compile(rf"(?:(?P<uri>{uris})|(?<![\w.\-/])(?:{paths}))(?=[/\"'\\),\s]|$)")


def _text_columns(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return table and column of all columns that may hold text."""
    return connection.execute(
        "select tables.name, columns.name from sqlite_master as tables "
        "join pragma_table_info(tables.name) as columns "
        "where tables.type = 'table' and tables.name not like 'sqlite!_%' escape '!'"
    ).fetchall()


def is_lock(error: Exception) -> bool:
    """Whether an error says that another process locked a database for too long."""
    return "database is locked" in str(error)


def is_damage(error: Exception) -> bool:
    """Whether an error says that a file isn't a valid SQLite database."""
    return any(message in str(error) for message in _DAMAGE)


def disk_trouble(error: Exception) -> str:
    """Return the system's words if a disk is full, fails or may not be written; else empty."""
    if isinstance(error, OSError) and error.errno in _ERRORS:
        return os.strerror(error.errno)
    return next((words for words in _DISK if words in str(error)), "")
