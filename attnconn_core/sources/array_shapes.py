"""The shape of a file that holds a series, from its header and first frames."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from jaxtyping import Shaped
from pyarrow import ArrowException

from attnconn_core.errors import ScanError
from attnconn_core.parcellation.cifti import open_cifti
from attnconn_core.sources.array_files import map_npy, read_array
from attnconn_core.sources.columns import require_regions
from attnconn_core.sources.headers import check_names, read_header
from attnconn_core.sources.parquet import columns_of
from attnconn_core.sources.shapes import SessionShape
from attnconn_core.sources.tables import check_first_row, delimiter_of

__all__ = ["shape_of_array"]

_FIRST = 64  # number of frames that suffice to recognise an index, see `require_regions`


def shape_of_array(path: Path) -> SessionShape:
    """Return the shape of a file that `read_array` reads, from its header or line by line.

    The first frames are read as well; if a column in them looks like an index, the complete file
    is read to decide.

    Raises
    ------
    ScanError
        If the header can't be read, its names aren't valid region names, or a column is an
        index, whatever its name.
    """
    shape = _from_header(path)
    if _may_hold_an_index(path):
        read_array(path)  # raises if there is one
    return shape


def _from_header(path: Path) -> SessionShape:
    try:
        if path.name.endswith(".npy"):
            return _of_npy(path)
        if path.name.endswith(".parquet"):
            return _of_parquet(path)
        if path.name.endswith(".ptseries.nii"):
            return _of_ptseries(path)
        return _of_table(path)
    except (OSError, ValueError, EOFError, csv.Error, ArrowException) as problem:
        if isinstance(problem, ScanError):
            raise
        raise ScanError(f"{path}: must be a whole file with a header; {problem}") from problem


def _may_hold_an_index(path: Path) -> bool:
    """Return whether the first frames can't be read or have a column that looks like an index."""
    try:
        require_regions(path, None, _first_frames(path).T)
    except (OSError, ValueError, ArrowException):  # a ScanError is a ValueError
        return True
    return False


def _first_frames(path: Path) -> Shaped[np.ndarray, "time region"]:
    """Return the first frames; those of a ptseries unscaled."""
    if path.name.endswith(".npy"):
        return np.asarray(map_npy(path)[:_FIRST])
    if path.name.endswith(".parquet"):
        with pq.ParquetFile(path) as file:
            first = next(file.iter_batches(batch_size=_FIRST), None)
        return np.empty((0, 0)) if first is None else first.to_pandas().to_numpy(np.float64)
    if path.name.endswith(".ptseries.nii"):
        matrix = open_cifti(path)
        first_of = [stored[:, :_FIRST].copy() for *_, stored in matrix.blocks(0, matrix.shape[1])]
        return np.concatenate(first_of).T
    table = pd.read_csv(
        path, sep=delimiter_of(path), header=None, skiprows=1, nrows=_FIRST, encoding="utf-8-sig"
    )
    return table.to_numpy(np.float64)


def _of_npy(path: Path) -> SessionShape:
    values = map_npy(path)
    if values.ndim != 2:
        raise ScanError(f"{path}: a series must have shape (time, region)")
    return SessionShape((values.shape[0],), values.shape[1])


def _of_parquet(path: Path) -> SessionShape:
    metadata = pq.read_metadata(path)
    # Whether an index stored by pandas is valid is checked when the file is read.
    names = columns_of(metadata.schema.to_arrow_schema())
    check_names(path, names)
    return SessionShape((metadata.num_rows,), len(names), names=tuple(names))


def _of_ptseries(path: Path) -> SessionShape:
    matrix = open_cifti(path)
    seconds = getattr(matrix.axes[0], "step", None)
    time = None if seconds is None else float(f"{seconds:.9g}")
    names = getattr(matrix.axes[1], "name", None)
    called = None if names is None else tuple(map(str, names))
    return SessionShape((matrix.shape[0],), matrix.shape[1], time, called)


def _of_table(path: Path) -> SessionShape:
    names = read_header(path)
    check_first_row(path, ScanError)
    with path.open(encoding="utf-8-sig", newline="") as file:
        next(csv.reader(file, delimiter=delimiter_of(path)))
        frames = sum(1 for line in file if line.strip())
    return SessionShape((frames,), len(names), names=tuple(names))
