"""Readers of a parcellated series from one file: NumPy, CSV, TSV, Parquet or ptseries."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float32, Float64, Shaped

from attnconn_core.errors import ScanError
from attnconn_core.names import composed
from attnconn_core.parcellation import read_ptseries
from attnconn_core.sources.columns import require_regions
from attnconn_core.sources.headers import check_names, read_header
from attnconn_core.sources.npy import read_layout
from attnconn_core.sources.parquet import read_parquet
from attnconn_core.sources.summary_rows import require_frames
from attnconn_core.sources.tables import read_table

__all__ = ["READERS", "ArrayFile", "map_npy", "read_array"]


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """The content of one file.

    Attributes
    ----------
    path
        The file.
    values
        Signals, (time, region).
    regions
        Region names in the file; None if it has none.
    repetition_time
        Seconds; None if the file doesn't state it.
    """

    path: Path
    values: Float32[np.ndarray, "time region"]
    regions: tuple[str, ...] | None = None
    repetition_time: float | None = None

    def __post_init__(self) -> None:
        if self.regions is not None:
            object.__setattr__(self, "regions", tuple(map(composed, self.regions)))


def read_array(path: Path) -> ArrayFile:
    """Read a (time, region) series with the reader for the file's ending.

    Raises
    ------
    ScanError
        If the file can't be read, isn't two-dimensional, holds anything but
        real numbers, is empty, has invalid region names, has an index column or a
        summary row, or is a pointer to content that isn't there.
    """
    path = Path(path)
    for ending, reader in READERS.items():
        if path.name.endswith(ending):
            _require_content(path)
            return reader(path)
    raise ScanError(f"{path}: a series must end in {', '.join(READERS)}; got {path.name!r}")


def _read_npy(path: Path) -> ArrayFile:
    values = map_npy(path)
    checked = _checked(path, values)
    require_regions(path, None, values.T)
    return ArrayFile(path=path, values=checked)


def map_npy(path: Path) -> Shaped[np.ndarray, "..."]:
    """Memory-map the numbers of a NumPy file, so that they are checked before they are read.

    Raises
    ------
    ScanError
        If the file isn't one complete array of numbers.
    """
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                raise ScanError(f"{path}: must hold one array; it is an archive of several")
            file.seek(0)
            layout = read_layout(file, path.stat().st_size)
        if not math.prod(layout.shape) * layout.dtype.itemsize:
            return np.empty(layout.shape, layout.dtype)
        return np.memmap(
            path,
            mode="r",
            dtype=layout.dtype,
            shape=layout.shape,
            offset=layout.offset,
            order=layout.order,
        )
    except (OSError, ValueError) as problem:
        if isinstance(problem, ScanError):
            raise
        raise ScanError(
            f"{path}: must be a whole NumPy file of numbers, without objects; {problem}"
        ) from problem


def _require_content(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(48)
    except OSError:
        return  # the reader reports the error
    if b"/annex/objects/" in start or start.startswith(b"version https://git-lfs"):
        raise ScanError(
            f"{path}: must hold the series; it is a pointer to content that isn't here. "
            "`datalad get` (git-annex) or `git lfs pull` fetches it"
        )


def _read_csv(path: Path) -> ArrayFile:
    names = read_header(path)
    table = read_table(path, ScanError, header=None, skiprows=1, low_memory=False)
    return _from_table(path, table.set_axis(names, axis=1))


def _read_parquet(path: Path) -> ArrayFile:
    return _from_table(path, read_parquet(path, check_names))


def _read_ptseries(path: Path) -> ArrayFile:
    series = read_ptseries(path)
    require_regions(path, series.regions, series.values.T)
    return ArrayFile(
        path=path,
        values=_checked(path, series.values),
        regions=series.regions,
        repetition_time=series.repetition_time,
    )


READERS: dict[str, Callable[[Path], ArrayFile]] = {
    ".npy": _read_npy,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".parquet": _read_parquet,
    ".ptseries.nii": _read_ptseries,
}
"""Ending → reader."""


def _from_table(path: Path, table: pd.DataFrame) -> ArrayFile:
    for name, column in table.items():
        if column.dtype.kind not in "iuf":
            words = column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]
            content = (
                f"{words.iloc[0]!r} in row {words.index[0] + 1}" if len(words) else column.dtype
            )
            raise ScanError(f"{path}: every column must hold numbers; {name!r} holds {content}")
    regions = tuple(str(name) for name in table.columns)
    require_regions(path, regions, (_numbers(table[name]) for name in table))
    # One column at a time: a double-precision copy of the table would be larger than the file.
    values = np.empty(table.shape, dtype=np.float32)
    with np.errstate(over="ignore"):
        for number, name in enumerate(table.columns):
            values[:, number] = _numbers(table[name])
    return ArrayFile(path=path, values=_checked(path, values), regions=regions)


def _numbers(column: pd.Series) -> Float64[np.ndarray, " time"]:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _checked(path: Path, values: np.ndarray) -> Float32[np.ndarray, "time region"]:
    if values.dtype.kind not in "iuf":
        raise ScanError(f"{path}: a series must hold real numbers; got dtype {values.dtype}")
    if values.ndim != 2 or not values.size:
        raise ScanError(
            f"{path}: a series must have shape (time, region), neither of them 0; "
            f"got {values.shape}"
        )
    if values.dtype != np.float32 or not values.flags.owndata:
        # Values beyond float32's range become infinite, which is reported later.
        with np.errstate(over="ignore"):
            values = np.array(values, dtype=np.float32)
    require_frames(path, values)
    return values
