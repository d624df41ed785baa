"""Tables of confounds and motion, frame by frame."""

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float64

from attnconn_core.errors import ScanError
from attnconn_core.sources.tables import read_table
from attnconn_core.wording import first_few

__all__ = ["DISPLACEMENT", "frame_displacement", "read_frames"]

DISPLACEMENT = "framewise_displacement"
"""Name of the column of framewise displacement, in fMRIPrep's and XCP-D's tables."""

_SHOWN = 6


def read_frames(path: Path, n_frames: int | None = None) -> pd.DataFrame:
    """Return a table of numbers with one row per frame.

    Parameters
    ----------
    path
        The table; tab-separated, ``n/a`` where there is no number.
    n_frames
        Number of frames of the scan beside it; None if it may differ.

    Raises
    ------
    ScanError
        If it can't be read, holds words, or has another number of rows.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as problem:
        raise ScanError(f"{path}: can't be read: {problem.strerror}") from problem
    table = _read(path, changed)
    if n_frames is not None and len(table) != n_frames:
        raise ScanError(
            f"{path}: must have a row for each of the {n_frames} frames of the scan beside it; it "
            f"has {len(table)}. Check whether it belongs to another scan"
        )
    return table


def frame_displacement(path: Path, n_frames: int | None = None) -> Float64[np.ndarray, " frame"]:
    """Return the framewise displacement of every frame of a run, in millimetres.

    Parameters
    ----------
    path
        fMRIPrep's table of confounds, or XCP-D's of motion.
    n_frames
        Number of frames of the scan; None if it may differ.

    Returns
    -------
    The first frame, which follows none, has 0.

    Raises
    ------
    ScanError
        If the table can't be read, has no such column, another number of rows, or a value that
        isn't 0 mm or more.
    """
    table = read_frames(path, n_frames)
    if DISPLACEMENT not in table.columns:
        raise ScanError(
            f"{path}: a table of motion must have the column {DISPLACEMENT!r}; it has "
            f"{first_few([*map(repr, table.columns)], _SHOWN)}"
        )
    values: Float64[np.ndarray, " frame"] = table[DISPLACEMENT].to_numpy(np.float64).copy()
    if len(values) and math.isnan(values[0]):
        values[0] = 0.0
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if wrong.size:
        raise ScanError(
            f"{path}: {DISPLACEMENT} must be 0 mm or more in every frame but the first; row "
            f"{wrong[0] + 1} has {values[wrong[0]]:g}"
        )
    return values


# Cached for one session at a time, whose shape, series and quality are read together.
@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> pd.DataFrame:  # noqa: ARG001  (a key)
    table = read_table(path, ScanError)
    words = [str(name) for name, kind in table.dtypes.items() if kind.kind not in "iufb"]
    if words:
        raise ScanError(
            f"{path}: every column must hold numbers, or n/a; these don't: "
            f"{first_few(words, _SHOWN)}"
        )
    return table
