"""Surrogates: series that keep each region's properties and remove what regions share."""

from dataclasses import replace

import numpy as np

from attnconn_core.checks import require_choice
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["SURROGATES", "circular_shift", "phase_randomise", "surrogate"]

SURROGATES = ("circular_shift", "phase_randomise")
"""Names of the kinds of surrogate."""

_FEWEST = 4  # frames of a run; shorter runs can't be shifted


def circular_shift(series: TimeSeries, rng: np.random.Generator) -> TimeSeries:
    """Return the series with every region's run shifted circularly by a random number of frames.

    All values and all neighbours in time stay, except for the two at the seam. Offsets are
    drawn for every run and region, all equally likely, so that the offset between two regions
    in a run is random.

    Parameters
    ----------
    series
        Any series; runs are never mixed.
    rng
        Random generator of the offsets.

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
    """Return the series with a random phase for every frequency of every region.

    Each region keeps its amplitude spectrum, and so its autocorrelation; values become
    more normal. Phases are independent between regions, so nothing shared remains.

    Parameters
    ----------
    series
        Any series; runs are never mixed.
    rng
        Random generator of the phases.

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
        # The mean and, for an even number of frames, the highest frequency have no phase.
        phases[0] = 0.0
        if len(run) % 2 == 0:
            phases[-1] = 0.0
        runs.append(np.fft.irfft(spectrum * np.exp(1j * phases), n=len(run), axis=0))
    return replace(series, runs=tuple(runs))


def surrogate(series: TimeSeries, kind: str, rng: np.random.Generator) -> TimeSeries:
    """Return a surrogate of the given kind.

    Raises
    ------
    ParameterError
        If the kind isn't one of `SURROGATES`.
    SeriesError
        If a run has fewer than 4 frames.
    """
    require_choice("kind", kind, SURROGATES)
    return {"circular_shift": circular_shift, "phase_randomise": phase_randomise}[kind](series, rng)


def _require_frames(series: TimeSeries) -> None:
    shortest = min(len(run) for run in series.runs)
    if shortest < _FEWEST:
        raise SeriesError(f"a surrogate needs runs of at least {_FEWEST} frames; got {shortest}")
