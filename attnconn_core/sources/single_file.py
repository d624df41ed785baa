"""Read one series from one file, for interactive use."""

import os
from pathlib import Path

from attnconn_core.errors import ScanError, SeriesError
from attnconn_core.parcellation import load_atlas, parcellate
from attnconn_core.records import TimeSeries, numbered_regions
from attnconn_core.sources.array_files import read_array
from attnconn_core.timeseries.orientation import orientation

__all__ = ["read_file"]

_DENSE = ".dtseries.nii"
_CLOSE = 1e-3  # seconds by which a given repetition time may differ from the file's


def read_file(
    path: str | os.PathLike[str],
    repetition_time: float | None = None,
    atlas: str | os.PathLike[str] | None = None,
) -> TimeSeries:
    """Read a series; see `TimeSeries.from_file`.

    Raises
    ------
    ScanError
        If the file can't be read as a series, or its values show that it is (region, time).
    AtlasError
        If the atlas can't be read, or doesn't fit the scan.
    SeriesError
        If neither the file nor the caller gives a repetition time, they differ, an atlas
        is missing, or an atlas is given but not needed.
    """
    path = Path(path)
    if path.name.endswith(_DENSE):
        if atlas is None:
            raise SeriesError(f"{path}: a dtseries needs an atlas to parcellate it; got none")
        series = parcellate(path, load_atlas(Path(atlas)))
        _require_agreement(path, repetition_time, series.repetition_time)
        return series
    if atlas is not None:
        raise SeriesError(f"{path}: only a {_DENSE[1:]} is parcellated by an atlas; leave it out")
    file = read_array(path)
    if file.repetition_time is not None:
        _require_agreement(path, repetition_time, file.repetition_time)
        repetition_time = file.repetition_time
    if repetition_time is None:
        raise SeriesError(
            f"{path}: the file has no repetition time; pass repetition_time in seconds"
        )
    if not file.regions and (axes := orientation(file.values)).surely_turned:
        raise ScanError(
            f"{path}: a file must be (time, region), and this looks like (region, time). "
            f"Transpose it; its shape is {file.values.shape}. The evidence: {axes.in_words}"
        )
    regions = file.regions or numbered_regions(file.values.shape[1])
    return TimeSeries((file.values,), repetition_time, regions)


def _require_agreement(path: Path, given: float | None, stored: float) -> None:
    if given is not None and abs(given - stored) > _CLOSE:
        raise SeriesError(
            f"{path}: the repetition time must be the file's, {stored:g} s; got {given:g} s"
        )
