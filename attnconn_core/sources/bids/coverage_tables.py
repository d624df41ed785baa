"""XCP-D's table of coverage: the share of every parcel that holds a signal."""

from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float

from attnconn_core.errors import ScanError
from attnconn_core.sources.tables import read_table
from attnconn_core.wording import first_few

__all__ = ["read_coverage"]

_COVERAGE = "coverage"
_SHOWN = 5


def read_coverage(path: Path, regions: tuple[str, ...]) -> Float[np.ndarray, " region"]:
    """Return the share of every region with a signal.

    Parameters
    ----------
    path
        A table with the names of regions in its first column, and the column ``coverage``.
    regions
        Names of the regions, in the order in which shares are returned.

    Raises
    ------
    ScanError
        If it can't be read, lacks the column or a region, names one twice, or holds a value that
        isn't a share from 0 to 1.
    """
    rows = read_table(path, ScanError)
    if len(rows.columns) < 2 or _COVERAGE not in rows.columns:
        raise ScanError(
            f"{path}: must have a column of names and the column {_COVERAGE!r}; it has "
            f"{', '.join(map(repr, rows.columns[:5]))}"
        )
    written = pd.Series(rows[_COVERAGE].to_numpy(), index=rows.iloc[:, 0].astype(str))
    lacking = [name for name in regions if name not in written.index]
    if lacking:
        raise ScanError(
            f"{path}: must have a row for every region; {len(lacking)} have none: "
            f"{first_few(lacking, _SHOWN)}"
        )
    twice = [name for name in regions if name in written.index[written.index.duplicated()]]
    if twice:
        raise ScanError(
            f"{path}: must have one row for every region; these have several: "
            f"{first_few(twice, _SHOWN)}"
        )
    shares = pd.to_numeric(written[list(regions)], errors="coerce")
    strange = written[list(regions)][~shares.between(0, 1)]
    if len(strange):
        raise ScanError(
            f"{path}: {_COVERAGE} must be a share from 0 to 1; "
            f"{strange.index[0]} has {strange.iloc[0]}"
        )
    return shares.to_numpy(np.float64)
