"""Statistics of direction, scaled by their deviation over surrogates without direction."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.direction_measures import (
    Frames,
    Rest,
    direction,
    given_rest,
    rest_of,
)
from attnconn_core.connectivity.patel import activity_difference
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["Calibrated", "calibrated", "innovations"]

BySource = Float64[np.ndarray, "target source"]

_SEED = 0
_NULL_PAIRS = 1000  # least number of surrogate pairs
_MOST_REGIONS = 30  # most regions in a surrogate
_FEWEST_FRAMES = 8  # least number of frames in a run
_WIDTH = 0.08  # width of the kernel over correlations


class Statistic(NamedTuple):
    """Values of a measure of direction, and the absolute correlation of each pair of signals."""

    value: BySource
    correlation: BySource


Calibrated = Mapping[str, BySource]
"""Statistic → (target, source), antisymmetric, in deviations of its null distribution.

The statistics are ``entropy``, ``entropy_given_rest``, ``tanh_given_rest``,
``tanh_innovations`` and ``tau``.
"""


def innovations(series: TimeSeries) -> TimeSeries:
    """Return the residuals of each region's own first-order autoregression, run by run.

    Raises
    ------
    SeriesError
        If a run has fewer than 8 frames, or a region is constant within every run.
    """
    frames, lengths = standardised(series), _lengths_of(series, "innovations need")
    parts = np.split(_innovations(frames, lengths), np.cumsum([n - 1 for n in lengths])[:-1])
    return TimeSeries(tuple(parts), series.repetition_time, series.regions)


def calibrated(series: TimeSeries) -> tuple[Calibrated, list[Mapping[str, np.ndarray]]]:
    """Return every statistic of a scan, and of its surrogates, in deviations of the surrogates.

    A surrogate gives every frequency a random phase, the same in all regions. It keeps all
    correlations, at every lag, and is normal, so none of these statistics can detect a
    direction in it. The deviation of each statistic depends on the correlation, and is
    estimated by a kernel mean over the surrogates' pairs. With more than 30 regions, each
    surrogate uses 30 regions drawn at random.

    Raises
    ------
    SeriesError
        If a run has fewer than 8 frames, or a region is constant within every run.
    """
    frames, lengths = standardised(series), _lengths_of(series, "direction needs")
    rest = rest_of(frames)
    own = _statistics(frames, rest, lengths)
    nulls = [_statistics(*surrogate, lengths) for surrogate in _surrogates(frames, rest, lengths)]
    scales = {name: _Scale([null[name] for null in nulls]) for name in own}
    return (
        {name: scales[name].apply(statistic) for name, statistic in own.items()},
        [
            {name: scales[name].apply(statistic) for name, statistic in null.items()}
            for null in nulls
        ],
    )


def _lengths_of(series: TimeSeries, needs: str) -> list[int]:
    """Return the lengths of the non-empty runs; raise if one is too short."""
    lengths = [len(run) for run in series.runs if len(run)]
    if min(lengths) < _FEWEST_FRAMES:
        raise SeriesError(f"{needs} runs of at least {_FEWEST_FRAMES} frames; got {min(lengths)}")
    return lengths


def _statistics(frames: Frames, rest: Rest, lengths: list[int]) -> dict[str, Statistic]:
    frames = frames / frames.std(axis=0)
    innovated = _innovations(frames, lengths)
    deviation = np.sqrt(rest.precision.diagonal())
    partial = np.abs(rest.precision) / np.multiply.outer(deviation, deviation)
    entropy_rest, tanh_rest = given_rest(rest, "entropy", "tanh")
    size = _size(frames)
    return {
        "entropy": Statistic(direction(frames, "entropy"), size),
        "entropy_given_rest": Statistic(entropy_rest, partial),
        "tanh_given_rest": Statistic(tanh_rest, partial),
        "tanh_innovations": Statistic(direction(innovated, "tanh"), _size(innovated)),
        "tau": Statistic(activity_difference(frames), size),
    }


def _size(frames: Frames) -> BySource:
    return np.asarray(np.abs(frames.T @ frames) / len(frames))


def _innovations(frames: Frames, lengths: list[int]) -> Float64[np.ndarray, "later region"]:
    """Return the standardised residuals of each region's AR(1); all runs share one weight."""
    runs = np.split(frames, np.cumsum(lengths)[:-1])
    past, present = (
        np.concatenate([run[:-1] for run in runs]),
        np.concatenate([run[1:] for run in runs]),
    )
    left = present - past * ((past * present).mean(axis=0) / (past**2).mean(axis=0))
    left = left - left.mean(axis=0)
    deviation = left.std(axis=0)
    scaled: Float64[np.ndarray, "later region"] = left / np.where(deviation > 0, deviation, 1.0)
    return scaled


def _surrogates(frames: Frames, rest: Rest, lengths: list[int]) -> Iterator[tuple[Frames, Rest]]:
    rng = np.random.default_rng(_SEED)
    n_regions = frames.shape[1]
    taken = min(n_regions, _MOST_REGIONS)
    for _ in range(max(3, -(-_NULL_PAIRS // max(1, taken * (taken - 1) // 2)))):
        chosen = np.sort(rng.permutation(n_regions)[:taken])
        part = rest.of(chosen)
        both = np.concatenate([frames[:, chosen], part.frames], axis=1)
        runs = np.split(both, np.cumsum(lengths)[:-1])
        turned = np.concatenate([_turned(run, rng) for run in runs])
        yield turned[:, :taken], Rest(turned[:, taken:], part.precision)


def _turned(run: Frames, rng: np.random.Generator) -> Frames:
    """Return the run with a random phase per frequency, the same in all columns."""
    spectrum = np.fft.rfft(run, axis=0)
    phases = rng.uniform(0, 2 * np.pi, len(spectrum))
    phases[0] = 0.0
    if len(run) % 2 == 0:
        phases[-1] = 0.0
    return np.fft.irfft(spectrum * np.exp(1j * phases)[:, None], n=len(run), axis=0)


class _Scale:
    """Deviation of a statistic over surrogates, as a function of the correlation."""

    def __init__(self, nulls: list[Statistic]) -> None:
        upper = np.triu_indices(len(nulls[0].value), 1)
        at = np.concatenate([null.correlation[upper] for null in nulls])
        power = np.concatenate([null.value[upper] for null in nulls]) ** 2
        # Most statistics grow with the correlation: dividing by it leaves the kernel less to fit.
        basis = at**2 + 0.01
        self._grid = np.linspace(0, 1, 51)
        weights = np.exp(-(((self._grid[:, None] - at) / _WIDTH) ** 2) / 2) + 1e-6
        self._mean = (weights @ (power / basis)) / weights.sum(axis=1)

    def apply(self, statistic: Statistic) -> BySource:
        at = np.minimum(statistic.correlation, 1.0)
        deviation = np.sqrt(np.interp(at, self._grid, self._mean) * (at**2 + 0.01))
        return np.asarray(statistic.value / np.maximum(deviation, np.finfo(float).tiny))
