"""Time series of all regions of a session."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

import numpy as np
from jaxtyping import Float32, Shaped

from attnconn_core.errors import ScanError, SeriesError
from attnconn_core.names import composed
from attnconn_core.repetition_time import repetition_time_problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TimeSeries", "numbered_regions"]


def numbered_regions(n_regions: int) -> tuple[str, ...]:
    """Return names for regions without names: ``region-001`` and so on.

    Examples
    --------
    >>> numbered_regions(2)
    ('region-001', 'region-002')
    """
    return tuple(f"region-{number:03}" for number in range(1, n_regions + 1))


@dataclass(frozen=True, eq=False, repr=False)
class TimeSeries:
    """Time series of all regions of a session, one array per uninterrupted run.

    Attributes
    ----------
    runs
        Arrays of (time, region), converted to float32.
    repetition_time
        Seconds from one frame to the next.
    regions
        Region names, one per column, all different.

    Raises
    ------
    SeriesError
        If there is no run, a run isn't (time, region), the regions aren't one different name
        per column, or the repetition time isn't a number of seconds from 0.05 to 30. Values
        aren't checked here; see `attnconn_core.timeseries.require_sound`.

    Examples
    --------
    >>> import numpy as np
    >>> frames = np.random.default_rng(0).normal(size=(200, 3))
    >>> series = TimeSeries.from_array(frames, repetition_time=0.72)
    >>> series.n_frames, series.regions
    (200, ('region-001', 'region-002', 'region-003'))
    >>> series
    TimeSeries(1 run, 200 frames, 3 regions, repetition time 0.72 s)
    """

    runs: tuple[Shaped[np.ndarray, "..."], ...]
    repetition_time: float
    regions: tuple[str, ...]

    def __post_init__(self) -> None:
        runs = tuple(np.asarray(run, dtype=np.float32) for run in self.runs)
        regions = tuple(composed(str(name)) for name in self.regions)
        if not runs:
            raise SeriesError("a time series needs at least one run; got none")
        _require_as_many_names(runs, regions)
        for number, run in enumerate(runs, start=1):
            if run.ndim != 2 or run.shape[1] != len(regions):
                raise SeriesError(
                    f"run {number} must have shape (time, {len(regions)}), one column per region; "
                    f"got {run.shape}"
                )
        _check_regions(regions)
        try:
            repetition_time = float(self.repetition_time)
        except (TypeError, ValueError):
            raise SeriesError(
                f"a repetition time must be a number of seconds; got {self.repetition_time!r}"
            ) from None
        if problem := repetition_time_problem(repetition_time):
            raise SeriesError(problem)
        object.__setattr__(self, "runs", runs)
        object.__setattr__(self, "regions", regions)
        object.__setattr__(self, "repetition_time", repetition_time)

    def __repr__(self) -> str:
        n_runs = len(self.runs)
        return (
            f"{type(self).__name__}({n_runs} run{'s' * (n_runs > 1)}, {self.n_frames} frames, "
            f"{self.n_regions} regions, repetition time {self.repetition_time:g} s)"
        )

    @classmethod
    def from_array(
        cls,
        frames: "Shaped[np.ndarray, '...'] | Sequence[Shaped[np.ndarray, '...']]",
        repetition_time: float,
        regions: Sequence[str] | None = None,
    ) -> "TimeSeries":
        """Return a series made from an array, or from one array per run.

        Parameters
        ----------
        frames
            (time, region), or a sequence of such arrays, one per uninterrupted run.
        repetition_time
            Seconds per frame.
        regions
            One name per column; by default ``region-001`` and so on.

        Raises
        ------
        SeriesError
            As for the class; also if the regions aren't named and the values show that the array
            is (region, time), or if `frames` is a table, a mapping or an array without two axes.

        Examples
        --------
        >>> import numpy as np
        >>> two_runs = [np.zeros((100, 2)), np.zeros((80, 2))]
        >>> series = TimeSeries.from_array(two_runs, repetition_time=2.0, regions=["V1", "V2"])
        >>> len(series.runs), series.n_frames
        (2, 180)
        """
        if hasattr(frames, "columns"):
            raise SeriesError("from_array takes arrays; TimeSeries.from_frame takes tables")
        runs = _runs_of(frames)
        for number, run in enumerate(runs, start=1):
            if run.dtype.kind not in "biuf":
                raise SeriesError(f"run {number} must hold real numbers; got {run.dtype}")
            if regions is None:
                _require_time_first(number, run)
        if regions is None:
            regions = numbered_regions(runs[0].shape[1] if runs else 0)
        return cls(runs, repetition_time, tuple(regions))

    @classmethod
    def from_frame(
        cls, frame: "pd.DataFrame | Sequence[pd.DataFrame]", repetition_time: float
    ) -> "TimeSeries":
        """Return a series made from a table with one row per frame and one column per region.

        Parameters
        ----------
        frame
            A table, or one per run, all with the same columns; the index is ignored.
        repetition_time
            Seconds per frame.

        Raises
        ------
        SeriesError
            If a column doesn't hold real numbers, or has the name or the values of an index, of
            times or of a confound; or runs differ in their columns; also as for the class.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"V1": [0.1, 0.4, 0.2], "V2": [0.3, 0.0, 0.5]})
        >>> TimeSeries.from_frame(frame, repetition_time=0.72).regions
        ('V1', 'V2')
        """
        import pandas as pd  # imported here because it takes a second

        frames = [frame] if isinstance(frame, pd.DataFrame) else list(frame)
        if any(not isinstance(table, pd.DataFrame) for table in frames):
            raise SeriesError("from_frame takes tables; TimeSeries.from_array takes arrays")
        if not frames:
            raise SeriesError("a time series needs at least one run; got none")
        for number, table in enumerate(frames, start=1):
            if list(table.columns) != list(frames[0].columns):
                raise SeriesError(
                    f"runs must have the same columns in the same order; run {number} differs "
                    "from run 1"
                )
            wrong = [str(name) for name, kind in table.dtypes.items() if kind.kind not in "iuf"]
            if wrong:
                raise SeriesError(
                    f"every column must hold the real numbers of one region; in run {number} "
                    f"these don't: {', '.join(wrong[:5])}"
                )
            _require_regions(number, table)
        names = tuple(map(str, frames[0].columns))
        return cls(tuple(table.to_numpy(np.float32) for table in frames), repetition_time, names)

    @classmethod
    def from_file(
        cls,
        path: "str | os.PathLike[str]",
        repetition_time: float | None = None,
        *,
        atlas: "str | os.PathLike[str] | None" = None,
    ) -> "TimeSeries":
        r"""Return a series read from one file.

        Parameters
        ----------
        path
            A (time, region) file: ``.npy``, ``.csv``, ``.tsv``, ``.parquet`` or
            ``.ptseries.nii``; or a ``.dtseries.nii``, which is parcellated with the atlas.
        repetition_time
            Seconds per frame; not needed for CIFTI files, which contain it.
        atlas
            A ``dlabel.nii`` file, only for a ``.dtseries.nii``.

        Raises
        ------
        ScanError
            If the file can't be read as such a series.
        AtlasError
            If the atlas can't be read, or doesn't fit the scan.
        SeriesError
            If neither the file nor the caller gives a repetition time, they differ, or the
            atlas is missing or not needed.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "scan.csv"
        >>> _ = file.write_text("V1,V2\n" + "0.1,0.3\n0.4,0.0\n" * 20)
        >>> TimeSeries.from_file(file, repetition_time=0.72).n_frames
        40
        """
        # Readers are above records in the import order, so they are imported here.
        reading = import_module("attnconn_core.sources.single_file")
        return cast("TimeSeries", reading.read_file(path, repetition_time, atlas))

    @property
    def values(self) -> Float32[np.ndarray, "time region"]:
        """All runs stacked in time; not for methods with lags, which must not cross runs."""
        return self.runs[0] if len(self.runs) == 1 else np.concatenate(self.runs)

    @property
    def n_frames(self) -> int:
        """Number of frames over all runs."""
        return sum(len(run) for run in self.runs)

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return len(self.regions)


# object: users pass anything.
def _runs_of(frames: object) -> tuple[Shaped[np.ndarray, "time region"], ...]:
    """Return the runs of an array or of a sequence of arrays; each error names its remedy."""
    rule = "from_array takes an array (time, region), or a list of such arrays, one per run"
    if isinstance(frames, Mapping):
        raise SeriesError(f"{rule}; got a mapping: pass list(frames.values())")
    if isinstance(frames, np.ndarray) and frames.ndim == 3:
        raise SeriesError(
            f"{rule}; got one array of shape {frames.shape}: pass list(frames) if its first axis "
            "is that of the runs"
        )
    if isinstance(frames, np.ndarray):
        runs: tuple[np.ndarray, ...] = (frames,)
    elif isinstance(frames, Iterable) and not isinstance(frames, str):
        runs = tuple(map(np.asarray, frames))
    else:
        raise SeriesError(f"{rule}; got {type(frames).__name__}")
    if runs and not isinstance(frames, np.ndarray) and all(run.ndim == 1 for run in runs):
        raise SeriesError(
            f"{rule}; got a list of {len(runs)} rows: make it an array first, np.asarray(frames)"
        )
    for number, run in enumerate(runs, start=1):
        if run.ndim != 2:
            remedy = ". Frames of a single region are frames[:, None]" if run.ndim == 1 else ""
            raise SeriesError(
                f"run {number} must have shape (time, region); got {run.shape}{remedy}"
            )
    return runs


def _require_as_many_names(
    runs: Sequence[Shaped[np.ndarray, "..."]], regions: Sequence[str]
) -> None:
    """Require one name per column, if all runs have as many columns; otherwise a run is wrong."""
    columns = {run.shape[1] if run.ndim == 2 else None for run in runs}
    if len(columns) == 1 and None not in columns and len(regions) not in columns:
        (n_columns,) = columns
        raise SeriesError(
            f"there must be one name of a region per column; got {len(regions)} names of regions "
            f"for {n_columns} columns"
        )


def _require_regions(number: int, frame: "pd.DataFrame") -> None:
    # Readers are above records in the import order, so they are imported here.
    columns = import_module("attnconn_core.sources.columns")
    names = [str(name) for name in frame.columns]
    try:
        columns.require_regions(
            f"run {number}", names, (frame[column].to_numpy() for column in frame.columns)
        )
    except ScanError as problem:
        raise SeriesError(str(problem)) from None


def _require_time_first(number: int, run: Shaped[np.ndarray, "time region"]) -> None:
    # This is above records in the import order, so it is imported here.
    axes = import_module("attnconn_core.timeseries.orientation").orientation(run)
    if axes.surely_turned:
        raise SeriesError(
            f"run {number} must be (time, region), and this looks like (region, time). "
            f"Transpose it; its shape is {run.shape}. If the axes are right, name the regions. "
            f"The evidence: {axes.in_words}"
        )


def _check_regions(regions: Sequence[str]) -> None:
    if len(set(regions)) != len(regions):
        twice = sorted({name for name in regions if list(regions).count(name) > 1})
        raise SeriesError(
            f"every region needs a different name; more than once: {', '.join(twice[:5])}"
        )
    if any(not name for name in regions):
        raise SeriesError(
            f"every region needs a name; number {list(regions).index('') + 1} has none"
        )
