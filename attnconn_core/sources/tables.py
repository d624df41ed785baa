"""Tables of separated values, in which every row must have the header's number of cells."""

import csv
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from attnconn_core.errors import InputError, StudyError
from attnconn_core.names import composed

__all__ = ["check_first_row", "delimiter_of", "read_table", "require_delimiter", "text_error"]

_SHOWN = 60
_SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_OTHER = {
    b"\xff\xfe": "it is UTF-16: save it as CSV UTF-8",
    b"\xfe\xff": "it is UTF-16: save it as CSV UTF-8",
    b"\x1f\x8b": "it is compressed (gzip): unpack it",
    b"PK\x03\x04": "it is an archive or a spreadsheet: export it as CSV UTF-8",
}


def delimiter_of(path: Path) -> str:
    """Return the separator of a file's cells: a tab for .tsv, a comma for all others."""
    return "\t" if path.name.lower().endswith(".tsv") else ","


def read_table(path: Path, error: type[InputError] = StudyError, **options: Any) -> pd.DataFrame:
    """Read a table with a header with pandas, but never with shifted columns.

    If rows have one cell more than the header, pandas takes the first cells for an index; if they
    have fewer, it fills them up. Both shift values into other columns. Names and words
    of a table with a header are composed (see `attnconn_core.names`).

    Parameters
    ----------
    path
        Comma-separated, or tab-separated if it ends in ``.tsv``; UTF-8.
    error
        Class of the errors raised.
    options
        Options of `pandas.read_csv`, such as ``dtype``.

    Raises
    ------
    InputError
        Of the class `error`, if the file can't be read, two columns have the same name, or a
        line has another number of cells than the header; the message names the first one.
    """
    path = Path(path)
    delimiter = delimiter_of(path)
    try:
        require_delimiter(path, error)
        named = options.get("header", "infer") is not None
        _check_text(path, delimiter, named, error)
        table: pd.DataFrame = pd.read_csv(
            _with_names_composed(path) if named else path,
            sep=delimiter,
            index_col=False,
            encoding="utf-8-sig",
            compression=None,
            **options,
        )
        return table
    except error:
        raise
    except (OSError, ValueError, csv.Error) as problem:  # pandas' parser errors are ValueErrors
        raise text_error(path, error, problem) from problem


def _with_names_composed(path: Path) -> Path | io.StringIO:
    """Return a table with names and words in one form of Unicode; usually the file itself."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = file.read()
    alike = composed(text)
    return path if alike == text else io.StringIO(alike)


def require_delimiter(path: Path, error: type[InputError] = StudyError) -> None:
    """Require that the cells of a table have the separator that its ending implies.

    Raises
    ------
    InputError
        Of the class `error`; the message names the actual separator.
    UnicodeDecodeError, OSError
        If the first lines can't be read.
    """
    delimiter = delimiter_of(path)
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline().strip("\n")
    for other, called in _SEPARATORS.items():
        if other in header and delimiter not in header:
            raise error(
                f"{path}: cells must be separated by {_SEPARATORS[delimiter]}; they are separated "
                f"by {called} ({_shown(header)}). Save it with {_SEPARATORS[delimiter]}, and "
                "with points in decimals"
            )


def text_error(path: Path, error: type[InputError], problem: Exception) -> InputError:
    """Return an error that says why a table can't be read, or which byte isn't UTF-8."""
    if isinstance(problem, OSError):
        return error(f"{path}: can't be read: {problem.strerror}")
    if isinstance(problem, UnicodeDecodeError):
        return error(f"{path}: must be text in UTF-8; {_other_text(path)}")
    return error(f"{path}: must be a table of separated values; {problem}")


def _other_text(path: Path) -> str:
    """Return what a file is that isn't UTF-8: its kind, or where the first such letter is."""
    with path.open("rb") as file:
        start = file.read(4)
        for first, what in _OTHER.items():
            if start.startswith(first):
                return what
        file.seek(0)
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as problem:
                text = line.decode("latin-1")[max(0, problem.start - 20) : problem.end + 20]
                return (
                    f"line {number} holds other characters ({_shown(text.strip())!r} if it is "
                    "Latin-1): save it as CSV UTF-8"
                )
    return "save it as CSV UTF-8"


def check_first_row(path: Path, error: type[InputError]) -> None:
    """Compare the first row of a table with its header; an error there mostly is in all rows.

    Raises
    ------
    InputError
        Of the class `error`, if it has more or fewer cells than the header.
    """
    _check_text(path, delimiter_of(path), True, error, rows=1)


def _check_text(
    path: Path, delimiter: str, named: bool, error: type[InputError], rows: int | None = None
) -> None:
    """Compare every line, or some, with the header, without keeping the file in memory."""
    lines = _lines(path, delimiter, error)
    first = next(lines, None)
    if first is None:
        return
    _, expected, header = first
    if named:
        names = [composed(name.strip()) for name in next(csv.reader([header], delimiter=delimiter))]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise error(
                f"{path}: every column must have a name of its own; "
                f"more than once: {', '.join(twice[:5])}"
            )
    for line, count, cells in itertools.islice(lines, rows):
        if count != expected:
            raise error(
                f"{path}: every row must have a cell for every column of the header, which has "
                f"{expected} ({_shown(header)}); line {line} has {count}: {_shown(cells)}"
                + _advice(count, expected, cells, delimiter)
            )


def _advice(count: int, expected: int, cells: str, delimiter: str) -> str:
    if count == expected + 1 and cells.rstrip().endswith(delimiter):
        return ". Remove the separator at the end of the rows"
    if expected == 1 and count > 2:
        return ". The first line seems to be a title above the header: remove it"
    if count > expected:
        return ". Name every column; quote cells that hold the separator; decimals need points"
    return ". Keep the separators of empty cells"


def _lines(path: Path, delimiter: str, error: type[InputError]) -> Iterator[tuple[int, int, str]]:
    """Yield number, cells and text of every line that isn't blank."""
    quoted = False
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if "\0" in line:
                raise error(
                    f"{path}: must be text in UTF-8; line {number} holds NUL characters, as UTF-16 "
                    "does: save it as CSV UTF-8"
                )
            quoted = quoted or '"' in line
    with path.open(encoding="utf-8-sig", newline="" if quoted else None) as file:
        if quoted:
            reader = csv.reader(file, delimiter=delimiter)
            for row in reader:
                if row:
                    yield reader.line_num, len(row), delimiter.join(map(_quoted, row))
            return
        for number, line in enumerate(file, start=1):
            if line.strip(" \n"):
                yield number, line.count(delimiter) + 1, line.rstrip("\n")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',\t"\n') else cell


def _shown(line: str) -> str:
    return line if len(line) <= _SHOWN else line[: _SHOWN // 2] + " … " + line[-_SHOWN // 2 :]
