"""Tables of separated values: read only where every row has the header's number of cells."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from attnconn_core.errors import InputError, StudyError

__all__ = ["delimiter_of", "read_table"]

_SHOWN = 60


def delimiter_of(path: Path) -> str:
    """Return what separates the cells of a file: a tab in .tsv, a comma in all others."""
    return "\t" if path.name.lower().endswith(".tsv") else ","


def read_table(path: Path, error: type[InputError] = StudyError, **options: Any) -> pd.DataFrame:
    """Read a table with a header, as pandas does, but never with its columns shifted.

    pandas takes the first cells for an index where rows have one cell more than the header,
    and fills up where they have fewer. Both give every column another's values.

    Parameters
    ----------
    path
        Comma-separated, or tab-separated if it ends in ``.tsv``; UTF-8.
    error
        What is raised.
    options
        For `pandas.read_csv`, such as ``dtype``.

    Raises
    ------
    InputError
        Of the kind `error`, if the file can't be read, or naming the first line whose number
        of cells isn't the header's.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise error(f"{path}: can't be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise error(f"{path}: must be text in UTF-8; {problem}") from problem
    delimiter = delimiter_of(path)
    _count_cells(path, text, delimiter, error)
    try:
        return pd.read_csv(io.StringIO(text), sep=delimiter, index_col=False, **options)
    except ValueError as problem:  # pandas' parser errors are ValueErrors
        raise error(f"{path}: must be a table of separated values; {problem}") from problem


def _count_cells(path: Path, text: str, delimiter: str, error: type[InputError]) -> None:
    try:
        lines = list(_lines(text, delimiter))
    except csv.Error as problem:
        raise error(f"{path}: must be a table of separated values; {problem}") from problem
    if not lines:
        return
    _, expected, header = lines[0]
    for line, count, cells in lines[1:]:
        if count != expected:
            raise error(
                f"{path}: every row must have a cell for every column of the header, which has "
                f"{expected} ({header}); line {line} has {count}: {cells}"
                + _advice(count, expected, cells, delimiter)
            )


def _advice(count: int, expected: int, cells: str, delimiter: str) -> str:
    if count == expected + 1 and cells.rstrip().endswith(delimiter):
        return ". Take the separator at the end of the rows away"
    if count > expected:
        return ". Name every column; quote cells that hold the separator; decimals take points"
    return ". Leave the separators in, where a cell is empty"


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, int, str]]:
    """Yield number, cells and beginning of every line that isn't blank."""
    if '"' in text:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for row in reader:
            if row:
                yield reader.line_num, len(row), delimiter.join(row)[:_SHOWN]
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip(" "):
            yield number, line.count(delimiter) + 1, _shown(line)


def _shown(line: str) -> str:
    return line if len(line) <= _SHOWN else line[: _SHOWN // 2] + " … " + line[-_SHOWN // 2 :]
