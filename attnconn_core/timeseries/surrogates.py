"""Surrogates: series that keep each region as it is and undo what regions share."""

from dataclasses import replace

import numpy as np

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["SURROGATES", "circular_shift", "phase_randomise", "surrogate"]

SURROGATES = ("circular_shift", "phase_randomise")
"""Kinds of surrogate."""

_FEWEST = 4  # frames of a run: fewer have nothing to shift


def circular_shift(series: TimeSeries, rng: np.random.Generator) -> TimeSeries:
    """Turn every region's run around by a number of frames of its own.

    Every value, and every neighbour in time but the two at the seam, stays. Offsets are
    drawn anew for every run and region, all being equally likely: a constant offset of
    one region against another within a run is what the surrogate makes meaningless.

    Parameters
    ----------
    series
        Any series; runs never mix.
    rng
        Draws the offsets.

    Raises
    ------
    SeriesError
        If a run has fewer than 4 frames.
    """
    _require_frames(series)
    runs = []
    for run in series.runs:
        frames = np.arange(len(run))[:, None]
        offsets = rng.integers(len(run), size=series.n_regions)
        runs.append(np.take_along_axis(run, (frames - offsets) % len(run), axis=0))
    return replace(series, runs=tuple(runs))


def phase_randomise(series: TimeSeries, rng: np.random.Generator) -> TimeSeries:
    """Give every frequency of every region a random phase.

    Each region keeps its amplitude spectrum, and so its autocorrelation; values become
    more normal. Phases are independent between regions, so nothing shared remains.

    Parameters
    ----------
    series
        Any series; runs never mix.
    rng
        Draws the phases.

    Raises
    ------
    SeriesError
        If a run has fewer than 4 frames.

    References
    ----------
    Theiler et al. 1992, Physica D 58: 77–94.
    """
    _require_frames(series)
    runs = []
    for run in series.runs:
        spectrum = np.fft.rfft(run.astype(np.float64), axis=0)
        phases = rng.uniform(0, 2 * np.pi, spectrum.shape)
        # The mean and, of an even number of frames, the fastest frequency have no phase.
        phases[0] = 0.0
        if len(run) % 2 == 0:
            phases[-1] = 0.0
        runs.append(np.fft.irfft(spectrum * np.exp(1j * phases), n=len(run), axis=0))
    return replace(series, runs=tuple(runs))


def surrogate(series: TimeSeries, kind: str, rng: np.random.Generator) -> TimeSeries:
    """Make a surrogate of a kind.

    Raises
    ------
    ParameterError
        If the kind isn't one of `SURROGATES`.
    SeriesError
        If a run has fewer than 4 frames.
    """
    if kind not in SURROGATES:
        raise ParameterError(f"kind must be one of {', '.join(SURROGATES)}; got {kind!r}")
    return {"circular_shift": circular_shift, "phase_randomise": phase_randomise}[kind](series, rng)


def _require_frames(series: TimeSeries) -> None:
    shortest = min(len(run) for run in series.runs)
    if shortest < _FEWEST:
        raise SeriesError(f"a surrogate needs runs of at least {_FEWEST} frames; got {shortest}")
