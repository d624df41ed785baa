"""One parcellated series from one file: NumPy, CSV, Parquet or ptseries."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float32

from attnconn_core.errors import ScanError
from attnconn_core.parcellation import read_ptseries

__all__ = ["READERS", "ArrayFile", "read_array"]


@dataclass(frozen=True, eq=False)
class ArrayFile:
    """What one file holds.

    Attributes
    ----------
    path
        The file.
    values
        (time, region).
    regions
        The names in the file; None if it has none.
    repetition_time
        Seconds, if the file says.
    """

    path: Path
    values: Float32[np.ndarray, "time region"]
    regions: tuple[str, ...] | None = None
    repetition_time: float | None = None


def read_array(path: Path) -> ArrayFile:
    """Read a (time, region) series by the ending of its file.

    Raises
    ------
    ScanError
        If the file can't be read, isn't two-dimensional, holds something else than
        real numbers, is empty, or names its regions badly.
    """
    path = Path(path)
    for ending, reader in READERS.items():
        if path.name.endswith(ending):
            return reader(path)
    raise ScanError(f"{path}: a series must end in {', '.join(READERS)}; got {path.name!r}")


def _read_npy(path: Path) -> ArrayFile:
    try:
        # Mapped, so that a header that promises too much fails instead of allocating it.
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    # Besides ValueError, a damaged header raises what Python's parser does.
    except (OSError, ValueError, EOFError, SyntaxError) as problem:
        # NumPy's own words would advise to trust the file and unpickle it.
        told = "it may hold Python objects" if "allow_pickle" in str(problem) else problem
        raise ScanError(
            f"{path}: must be a whole NumPy file of numbers, without objects; {told}"
        ) from problem
    if not isinstance(values, np.ndarray):
        raise ScanError(f"{path}: must hold one array; it is an archive of several")
    return ArrayFile(path=path, values=_checked(path, values))


def _read_csv(path: Path) -> ArrayFile:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = [name.strip() for name in next(csv.reader(file), [])]
        _check_names(path, names)
        table = pd.read_csv(path, encoding="utf-8-sig", header=None, skiprows=1, low_memory=False)
    except (OSError, ValueError, csv.Error) as problem:
        if isinstance(problem, ScanError):
            raise
        raise ScanError(f"{path}: must be a CSV table; {problem}") from problem
    if len(table.columns) != len(names):
        raise ScanError(
            f"{path}: must be a CSV table with a name for every column; "
            f"it has {len(names)} names and {len(table.columns)} columns"
        )
    return _from_table(path, table.set_axis(names, axis=1))


def _read_parquet(path: Path) -> ArrayFile:
    try:
        table = pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as problem:
        raise ScanError(f"{path}: must be a whole Parquet table; {problem}") from problem
    _check_names(path, [str(name) for name in table.columns])
    return _from_table(path, table)


def _read_ptseries(path: Path) -> ArrayFile:
    series = read_ptseries(path)
    return ArrayFile(
        path=path,
        values=_checked(path, series.values),
        regions=series.regions,
        repetition_time=series.repetition_time,
    )


READERS: dict[str, Callable[[Path], ArrayFile]] = {
    ".npy": _read_npy,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".ptseries.nii": _read_ptseries,
}
"""Ending → reader."""


def _from_table(path: Path, table: pd.DataFrame) -> ArrayFile:
    for name, column in table.items():
        if column.dtype.kind not in "iuf":
            raise ScanError(
                f"{path}: every column must hold numbers; {name!r} holds {column.dtype}"
            )
    return ArrayFile(
        path=path,
        values=_checked(path, table.to_numpy(dtype=np.float64, na_value=np.nan)),
        regions=tuple(str(name) for name in table.columns),
    )


def _checked(path: Path, values: np.ndarray) -> Float32[np.ndarray, "time region"]:
    if values.dtype.kind not in "iuf":
        raise ScanError(f"{path}: a series must hold real numbers; got dtype {values.dtype}")
    if values.ndim != 2 or not values.size:
        raise ScanError(
            f"{path}: a series must have shape (time, region), neither of them 0; "
            f"got {values.shape}"
        )
    # Beyond float32's range a value becomes infinite, which is reported as such later.
    with np.errstate(over="ignore"):
        return np.array(values, dtype=np.float32)


def _check_names(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names or not all(names):
        raise ScanError(
            f"{path}: every column must be named after its region; "
            + (f"more than once: {', '.join(twice[:5])}" if twice else "one has no name")
        )
    if all(_is_number(name) for name in names):
        raise ScanError(
            f"{path}: the first line must name the regions; it holds numbers: "
            f"{', '.join(names[:3])}"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
