"""Splits by time: the first frames for training, the last ones for testing."""

from dataclasses import replace

from attnconn_core.checks import require_share
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["head", "split"]


def head(series: TimeSeries, n_frames: int) -> TimeSeries:
    """Return the first `n_frames` frames, with runs kept apart.

    Raises
    ------
    SeriesError
        If the series is shorter.
    """
    if not 1 <= n_frames <= series.n_frames:
        raise SeriesError(
            f"a shortened series must keep 1 to {series.n_frames} frames; got {n_frames}"
        )
    return _cut(series, n_frames)[0]


def split(series: TimeSeries, test_fraction: float) -> tuple[TimeSeries, TimeSeries]:
    """Return the parts before and after frame ``int(T * (1 - test_fraction))`` of all runs.

    The run at the border is cut into two runs, so no window crosses the border.

    Raises
    ------
    ParameterError
        Unless ``0 < test_fraction < 1``.
    SeriesError
        If one part would be empty.
    """
    require_share("test_fraction", test_fraction)
    border = int(series.n_frames * (1 - test_fraction))
    if not 0 < border < series.n_frames:
        raise SeriesError(
            f"both parts of a split need frames, but a test fraction of {test_fraction} divides "
            f"{series.n_frames} frames into {border} and {series.n_frames - border}"
        )
    return _cut(series, border)


def _cut(series: TimeSeries, border: int) -> tuple[TimeSeries, TimeSeries]:
    before, after, start = [], [], 0
    for run in series.runs:
        at = min(max(border - start, 0), len(run))
        if at:
            before.append(run[:at])
        if at < len(run):
            after.append(run[at:])
        start += len(run)
    return replace(series, runs=tuple(before)), replace(series, runs=tuple(after) or (run[:0],))
