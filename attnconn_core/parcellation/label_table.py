"""Tables of the labels of an image: BIDS's ``dseg.tsv``, with a column of numbers and of names."""

from pathlib import Path

import pandas as pd

from attnconn_core.errors import AtlasError
from attnconn_core.names import composed
from attnconn_core.parcellation.regions import Grouping, RegionTable

__all__ = ["LabelTable", "read_label_table", "regions_of"]

LabelTable = dict[int, dict[str, str]]
"""Number of a label → its row: ``name`` and, where known, ``hemisphere``, ``network``, ``lobe``."""

_SIDES = {"l": "L", "lh": "L", "left": "L", "r": "R", "rh": "R", "right": "R"}
_GROUPS: tuple[Grouping, ...] = ("network", "lobe")


def read_label_table(path: Path) -> LabelTable:
    """Read a table of labels.

    Parameters
    ----------
    path
        A ``.tsv``, or a ``.csv``, with the columns ``index`` and ``name`` and, if known,
        ``hemisphere`` and one of ``network`` and ``lobe``; other columns are ignored.

    Raises
    ------
    AtlasError
        If it can't be read, lacks a column, or a number isn't whole, or occurs twice.
    """
    delimiter = "," if path.suffix.lower() == ".csv" else "\t"
    try:
        rows = pd.read_csv(
            path, sep=delimiter, dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except (OSError, ValueError) as problem:  # pandas' parser errors are ValueErrors
        raise AtlasError(f"{path}: must be a readable table of labels; {problem}") from problem
    lacking = [name for name in ("index", "name") if name not in rows.columns]
    if lacking:
        raise AtlasError(
            f"{path}: a table of labels needs the columns 'index' and 'name'; it has "
            f"{', '.join(map(repr, rows.columns[:10]))}"
        )
    table: LabelTable = {}
    for row in rows.to_dict("records"):
        number = str(row["index"]).strip()
        if not number.isdecimal() or int(number) in table:
            raise AtlasError(
                f"{path}: every label must have a whole number of its own in the column 'index'; "
                f"got {number!r}{' twice' if number.isdecimal() else ''}"
            )
        table[int(number)] = {str(key): composed(str(cell).strip()) for key, cell in row.items()}
    return table


def regions_of(table: LabelTable, numbers: list[int]) -> RegionTable:
    """Return the regions of some labels, in order, with hemispheres and groups if known.

    Raises
    ------
    AtlasError
        If two have the same name, or one has none.
    """
    rows = [table[number] for number in numbers]
    names = [row["name"] for row in rows]
    plain = RegionTable.from_names(names)
    sides = tuple(_SIDES.get(row.get("hemisphere", "").lower(), "") for row in rows)
    grouping = next((column for column in _GROUPS if all(row.get(column) for row in rows)), None)
    return RegionTable(
        regions=tuple(names),
        groups=tuple(row[grouping] for row in rows) if grouping else plain.groups,
        hemispheres=sides if any(sides) else plain.hemispheres,
        grouping=grouping or plain.grouping,
    )
