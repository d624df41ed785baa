"""The store's Parquet files, read into records.

Region names, units and the origin of a matrix are in the file's schema metadata, under the key
``attnconn`` (JSON).
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from attnconn_core.errors import StoreError
from attnconn_core.records import Connectivity, TimeSeries

__all__ = ["FRAMES", "KEY", "RUN", "TARGET", "read_matrices", "read_parquet", "read_series"]

KEY = b"attnconn"
# Columns that aren't regions; no atlas has a region of these names.
RUN, FRAMES, TARGET = "(run)", "(frames)", "(target)"


def read_series(path: Path) -> TimeSeries:
    """Read a stored time series.

    Raises
    ------
    StoreError
        If the file isn't a stored series.
    """
    table, note = read_parquet(path, needs="repetition_time")
    regions = [name for name in table.column_names if name != RUN]
    values = np.stack([table[name].to_numpy() for name in regions], axis=1)
    borders = np.flatnonzero(np.diff(table[RUN].to_numpy())) + 1
    return TimeSeries(tuple(np.split(values, borders)), note["repetition_time"], tuple(regions))


def read_matrices(path: Path) -> dict[int, Connectivity]:
    """Return one method's stored matrices of one session: number of frames → matrix.

    Raises
    ------
    StoreError
        If the file doesn't hold stored matrices.
    """
    table, note = read_parquet(path, needs="method")
    frames = table[FRAMES].to_numpy()
    regions = tuple(name for name in table.column_names if name not in (FRAMES, TARGET))
    values = np.stack([table[name].to_numpy() for name in regions], axis=1)
    return {
        length: Connectivity(
            values[frames == length],
            regions,
            note["method"],
            note["directed"],
            note["metrics"][str(length)],
        )
        for length in dict.fromkeys(frames.tolist())
    }


def read_parquet(path: Path, needs: str | None = None) -> tuple[pa.Table, dict[str, Any]]:
    """Return a stored table and its metadata, which must have the key `needs`.

    Raises
    ------
    StoreError
        If the file isn't one of the store, or its metadata have no such key.
    """
    try:
        table = pq.read_table(path)
        note = json.loads((table.schema.metadata or {})[KEY])
    except (OSError, pa.ArrowException, KeyError, json.JSONDecodeError) as error:
        raise StoreError(f"{path}: isn't a file that attnconn stored: {error}") from error
    if needs is not None and needs not in note:
        raise StoreError(f"{path}: must state its {needs}; it has {', '.join(note) or 'nothing'}")
    return table, note
