"""File formats of the store: Parquet for series, matrices and tables.

Region names, units and the method of a matrix are in the file, as Parquet schema metadata under
the key ``attnconn`` (JSON).
"""

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from attnconn_core.errors import StoreError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.results.files import (
    FRAMES,
    KEY,
    RUN,
    TARGET,
    read_matrices,
    read_parquet,
    read_series,
)

__all__ = [
    "read_matrices",
    "read_regions",
    "read_series",
    "read_table",
    "replace_file",
    "schema_of",
    "write_bytes",
    "write_json",
    "write_matrices",
    "write_regions",
    "write_series",
    "write_table",
    "writer_of",
]


def write_series(path: Path, series: TimeSeries) -> None:
    """Write a series: one row per frame, one column per region, and one for the frame's run."""
    runs = np.concatenate([np.full(len(run), n, np.int32) for n, run in enumerate(series.runs, 1)])
    _refuse_clash(series.regions)
    columns: dict[str, np.ndarray] = {RUN: runs}
    columns |= {name: series.values[:, i] for i, name in enumerate(series.regions)}
    note = {"repetition_time": series.repetition_time, "repetition_time_unit": "s"}
    _write(path, pa.table(columns), note)


def write_matrices(path: Path, matrices: Mapping[int, Connectivity]) -> None:
    """Write one method's matrices of one session, by the number of frames used.

    Rows are targets, for each number of frames; columns are sources.
    """
    any_of_them = next(iter(matrices.values()))
    _refuse_clash(any_of_them.regions)
    columns: dict[str, Any] = {
        FRAMES: np.repeat(np.array(list(matrices), np.int32), len(any_of_them.regions)),
        TARGET: [name for matrix in matrices.values() for name in matrix.regions],
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


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table without its index."""
    _write(path, pa.Table.from_pandas(table, preserve_index=False), {})


def read_table(path: Path) -> pd.DataFrame:
    """Read a file of `write_table`."""
    return read_parquet(path)[0].to_pandas()


def write_regions(path: Path, regions: RegionTable) -> None:
    """Write a table of regions: one row per region, with its group and hemisphere if known."""
    columns = {"region": regions.regions}
    columns |= {} if regions.groups is None else {"group": regions.groups}
    columns |= {} if regions.hemispheres is None else {"hemisphere": regions.hemispheres}
    _write(path, pa.table(columns), {"grouping": regions.grouping})


def read_regions(path: Path) -> RegionTable:
    """Read a file of `write_regions`."""
    table, note = read_parquet(path, needs="grouping")
    columns = {name: tuple(table[name].to_pylist()) for name in table.column_names}
    return RegionTable(
        columns["region"], columns.get("group"), columns.get("hemisphere"), note["grouping"]
    )


def writer_of(content: Any) -> Callable[[Path], None]:
    """Return the function that writes a content, by its type; a function is returned as it is."""
    match content:
        case TimeSeries():
            return functools.partial(write_series, series=content)
        case RegionTable():
            return functools.partial(write_regions, regions=content)
        case pd.DataFrame():
            return functools.partial(write_table, table=content)
        case bytes():
            return functools.partial(write_bytes, content=content)
        case Mapping() if all(isinstance(value, Connectivity) for value in content.values()):
            return functools.partial(write_matrices, matrices=content)
        case Mapping():
            return functools.partial(write_json, content=content)
        case _ if callable(content):
            writer: Callable[[Path], None] = content
            return writer
    raise StoreError(
        f"the store has no format for a {type(content).__name__}: give a function that writes it"
    )


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a few named values."""
    path.write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a figure or a page."""
    path.write_bytes(content)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically: readers see the old or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.writing")
    written.write_bytes(content)
    written.replace(path)


def schema_of(content: Any) -> Iterator[tuple[str, str, str | None]]:
    """Yield the columns of a stored content: name, type, and meaning if it needs one."""
    match content:
        case TimeSeries():
            yield RUN, "int32", "which uninterrupted run a frame belongs to, from 1"
            yield from ((name, "float32", None) for name in content.regions)
        case pd.DataFrame():
            yield from ((str(name), str(kind), None) for name, kind in content.dtypes.items())
        case Mapping() if all(isinstance(value, Connectivity) for value in content.values()):
            yield (
                FRAMES,
                "int32",
                "number of the scan's first frames that the matrix was estimated from",
            )
            yield TARGET, "string", "the region predicted; the other columns are its sources"
            regions = next(iter(content.values())).regions
            yield from ((name, "float64", None) for name in regions)


def _refuse_clash(regions: Iterable[str]) -> None:
    clash = sorted({RUN, FRAMES, TARGET} & set(regions))
    if clash:
        raise StoreError(
            f"a region can't be called {', '.join(clash)}: the store's files use this name"
        )


def _write(path: Path, table: pa.Table, note: Mapping[str, Any]) -> None:
    metadata = {**(table.schema.metadata or {}), KEY: json.dumps(note).encode()}
    # Measured values hardly repeat: a dictionary of them would make files larger and writing
    # twice as slow.
    repeating = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    pq.write_table(
        table.replace_schema_metadata(metadata),
        path,
        compression="zstd",
        use_dictionary=repeating or False,
    )
