"""MINDy: connection weights of a nonlinear model of one scan's regional activity."""

from dataclasses import dataclass
from math import factorial
from typing import ClassVar

import numpy as np
from jaxtyping import Float32, Float64

from attnconn_core.checks import require_whole
from attnconn_core.connectivity.mindy_fit import Dynamics, fit_dynamics
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Mindy"]

# Settings published with the authors' code.
_OUTLIER = 5.0  # deviations; such a frame is interpolated
_NOISE_TO_SIGNAL = 0.02  # of the Wiener filter
_RESPONSE_FRAMES = 31
_TRIMMED = 20  # frames at either end of a run, which the filter distorts
_JUMP = 7.0  # deviations of the size of the change; such a frame is left out
_FEWEST = 10  # samples
_SHORT = 1.0  # seconds; with a shorter repetition time, a change spans two frames


@dataclass(frozen=True)
class Mindy:
    """Effective connectivity W of x(t + 1) − x(t) = W ψ(x(t)) − D x(t), in 1/frame.

    A mesoscale individualised neurodynamic model. ψ is a sigmoid with the curvature α of each
    region, ψ(x) = sqrt(α² + (bx + ½)²) − sqrt(α² + (bx − ½)²) with b = 20/3; D is each region's
    decay; and W is the sum of a sparse and a low-rank matrix, with L1 penalties on both. Fitted
    by Nadam, with the authors' published settings.

    Attributes
    ----------
    deconvolve
        Whether each run is first deconvolved from the canonical haemodynamic response by a
        Wiener filter. This removes 20 frames at either end of the run.
    step
        Frames over which a change is measured: (x(t + step) − x(t)) / step. None takes 2 if
        the repetition time is below one second, as the authors do at HCP's 0.72 s; else 1.
    batches, batch_size
        Number of Nadam steps, and of samples drawn for each step.
    seed
        Seed of the first weights and of the batches.

    Raises
    ------
    ParameterError
        If a number is below 1, or the seed below 0.

    References
    ----------
    Singh et al. 2020, NeuroImage 221: 117046; the settings are those of the authors' code.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> Mindy(batches=50).estimate(series).values.shape
    (6, 6)
    """

    deconvolve: bool = True
    step: int | None = None
    batches: int = 5000
    batch_size: int = 300
    seed: int = 0

    method: ClassVar[str] = "mindy"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = r"x(t + 1) - x(t) = W \psi(x(t)) - D x(t) + \varepsilon(t)"

    def __post_init__(self) -> None:
        for name in ("step", "batches", "batch_size"):
            value = getattr(self, name)
            if value is not None:
                require_whole(name, value, 1)
        require_whole("seed", self.seed, 0)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return W; the diagonal is a region's effect on itself apart from its decay.

        Metrics: `fit_r2`, the in-sample R² of the change, mean over regions; `decay` and `alpha`,
        their means over regions.

        Raises
        ------
        SeriesError
            As for `dynamics`.
        """
        states, changes = self._samples(series)
        dynamics = self._fitted(states, changes)
        error = ((changes - dynamics.predict(states)) ** 2).mean(axis=1)
        metrics = {
            "fit_r2": float(np.mean(1 - error / changes.var(axis=1))),
            "decay": float(dynamics.decay.mean()),
            "alpha": float(dynamics.alpha.mean()),
        }
        return Connectivity(dynamics.weights, series.regions, self.method, self.directed, metrics)

    def dynamics(self, series: TimeSeries) -> Dynamics:
        """Return the fitted model: W, D and α.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or fewer than ten
            samples of the change remain.
        """
        return self._fitted(*self._samples(series))

    def _fitted(self, states: np.ndarray, changes: np.ndarray) -> Dynamics:
        return fit_dynamics(states, changes, self.batches, self.batch_size, self.seed)

    def _samples(self, series: TimeSeries) -> tuple[np.ndarray, np.ndarray]:
        """Return standardised states and their change per frame, both (region, sample)."""
        require_sound(series, self.method)
        step = self.step or (2 if series.repetition_time < _SHORT else 1)
        lost = step + (2 * _TRIMMED if self.deconvolve else 0)
        runs = [run for run in series.runs if len(run) > lost + 1]
        left = sum(len(run) - lost for run in runs)
        if left < _FEWEST:
            raise SeriesError(
                f"{self.method} needs at least {_FEWEST} frames that have {lost} more in their "
                f"run; got {left} of {series.n_frames} frames"
            )
        states, changes = [], []
        for run in runs:
            frames = _standardised(run.astype(np.float64))
            if self.deconvolve:
                freed = _deconvolved(_without_outliers(frames), series.repetition_time)
                frames = _standardised(freed[_TRIMMED:-_TRIMMED])
            states.append(frames[:-step])
            changes.append((frames[step:] - frames[:-step]) / step)
        return _without_jumps(np.concatenate(states), np.concatenate(changes))


def _standardised(frames: Float64[np.ndarray, "time region"]) -> Float64[np.ndarray, "time region"]:
    deviation = frames.std(axis=0)
    standardised: Float64[np.ndarray, "time region"] = (frames - frames.mean(axis=0)) / np.where(
        deviation > 0, deviation, 1.0
    )
    return standardised


def _without_outliers(
    frames: Float64[np.ndarray, "time region"],
) -> Float64[np.ndarray, "time region"]:
    """Return the frames with values beyond five deviations interpolated in time."""
    cleaned, time = frames.copy(), np.arange(len(frames))
    for region in np.flatnonzero((np.abs(frames) > _OUTLIER).any(axis=0)):
        wild = np.abs(frames[:, region]) > _OUTLIER
        cleaned[wild, region] = np.interp(time[wild], time[~wild], frames[~wild, region])
    return cleaned


def _deconvolved(
    frames: Float64[np.ndarray, "time region"], seconds: float
) -> Float64[np.ndarray, "time region"]:
    """Return frames filtered by H* / (|H|² + 0.02), for the response Γ(6) − Γ(16)/6."""
    time = seconds * np.arange(_RESPONSE_FRAMES)
    response = np.exp(-time) * (time**5 / factorial(5) - time**15 / factorial(15) / 6)
    spectrum = np.fft.rfft(response, n=len(frames))  # a run that is trimmed is longer
    wiener = spectrum.conj() / (np.abs(spectrum) ** 2 + _NOISE_TO_SIGNAL)
    freed = np.fft.irfft(wiener[:, None] * np.fft.rfft(frames, axis=0), n=len(frames), axis=0)
    return np.asarray(freed)


def _without_jumps(
    states: Float64[np.ndarray, "sample region"], changes: Float64[np.ndarray, "sample region"]
) -> tuple[Float32[np.ndarray, "region kept"], Float32[np.ndarray, "region kept"]]:
    """Return the samples whose change is not an outlier (seven deviations above the others)."""
    size = np.linalg.norm(changes, axis=1)
    kept = size <= size.mean() + _JUMP * size.std()
    return (
        np.ascontiguousarray(states[kept].T, dtype=np.float32),
        np.ascontiguousarray(changes[kept].T, dtype=np.float32),
    )
