"""A Parquet table of one series: its columns, and nothing that pandas takes out of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from attnconn_core.errors import ScanError

__all__ = ["columns_of", "read_parquet"]

# A series of noise hardly shrinks, one of few whole numbers to a tenth.
_MOST_UNFOLDED = 50
_SMALL = 64 * 2**20


def read_parquet(path: Path, check_names: Callable[[Path, list[str]], None]) -> pd.DataFrame:
    """Read the columns of a table; an index must be one of rows or times.

    Parameters
    ----------
    path
        The file.
    check_names
        Raises if the names of the columns can't be those of regions.

    Raises
    ------
    ScanError
        If the file can't be read, unfolds to more than 50 times its size, or has an index
        that doesn't count its rows: it may be a region.
    """
    try:
        _check_size(path, check_names)
        table = pd.read_parquet(path, engine="pyarrow")
    except ScanError:
        raise
    # A damaged file makes Arrow, Thrift and pandas' own metadata raise nearly anything.
    except Exception as problem:
        raise ScanError(f"{path}: must be a whole Parquet table; {problem}") from problem
    _check_index(path, table.index)
    check_names(path, [str(name) for name in table.columns])
    return table


def columns_of(schema: pa.Schema) -> list[str]:
    """Return the names of a table's columns, without what pandas keeps as its index."""
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    return [name for name in schema.names if name not in index]


def _check_size(path: Path, check_names: Callable[[Path, list[str]], None]) -> None:
    """Hold what the file announces against its size before anything is unfolded."""
    with pq.ParquetFile(path) as file:
        metadata, names = file.metadata, columns_of(file.schema_arrow)
    if names:
        check_names(path, names)
    unfolded, size = 8 * metadata.num_rows * metadata.num_columns, path.stat().st_size
    if unfolded > max(_SMALL, _MOST_UNFOLDED * size):
        raise ScanError(
            f"{path}: a table may unfold to {_MOST_UNFOLDED} times its file; it announces "
            f"{metadata.num_rows} rows of {metadata.num_columns} columns in {size} bytes"
        )


def _check_index(path: Path, index: pd.Index) -> None:
    """See that what pandas keeps as an index, and not as a column, isn't a region."""
    if isinstance(index, pd.RangeIndex) and index.step > 0:
        return
    numbers = not isinstance(index, pd.MultiIndex) and index.dtype.kind in "iufMm"
    if not (numbers and index.is_unique and index.is_monotonic_increasing):
        named = [name for name in index.names if name is not None]
        raise ScanError(
            f"{path}: a table's index must count its rows or times; the index "
            f"{', '.join(map(repr, named)) or 'without a name'} doesn't (it begins "
            f"{', '.join(map(str, np.asarray(index[:3]).tolist()))}). With pandas: "
            "reset_index(), and drop=True where it is no region"
        )
