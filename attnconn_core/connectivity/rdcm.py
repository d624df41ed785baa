"""Regression DCM: effective connectivity at rest by Bayesian regression on the spectrum."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
from jaxtyping import Float64

from attnconn_core.checks import require_whole
from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.rdcm_posterior import Posterior, Spectra, fit_posterior
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["RegressionDCM", "spectra_of"]

Rows: TypeAlias = Float64[np.ndarray, "row region"]

_FEWEST = 8  # least number of frames in a run


@dataclass(frozen=True)
class RegressionDCM:
    """Effective connectivity of a linear dynamic causal model of all regions, in 1/s.

    The model is dx/dt = A x + noise. At rest there are no driving inputs, so the fixed
    haemodynamic response, with which regression DCM convolves them, drops out: if all regions
    have one response, A holds for the BOLD signal y as it does for x. In the frequency
    domain, per region r and cycle k of N,

        (exp(2πi k/N) − 1) / TR · ŷ_r(k) = Σ_s A[r, s] ŷ_s(k) + ε_r(k)

    is a linear regression, solved by variational Bayes with the priors of DCM:
    A[r, s] ~ N(0, 8/R), A[r, r] ~ N(−1/2, 1/(8R)), and Gamma(2, 1) for the precision of ε.

    Real and imaginary parts are separate rows, and only one of every two mirrored frequencies
    is used, so that N real frames give N real rows. Each run has its own spectrum; all runs
    share A. Regions are first standardised, so A doesn't depend on the scanner's units.

    Attributes
    ----------
    max_iterations
        Largest number of updates of the posterior. About ten are needed, or hundreds if there
        are fewer frames than regions.

    Raises
    ------
    ParameterError
        If `max_iterations` is below 1.

    References
    ----------
    Frässle et al. 2017, NeuroImage 155: 406–421 (equations); 2018, NeuroImage 179: 505–529;
    2021, Human Brain Mapping 42: 2159–2180 (resting state).

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
    equation: ClassVar[str] = (
        r"\frac{e^{2 \pi \mathrm{i} k / N} - 1}{\mathrm{TR}}\, \hat x_i(k) "
        r"= \sum_j w_{ij}\, \hat x_j(k) + \varepsilon_i(k)"
    )

    def __post_init__(self) -> None:
        require_whole("max_iterations", self.max_iterations, 1)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the posterior mean of A; the diagonal is each region's self-inhibition.

        Metrics: `free_energy`, summed over regions, in nats (it compares models of the same
        data, not scans); `fit_r2`, the in-sample R² of the derivative, mean over regions.

        Raises
        ------
        SeriesError
            As for `posterior`.
        """
        posterior = self.posterior(series)
        metrics = {
            "free_energy": float(posterior.free_energy.sum()),
            "fit_r2": float(posterior.r2.mean()),
        }
        return Connectivity(posterior.mean, series.regions, self.method, self.directed, metrics)

    def posterior(self, series: TimeSeries) -> Posterior:
        """Return the posterior of A, with its deviations and the free energy of each region.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, a run has fewer
            than 8 frames, or the updates don't converge.
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
    """Return the rows of the regression: the spectra of every run and of its derivative.

    The derivative is the forward difference, computed on the spectrum, so the last frame of a
    run is followed by its first.
    """
    lengths = [len(run) for run in series.runs]
    runs = np.split(standardised(series), np.cumsum(lengths)[:-1])
    parts = [_rows_of(run, series.repetition_time) for run in runs]
    signal, derivative = (np.concatenate(rows) for rows in zip(*parts, strict=True))
    return Spectra(signal, derivative)


def _rows_of(run: Float64[np.ndarray, "time region"], seconds: float) -> tuple[Rows, Rows]:
    n_frames = len(run)
    spectrum = np.fft.rfft(run, axis=0)
    cycles = np.arange(len(spectrum))
    difference = (np.exp(2j * np.pi * cycles / n_frames) - 1) / seconds
    # The mean and, for an even number of frames, the highest frequency have no mirror image.
    unpaired = (cycles == 0) | (2 * cycles == n_frames)
    weight = np.where(unpaired, 1.0, np.sqrt(2.0))[:, None]
    return (
        _real_rows(weight * spectrum, unpaired),
        _real_rows(weight * difference[:, None] * spectrum, unpaired),
    )


def _real_rows(spectrum: np.ndarray, unpaired: np.ndarray) -> Rows:
    return np.concatenate([spectrum.real, spectrum.imag[~unpaired]])
