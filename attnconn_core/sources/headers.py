"""Headers of tables that hold a series, with the names of its regions."""

import csv
from collections.abc import Sequence
from pathlib import Path

from attnconn_core.errors import ScanError
from attnconn_core.names import composed
from attnconn_core.sources.columns import require_region_names
from attnconn_core.sources.tables import delimiter_of, require_delimiter, text_error

__all__ = ["check_names", "read_header"]


def read_header(path: Path) -> list[str]:
    """Return the column names of a separated table, checked.

    Raises
    ------
    ScanError
        If it can't be read, has another separator, or `check_names` raises.
    """
    try:
        require_delimiter(path, ScanError)
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, delimiter=delimiter_of(path)), [])
    except ScanError:
        raise
    except (OSError, ValueError, csv.Error) as problem:
        raise text_error(path, ScanError, problem) from problem
    names = [composed(name.strip()) for name in header]
    check_names(path, names)
    return names


def check_names(path: Path, names: Sequence[str]) -> None:
    """Require that every column has a unique name that is valid for a region.

    Raises
    ------
    ScanError
        If a name isn't; the message lists such names.
    """
    names = [*map(composed, names)]
    if names and all(_is_number(name) for name in names):
        raise ScanError(
            f"{path}: the first line must name the regions; it holds numbers: "
            f"{', '.join(names[:3])}"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names or not all(names):
        raise ScanError(
            f"{path}: every column must be named after its region; "
            + (
                f"more than once: {', '.join(twice[:5])}"
                if twice
                else f"column {names.index('') + 1 if names else 1} has no name. Leave out an "
                "index (with pandas: to_csv(…, index=False))"
            )
        )
    unprintable = [name for name in names if not name.isprintable()]
    if unprintable:
        raise ScanError(
            f"{path}: names of regions must be printable; got {unprintable[0][:40]!r}. Check that "
            "the file is UTF-8 and that quotation marks are closed"
        )
    require_region_names(path, names)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
