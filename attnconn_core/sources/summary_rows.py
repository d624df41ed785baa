"""Rows of a series that are summaries, not frames: means, deviations or quartiles."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Float64

from attnconn_core.errors import ScanError
from attnconn_core.timeseries import frames_in_words

__all__ = ["require_frames"]

# Number of rows that pandas' describe writes.
_MOST_ROWS = 8
# Least numbers of frames and of regions; with fewer, rows agree with a statistic by chance.
_FEWEST_FRAMES, _FEWEST_REGIONS = 10, 3
_LOOKED_AT = 5
# Probability of a chance agreement so small that none occurs in all rows of a thousand scans.
_CHANCE = 1e-9
# Tolerance as a share of the largest value: float32, and sums computed in it.
_PRECISION = 1e-6
_DECIMALS = 7
# Share of the usual spread over time: rows with one value in all regions are empty or counts.
_FLAT = 1e-4

# A summary occurs once; one that is both mean and median, maybe twice.
_FILLED = 3

_COUNTS = "numbers"

_Columns = Float64[np.ndarray, "time region"]
_Row = Float64[np.ndarray, " region"]
_STATISTICS: Mapping[str, Callable[[_Columns], _Row]] = {
    "means": lambda frames: np.nanmean(frames, axis=0),
    "standard deviations": lambda frames: np.nanstd(frames, axis=0, ddof=1),
    "standard deviations (divided by n)": lambda frames: np.nanstd(frames, axis=0),
    "minima": lambda frames: np.nanmin(frames, axis=0),
    "maxima": lambda frames: np.nanmax(frames, axis=0),
    "medians": lambda frames: np.nanmedian(frames, axis=0),
    "first quartiles": lambda frames: np.nanpercentile(frames, 25, axis=0),
    "third quartiles": lambda frames: np.nanpercentile(frames, 75, axis=0),
    "sums": lambda frames: np.nansum(frames, axis=0),
    "variances": lambda frames: np.nanvar(frames, axis=0, ddof=1),
    _COUNTS: lambda frames: np.isfinite(frames).sum(axis=0).astype(np.float64),
}


def require_frames(path: Path, values: Float32[np.ndarray, "time region"]) -> None:
    """Require that no row at the end or the beginning summarises the others.

    A row is a summary if it agrees with a statistic of the rows before (or
    after) it in every region, up to rounding, and can't do so by chance. Series
    of fewer than 10 frames or 3 regions are not checked.

    Parameters
    ----------
    path
        The file, for errors.
    values
        Values of the series.

    Raises
    ------
    ScanError
        If a row does; the message names the row and the statistic.
    """
    for order, where in ((1, "above"), (-1, "below")):
        summary = _summary(values[::order])
        if summary is None:
            continue
        row, statistic, length = summary
        number = row + 1 if order == 1 else len(values) - row
        alike = np.flatnonzero((values == values[number - 1]).all(axis=1))
        if len(alike) >= _FILLED:
            raise ScanError(
                f"{path}: every frame must differ from the others; {len(alike)} of {len(values)} "
                f"frames hold the same values, the {statistic} of each region: "
                f"{frames_in_words(alike.tolist())}. They look like censored frames that were "
                "filled: remove them, and store the frames between them as separate runs"
            )
        raise ScanError(
            f"{path}: every row must be a frame; row {number} holds the {statistic} of the "
            f"{length} {where}. Remove summary rows"
        )


def _summary(values: Float32[np.ndarray, "time region"]) -> tuple[int, str, int] | None:
    """Return a last row that is a statistic of the first: row, statistic, number of rows."""
    if values.shape[1] < _FEWEST_REGIONS:
        return None
    few = np.unique(np.linspace(0, values.shape[1] - 1, _LOOKED_AT).astype(int))
    candidates = []
    for length in range(max(_FEWEST_FRAMES, len(values) - _MOST_ROWS), len(values)):
        frames, rows = values[:length], values[length:]
        # Most rows differ from most statistics in the first regions already.
        for row, name in _agreeing(frames[:, few], rows[:, few], _STATISTICS):
            one = {name: _STATISTICS[name]}
            if _agreeing(frames, rows[row : row + 1], one, surely=True):
                candidates.append((length + row, name, length))
    # The minimum of all rows is also that of nearly all.
    return min(candidates, key=lambda candidate: (candidate[0], -candidate[2]), default=None)


def _agreeing(
    frames: Float32[np.ndarray, "time region"],
    rows: Float32[np.ndarray, "row region"],
    statistics: Mapping[str, Callable[[_Columns], _Row]],
    *,
    surely: bool = False,
) -> list[tuple[int, str]]:
    """Return the rows that agree with a statistic of the frames; if `surely`, not by chance."""
    body = frames.astype(np.float64)
    held = np.isfinite(body).sum(axis=0) >= _FEWEST_FRAMES
    if np.isinf(body).any() or held.sum() < _FEWEST_REGIONS:
        return []
    body = body[:, held]
    spread, largest = np.nanstd(body, axis=0), np.nanmax(np.abs(body), axis=0)
    digit = _resolution(body)
    agreeing = []
    for name, statistic in statistics.items():
        expected = statistic(body)
        for number, row in enumerate(rows[:, held].astype(np.float64)):
            off = _PRECISION * (largest + np.abs(expected))
            if name != _COUNTS:
                off = np.maximum(0.51 * (digit + _resolution(row)), off)
            flat = np.ptp(row) <= _FLAT * np.median(spread) and name != _COUNTS
            if flat or not (np.abs(row - expected) <= off).all():
                continue
            if not surely or _chance(body, expected, off, spread) < _CHANCE:
                agreeing.append((number, name))
    return agreeing


def _chance(body: _Columns, expected: _Row, off: _Row, spread: _Row) -> float:
    """Return the probability that a frame agrees in all regions if regions are independent."""
    near: Bool[np.ndarray, "time region"] = np.abs(body - expected) <= off
    # A minimum is one of the values.
    share = np.maximum(near.sum(axis=0) - 1, 0) / len(body)
    width = np.divide(off, spread, out=np.ones_like(off), where=spread > 0)
    equal = np.array([_equal(column) for column in body.T])
    return float(np.exp(np.log(np.clip(np.max([share, width, equal], axis=0), 1e-12, 1)).sum()))


def _equal(column: Float64[np.ndarray, " time"]) -> float:
    """Return how often two values of a column are equal, which is often with few levels."""
    counts = np.unique(column, return_counts=True)[1]
    return float((counts * (counts - 1)).sum() / len(column) ** 2)


def _resolution(numbers: np.ndarray) -> float:
    """Return the last digit of rounded numbers; 0 if they aren't rounded to a few decimals."""
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        return 0.0
    # Error of a decimal number stored as float32.
    error = np.maximum(1.2e-7 * np.abs(known), 1e-12)
    for decimals in range(_DECIMALS):
        if (np.abs(known - np.round(known, decimals)) <= error).all():
            return 10.0**-decimals
    return 0.0
