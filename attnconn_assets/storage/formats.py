"""The files of the store: Parquet for series, matrices and tables, readable from anywhere.

Region names, units and what made a matrix travel inside the file, as Parquet schema
metadata under the key ``attnconn`` (JSON).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from attnconn_core.errors import StoreError
from attnconn_core.records import Connectivity, TimeSeries

__all__ = [
    "read_matrices",
    "read_series",
    "read_table",
    "replace_file",
    "schema_of",
    "write_bytes",
    "write_json",
    "write_matrices",
    "write_series",
    "write_table",
]

_KEY = b"attnconn"
# Columns that aren't regions; no atlas calls a region so.
_RUN, _FRAMES, _TARGET = "(run)", "(frames)", "(target)"


def write_series(path: Path, series: TimeSeries) -> None:
    """Write a series: a row a frame, a column a region, and the run each frame is of."""
    runs = np.concatenate([np.full(len(run), n, np.int32) for n, run in enumerate(series.runs, 1)])
    _refuse_clash(series.regions)
    columns: dict[str, np.ndarray] = {_RUN: runs}
    columns |= {name: series.values[:, i] for i, name in enumerate(series.regions)}
    note = {"repetition_time": series.repetition_time, "repetition_time_unit": "s"}
    _write(path, pa.table(columns), note)


def read_series(path: Path) -> TimeSeries:
    """Read what `write_series` wrote.

    Raises
    ------
    StoreError
        If the file isn't a stored series.
    """
    table, note = _read(path, needs="repetition_time")
    regions = [name for name in table.column_names if name != _RUN]
    values = np.stack([table[name].to_numpy() for name in regions], axis=1)
    borders = np.flatnonzero(np.diff(table[_RUN].to_numpy())) + 1
    return TimeSeries(tuple(np.split(values, borders)), note["repetition_time"], tuple(regions))


def write_matrices(path: Path, matrices: Mapping[int, Connectivity]) -> None:
    """Write one method's matrices of one session, by the number of frames they rest on.

    A row is a target and a number of frames, a column a source.
    """
    any_of_them = next(iter(matrices.values()))
    _refuse_clash(any_of_them.regions)
    columns: dict[str, Any] = {
        _FRAMES: np.repeat(np.array(list(matrices), np.int32), len(any_of_them.regions)),
        _TARGET: [name for matrix in matrices.values() for name in matrix.regions],
    }
    stacked = np.concatenate([matrix.values for matrix in matrices.values()])
    columns |= {name: stacked[:, i] for i, name in enumerate(any_of_them.regions)}
    note = {
        "method": any_of_them.method,
        "directed": any_of_them.directed,
        "rows": "target: the region predicted",
        "columns": "source: the region that informs it",
        "metrics": {frames: dict(matrix.metrics) for frames, matrix in matrices.items()},
    }
    _write(path, pa.table(columns), note)


def read_matrices(path: Path) -> dict[int, Connectivity]:
    """Read what `write_matrices` wrote: the number of frames → the matrix.

    Raises
    ------
    StoreError
        If the file doesn't hold stored matrices.
    """
    table, note = _read(path, needs="method")
    frames = table[_FRAMES].to_numpy()
    regions = tuple(name for name in table.column_names if name not in (_FRAMES, _TARGET))
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


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its index."""
    _write(path, pa.Table.from_pandas(table, preserve_index=False), {})


def read_table(path: Path) -> pd.DataFrame:
    """Read what `write_table` wrote."""
    return _read(path)[0].to_pandas()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a few named values."""
    path.write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a figure or a page."""
    path.write_bytes(content)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that others may be reading: they see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.writing")
    written.write_bytes(content)
    written.replace(path)


def schema_of(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """List the columns of a table with the types a reader sees."""
    for name, kind in table.dtypes.items():
        yield str(name), str(kind)


def _refuse_clash(regions: Iterable[str]) -> None:
    clash = sorted({_RUN, _FRAMES, _TARGET} & set(regions))
    if clash:
        raise StoreError(f"a region can't be called {', '.join(clash)}: the store's files use that")


def _write(path: Path, table: pa.Table, note: Mapping[str, Any]) -> None:
    metadata = {**(table.schema.metadata or {}), _KEY: json.dumps(note).encode()}
    # Measurements hardly repeat: a dictionary of them makes a file larger, and takes as long
    # to write as all the rest.
    repeating = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    pq.write_table(
        table.replace_schema_metadata(metadata),
        path,
        compression="zstd",
        use_dictionary=repeating or False,
    )


def _read(path: Path, needs: str | None = None) -> tuple[pa.Table, dict[str, Any]]:
    try:
        table = pq.read_table(path)
        note = json.loads((table.schema.metadata or {})[_KEY])
    except (OSError, pa.ArrowException, KeyError, json.JSONDecodeError) as error:
        raise StoreError(f"{path}: isn't a file that attnconn stored: {error}") from error
    if needs is not None and needs not in note:
        raise StoreError(f"{path}: must say its {needs}; it says {', '.join(note) or 'nothing'}")
    return table, note
