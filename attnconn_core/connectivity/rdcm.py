"""Regression DCM: effective connectivity at rest, by Bayesian regression on the spectrum."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.rdcm_posterior import Posterior, Spectra, fit_posterior
from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["RegressionDCM", "spectra_of"]

Rows: TypeAlias = Float64[np.ndarray, "row region"]

_FEWEST = 8  # frames of a run: the derivative is a difference, and the spectrum a pair a cycle


@dataclass(frozen=True)
class RegressionDCM:
    """Effective connectivity of a linear dynamic causal model, in 1/s; every region with all.

    The model is dx/dt = A x + noise. At rest nothing drives it, so the fixed haemodynamic
    response, which regression DCM convolves the driving inputs with, drops out: convolved
    with one response, A holds for the BOLD signal y as it does for x. In the frequency
    domain, per region r and cycle k of N,

        (exp(2πi k/N) − 1) / TR · ŷ_r(k) = Σ_s A[r, s] ŷ_s(k) + ε_r(k)

    is a linear regression, solved by variational Bayes with the priors of DCM:
    A[r, s] ~ N(0, 8/R), A[r, r] ~ N(−1/2, 1/(8R)), and Gamma(2, 1) for the precision of ε.

    Real and imaginary parts are rows of their own, for one of every two mirrored frequencies,
    so that N real frames give N real rows. Runs have spectra of their own and share A.
    Regions are standardised first: A is free of the scanner's units.

    Attributes
    ----------
    max_iterations
        Updates of the posterior. Some ten are needed, and hundreds where there are fewer
        frames than regions.

    Raises
    ------
    ParameterError
        If `max_iterations` is below 1.

    References
    ----------
    Frässle et al. 2017, NeuroImage 155: 406–421 (equations); 2018, NeuroImage 179: 505–529;
    2021, Human Brain Mapping 42: 2159–2180 (rest).

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> RegressionDCM().estimate(series).values.shape
    (6, 6)
    """

    max_iterations: int = 5000

    method: ClassVar[str] = "rdcm"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.max_iterations < 1:
            raise ParameterError(f"max_iterations must be at least 1; got {self.max_iterations}")

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the posterior mean of A; the diagonal is each region's self-inhibition.

        Metrics: `free_energy`, summed over regions, in nats (it compares models of the same
        data, not scans); `fit_r2`, of the derivative, mean over regions, in sample.

        Raises
        ------
        SeriesError
            As `posterior` does.
        """
        found = self.posterior(series)
        metrics = {
            "free_energy": float(found.free_energy.sum()),
            "fit_r2": float(found.r2.mean()),
        }
        return Connectivity(found.mean, series.regions, self.method, self.directed, metrics)

    def posterior(self, series: TimeSeries) -> Posterior:
        """Return the posterior of A with its deviations and the free energy of each region.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, a run has fewer
            than 8 frames, or the updates don't settle.
        """
        require_sound(series, self.method)
        shortest = min(len(run) for run in series.runs)
        if shortest < _FEWEST:
            raise SeriesError(
                f"{self.method} needs runs of at least {_FEWEST} frames; the shortest has "
                f"{shortest}"
            )
        return fit_posterior(spectra_of(series), self.max_iterations)


def spectra_of(series: TimeSeries) -> Spectra:
    """Turn every run into rows of the regression: its spectrum, and that of its derivative.

    The derivative is the forward difference, taken on the spectrum: the last frame of a run
    is followed by its first.
    """
    lengths = [len(run) for run in series.runs]
    runs = np.split(standardised(series), np.cumsum(lengths)[:-1])
    parts = [_rows_of(run, series.repetition_time) for run in runs]
    signal, derivative = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Spectra(signal, derivative)


def _rows_of(run: Float64[np.ndarray, "time region"], seconds: float) -> tuple[Rows, Rows]:
    n_frames = len(run)
    spectrum = np.fft.rfft(run, axis=0)
    cycles = np.arange(len(spectrum))
    difference = (np.exp(2j * np.pi * cycles / n_frames) - 1) / seconds
    # The mean and, of an even number of frames, the fastest frequency have no mirror image.
    alone = (cycles == 0) | (2 * cycles == n_frames)
    weight = np.where(alone, 1.0, np.sqrt(2.0))[:, None]
    return (
        _real_rows(weight * spectrum, alone),
        _real_rows(weight * difference[:, None] * spectrum, alone),
    )


def _real_rows(spectrum: np.ndarray, alone: np.ndarray) -> Rows:
    return np.concatenate([spectrum.real, spectrum.imag[~alone]])
