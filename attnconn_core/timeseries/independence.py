"""Checks of the number of independent frames: smoothed, band-passed and interpolated series."""

import numpy as np
from jaxtyping import Float64

from attnconn_core.timeseries.frames import frames_in_words
from attnconn_core.timeseries.usable import UsablePart

__all__ = ["effective_frames", "few_independent_frames", "interpolated_frames"]

# Effective frames. The sample's 600 frames have 95 to 187; between 0.01 and 0.1 Hz about 50.
_FEW = 30.0
_SHORT = 100  # frames; shorter scans have few independent ones in any case
# A drift or a random walk has most of its power here, without any filter.
_SLOWEST, _SLOW = 2, 0.5
# Power of the upper half of the frequencies, relative to the mean over all. Unfiltered noise
# leaves more: 0.29 in the sample, 0.04 in simulated haemodynamic responses; a band-pass
# leaves less than 0.001, a moving average of ten frames 0.01.
_TAKEN_OUT = 0.02

# Largest deviation from a straight line, relative to a region's usual bend between frames.
_STRAIGHT = 1e-4
_ROUNDED = 0.05
_WRITTEN = 5e-3  # deviations: three decimals of a standardised series
_LEAST_REGIONS, _LEAST_LEVELS = 3, 16
_SHARE, _FRAMES = 0.02, 5


def few_independent_frames(part: UsablePart) -> str:
    """Return a warning if filtering leaves few independent frames."""
    effective = effective_frames(part)
    if part.n_frames < _SHORT or effective >= _FEW:
        return ""
    spectra = [_spectrum(run) for run in part.runs]
    slow = max(float(spectrum[:_SLOWEST].sum()) for spectrum in spectra)
    fast = max(
        float(spectrum[len(spectrum) // 2 :].mean() / spectrum.mean()) for spectrum in spectra
    )
    if slow >= _SLOW or fast >= _TAKEN_OUT:
        return ""
    return (
        f"its power lies in so few frequencies (a narrow band-pass, or strong smoothing) that "
        f"{part.n_frames} frames count as about {effective:.0f} independent ones (at "
        f"least {_FEW:g} are needed): intervals and partial correlations that assume independent "
        "frames are then wrong; use a wider band or a longer scan"
    )


def effective_frames(part: UsablePart) -> float:
    """Return the number of independent frames that a series is equivalent to.

    Twice the participation number of each run's mean spectrum, 1 / Σ p² over the shares p of
    the positive frequencies. For white noise of many regions it equals the number of frames; for
    a band with a tenth of the frequencies, a tenth. It is Bartlett's T / Σ ρ² over all lags.

    References
    ----------
    Bartlett 1946, Supplement to the Journal of the Royal Statistical Society 8: 27–41.
    """
    return sum(2 / float(share @ share) for share in map(_spectrum, part.runs))


def _spectrum(run: Float64[np.ndarray, "time region"]) -> Float64[np.ndarray, " frequency"]:
    """Return the share of power at each positive frequency, mean over regions."""
    power = np.abs(np.fft.rfft(run, axis=0)[1:]) ** 2
    return np.asarray((power / power.sum(axis=0)).mean(axis=1))


def interpolated_frames(part: UsablePart) -> str:
    """Return a warning about frames midway between their neighbours in all regions."""
    frames: list[int] = []
    # Four values enter a bend, each rounded in memory, or earlier in a file.
    single = 2 * np.finfo(np.float32).eps * part.largest
    for run, first in zip(part.runs, part.first_frames, strict=True):
        written = min(2 * part.written, _WRITTEN) * run.std(axis=0)
        frames += (first + _midway(run, np.maximum(single, written))).tolist()
    if len(frames) < min(_FRAMES, max(_SHARE * part.n_frames, 1)):
        return ""
    return (
        f"{len(frames)} of {part.n_frames} frames are the mean of their neighbours in all regions: "
        f"{frames_in_words(frames)}; they were interpolated (upsampled, or a filled gap) and add "
        "no information: use the scan at its own repetition time, and "
        "cut filled gaps out"
    )


def _midway(
    run: Float64[np.ndarray, "time region"],
    rounding: Float64[np.ndarray, " region"],
) -> np.ndarray:
    """Return the frames at which no region bends, though it changes."""
    bend = np.abs(run[:-2] - 2 * run[1:-1] + run[2:])
    usual = bend.mean(axis=0)
    usable = rounding < _ROUNDED * usual
    if usable.sum() < _LEAST_REGIONS or _levels(run[:, usable]) < _LEAST_LEVELS:
        return np.zeros(0, dtype=int)
    straight = (bend <= _STRAIGHT * usual + rounding)[:, usable].all(axis=1)
    moves = (np.abs(run[2:] - run[:-2]) > _STRAIGHT * usual + 2 * rounding)[:, usable].any(axis=1)
    return np.flatnonzero(straight & moves) + 1


def _levels(run: Float64[np.ndarray, "time region"]) -> float:
    some = run[:, :: max(1, run.shape[1] // 20)]
    return float(np.median([len(np.unique(column)) for column in some.T]))
