"""Variational Bayes for regression DCM: all regions from one eigendecomposition."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64

from attnconn_core.errors import SeriesError

__all__ = ["Posterior", "Spectra", "fit_posterior"]

ByRegion: TypeAlias = Float64[np.ndarray, " target"]
Square: TypeAlias = Float64[np.ndarray, "target source"]

# Priors of DCM for fMRI (Friston et al. 2003), as used by regression DCM. Variances are
# these numbers, divided by the number of regions.
_BETWEEN, _WITHIN, _SELF = 8.0, 1 / 8, -0.5
_SHAPE, _RATE = 2.0, 1.0
_SETTLED = 1e-8  # nats of free energy, in every region


@dataclass(frozen=True, eq=False)
class Spectra:
    """The rows of the regression: spectra of all regions' signals and derivatives.

    Attributes
    ----------
    signal, derivative
        Real and imaginary parts of the spectra; the derivative is per second.
    """

    signal: Float64[np.ndarray, "row region"]
    derivative: Float64[np.ndarray, "row region"]


@dataclass(frozen=True, eq=False)
class Posterior:
    """The posterior of A.

    Attributes
    ----------
    mean, deviation
        Mean and deviation of the normal posterior of every connection, in 1/s.
    shape, rate
        Shape and rate of the gamma posterior of each region's noise precision.
    free_energy
        Lower bound of the log evidence of each region, in nats.
    r2
        In-sample R² of the derivative.
    history
        Free energy after every update.
    """

    mean: Square
    deviation: Square
    shape: float
    rate: ByRegion
    free_energy: ByRegion
    r2: ByRegion
    history: Float64[np.ndarray, "update target"]


@dataclass(frozen=True, eq=False)
class _Problem:
    """The regression in the eigenvectors of X'X, where every region's prior is nearly isotropic.

    A region's prior precision is `between` everywhere, plus `extra` for its own entry:
    by Sherman and Morrison's identity one eigendecomposition serves all regions.
    """

    n_rows: int
    eigenvalues: ByRegion
    vectors: Square  # region, eigenvector; row r is the region's own unit vector
    rotated: Square  # (X'Y) of each region, in eigenvectors: target, eigenvector
    total: ByRegion  # Y'Y
    between: float
    extra: float


@dataclass(frozen=True, eq=False)
class _Weights:
    """The normal posterior at a given noise precision, in the eigenvectors."""

    mean: Square
    round_variance: Square  # target, eigenvector: 1 / (tau * eigenvalue + between)
    own: Square  # the column of `round_variance` for the region itself
    narrowed: ByRegion  # extra / (1 + extra * own variance)
    squared: ByRegion  # residuals |Y − X m|²
    error: ByRegion  # ½ (squared + trace(X'X S))
    log_determinant: ByRegion  # of S


def fit_posterior(spectra: Spectra, max_iterations: int) -> Posterior:
    """Update the connections and the noise in turn until the free energy converges.

    With W = X'X, v = X'Y, prior mean m₀ and precision L₀ of a region, and tau its expected
    noise precision, an update is (Frässle et al. 2017)

        S = (tau W + L₀)⁻¹,  m = S (tau v + L₀ m₀),
        shape = a₀ + N/2,  rate = b₀ + ½ |Y − X m|² + ½ trace(W S),  tau = shape / rate.

    Raises
    ------
    SeriesError
        If it doesn't converge in `max_iterations` updates.
    """
    problem = _problem(spectra)
    shape = _SHAPE + problem.n_rows / 2
    precision = np.full(len(problem.total), _SHAPE / _RATE)
    history: list[ByRegion] = []
    for _ in range(max_iterations):
        weights = _weights(problem, precision)
        rate = _RATE + weights.error
        precision = shape / rate
        history.append(_free_energy(problem, weights, shape, rate))
        if len(history) > 1 and np.abs(history[-1] - history[-2]).max() < _SETTLED:
            return _posterior(problem, weights, shape, rate, history)
    raise SeriesError(
        f"regression DCM didn't converge in {max_iterations} updates; increase max_iterations"
    )


def _problem(spectra: Spectra) -> _Problem:
    n_rows, n_regions = spectra.signal.shape
    eigenvalues, vectors = np.linalg.eigh(spectra.signal.T @ spectra.signal)
    between = n_regions / _BETWEEN
    return _Problem(
        n_rows=n_rows,
        # Rounding may make the smallest eigenvalue negative.
        eigenvalues=np.maximum(eigenvalues, 0.0),
        vectors=vectors,
        rotated=(spectra.derivative.T @ spectra.signal) @ vectors,
        total=np.einsum("ij,ij->j", spectra.derivative, spectra.derivative),
        between=between,
        extra=n_regions / _WITHIN - between,
    )


def _weights(problem: _Problem, precision: ByRegion) -> _Weights:
    variance = 1 / (np.multiply.outer(precision, problem.eigenvalues) + problem.between)
    own = problem.vectors * variance
    own_variance = (problem.vectors * own).sum(axis=1)
    narrowed = problem.extra / (1 + problem.extra * own_variance)
    prior = (problem.between + problem.extra) * _SELF  # L₀ m₀, at the region's own entry
    pulled = variance * (precision[:, None] * problem.rotated + prior * problem.vectors)
    at_own = (problem.vectors * pulled).sum(axis=1)
    mean = pulled - (narrowed * at_own)[:, None] * own
    squared = (
        problem.total
        - 2 * (problem.rotated * mean).sum(axis=1)
        + (problem.eigenvalues * mean**2).sum(axis=1)
    )
    spread = (problem.eigenvalues * (variance - narrowed[:, None] * own**2)).sum(axis=1)
    log_determinant = np.log(variance).sum(axis=1) - np.log1p(problem.extra * own_variance)
    # For data without noise the sum of squares is 0 up to rounding.
    error = (np.maximum(squared, 0.0) + spread) / 2
    return _Weights(mean, variance, own, narrowed, squared, error, log_determinant)


def _free_energy(problem: _Problem, weights: _Weights, shape: float, rate: ByRegion) -> ByRegion:
    """Return the expected log joint density plus the entropy of both posteriors."""
    # Imported here because importing scipy.special is slow.
    from scipy.special import digamma, gammaln

    n_regions = len(problem.total)
    log_precision = digamma(shape) - np.log(rate)
    precision = shape / rate
    away = weights.mean - _SELF * problem.vectors
    variances = weights.round_variance - weights.narrowed[:, None] * weights.own**2
    at_own = (problem.vectors * away).sum(axis=1)
    own_variance = (problem.vectors * weights.own).sum(axis=1)
    own_variance -= weights.narrowed * own_variance**2
    penalty = problem.between * (away**2 + variances).sum(axis=1)
    penalty += problem.extra * (at_own**2 + own_variance)
    log_prior = (n_regions - 1) * np.log(problem.between)
    log_prior += np.log(problem.between + problem.extra)
    data = problem.n_rows / 2 * (log_precision - np.log(2 * np.pi)) - weights.error * precision
    connections = (log_prior - penalty + weights.log_determinant + n_regions) / 2
    noise_prior = (
        _SHAPE * np.log(_RATE) - gammaln(_SHAPE) + (_SHAPE - 1) * log_precision - _RATE * precision
    )
    noise_entropy = shape - np.log(rate) + gammaln(shape) + (1 - shape) * digamma(shape)
    return np.asarray(data + connections + noise_prior + noise_entropy)


def _posterior(
    problem: _Problem, weights: _Weights, shape: float, rate: ByRegion, history: list[ByRegion]
) -> Posterior:
    vectors = problem.vectors
    # The diagonal of V diag(d) V', minus the rank-one term of the region's own prior.
    variance = weights.round_variance @ (vectors**2).T
    variance -= weights.narrowed[:, None] * (weights.own @ vectors.T) ** 2
    return Posterior(
        mean=weights.mean @ vectors.T,
        deviation=np.sqrt(np.maximum(variance, 0.0)),
        shape=shape,
        rate=rate,
        free_energy=history[-1],
        r2=1 - weights.squared / problem.total,
        history=np.array(history),
    )
