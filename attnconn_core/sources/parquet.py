"""A Parquet table of one series, including columns that pandas would take out of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from attnconn_core.errors import ScanError

__all__ = ["columns_of", "read_parquet"]

# Noise hardly compresses; series of few whole numbers compress to a tenth.
_MOST_UNFOLDED = 50
_SMALL = 64 * 2**20


def read_parquet(path: Path, check_names: Callable[[Path, list[str]], None]) -> pd.DataFrame:
    """Read the columns of a table; its index, if any, must be row numbers or times.

    Parameters
    ----------
    path
        The file.
    check_names
        Raises if column names can't be those of regions.

    Raises
    ------
    ScanError
        If the file can't be read, unpacks to more than 50 times its size, or has an index
        that doesn't count its rows, since it may be a region.
    """
    try:
        _check_size(path, check_names)
        table = pd.read_parquet(path, engine="pyarrow")
    except ScanError:
        raise
    # A damaged file makes Arrow, Thrift and pandas' own metadata raise nearly any error.
    except Exception as problem:
        raise ScanError(f"{path}: must be a complete Parquet table; {problem}") from problem
    _check_index(path, table.index)
    check_names(path, [str(name) for name in table.columns])
    return table


def columns_of(schema: pa.Schema) -> list[str]:
    """Return the names of a table's columns, without those that pandas stores as its index."""
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    return [name for name in schema.names if name not in index]


def _check_size(path: Path, check_names: Callable[[Path, list[str]], None]) -> None:
    """Require that the table isn't much larger than the file, before it is unpacked."""
    with pq.ParquetFile(path) as file:
        metadata, names = file.metadata, columns_of(file.schema_arrow)
    if names:
        check_names(path, names)
    unfolded, size = 8 * metadata.num_rows * metadata.num_columns, path.stat().st_size
    if unfolded > max(_SMALL, _MOST_UNFOLDED * size):
        raise ScanError(
            f"{path}: a table may unpack to at most {_MOST_UNFOLDED} times its file's size; it "
            f"states {metadata.num_rows} rows of {metadata.num_columns} columns in {size} bytes"
        )


def _check_index(path: Path, index: pd.Index) -> None:
    """Require that an index stored by pandas isn't a region."""
    if isinstance(index, pd.RangeIndex) and index.step > 0:
        return
    numbers = not isinstance(index, pd.MultiIndex) and index.dtype.kind in "iufMm"
    if not (numbers and index.is_unique and index.is_monotonic_increasing):
        named = [name for name in index.names if name is not None]
        raise ScanError(
            f"{path}: a table's index must count its rows or times; the index "
            f"{', '.join(map(repr, named)) or 'without a name'} doesn't (it begins "
            f"{', '.join(map(str, np.asarray(index[:3]).tolist()))}). With pandas: "
            "reset_index(), and drop=True if it is no region"
        )
