"""Content of files as bytes that are the same for equal records, and writing them whole."""

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["described", "json_bytes", "tsv_bytes", "write_file"]


def write_file(path: Path, content: bytes) -> None:
    r"""Write a file completely or not at all; missing folders are made.

    Parameters
    ----------
    path
        Path of the file; an existing file is replaced in one step.
    content
        Its content.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "func" / "a.tsv"
    >>> write_file(file, b"V1\n")
    >>> [each.name for each in file.parent.iterdir()]
    ['a.tsv']
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{uuid.uuid4().hex}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def described(columns: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the columns of a table as a sidecar describes them.

    Parameters
    ----------
    columns
        Column → its meaning.

    Examples
    --------
    >>> described({"p": "p of the edge"})
    {'p': {'Description': 'p of the edge'}}
    """
    return {name: {"Description": meaning} for name, meaning in columns.items()}


def tsv_bytes(table: pd.DataFrame, index_label: str | None = None) -> bytes:
    r"""Return a table as BIDS has them: separated by tabs, a header, ``n/a`` for missing values.

    Every number has the digits that give the same number when it is read.

    Parameters
    ----------
    table
        The table.
    index_label
        Heading of the index, which becomes the first column; None for no such column.

    Examples
    --------
    >>> tsv_bytes(pd.DataFrame({"V1": [0.1, None]}, index=["a", "b"]), index_label="Node")
    b'Node\tV1\na\t0.1\nb\tn/a\n'
    """
    text = table.to_csv(
        sep="\t",
        na_rep="n/a",
        lineterminator="\n",
        index=index_label is not None,
        index_label=index_label,
    )
    return text.encode()


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """Return JSON values in the order given, as text with line breaks."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()
