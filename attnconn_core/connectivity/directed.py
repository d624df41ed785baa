"""Directed connectivity: partial correlation combined with evidence of direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.direction_evidence import calibrated
from attnconn_core.connectivity.direction_weights import log_odds
from attnconn_core.connectivity.partial import partial_correlation
from attnconn_core.connectivity.shrinkage_partial import shrunk_covariance
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Directed", "Direction", "directed_values"]

BySource = Float64[np.ndarray, "target source"]


class Direction(NamedTuple):
    """Evidence for the direction of every pair of regions.

    Attributes
    ----------
    log_odds
        (target, source), antisymmetric: log odds of source → target against target → source,
        given that one of the two regions drives the other.
    z
        (target, source), antisymmetric: standard normal if the pair has no direction.
    p_value
        (target, source), symmetric, two-sided; 1 on the diagonal.
    """

    log_odds: BySource
    z: BySource
    p_value: BySource


def directed_values(partial: BySource, evidence: BySource) -> BySource:
    """Return each pair's absolute partial correlation, divided between its two directions.

    |partial| × 2 P(source → target), with P from the log odds. Values are nonnegative, the two
    directions average to the absolute partial correlation, and the diagonal is 1.
    """
    return np.asarray(np.abs(partial) * (1 + np.tanh(evidence / 2)))


@dataclass(frozen=True)
class Directed:
    """Absolute shrinkage partial correlation, divided between a pair's directions by log odds.

    The log odds combine five statistics of direction: the maximum-entropy likelihood ratio; the
    same ratio and the tanh ratio, both given all other regions; the tanh ratio of innovations;
    and Patel's tau. Each statistic is divided by its standard deviation over surrogates that
    keep all correlations and have no direction. All five have equal weight; see
    ``docs/decisions/0019-directions.md``.

    References
    ----------
    Hyvärinen & Smith 2013, Journal of Machine Learning Research 14: 111–152; Patel, Bowman &
    Rilling 2006, Human Brain Mapping 27: 267–276; Ledoit & Wolf 2004, Journal of Multivariate
    Analysis 88: 365–411.

    Examples
    --------
    >>> from attnconn_core.timeseries.events import draw_event_network, simulate_events
    >>> series = simulate_events(draw_event_network(5, seed=0), frames=300, seed=1)
    >>> Directed().estimate(series).values.shape
    (5, 5)
    """

    method: ClassVar[str] = "directed"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = (
        r"w_{ij} = |\rho_{ij \mid \text{rest}}| \, (1 + \tanh(\ell_{ij} / 2)) "
        r"= 2\, |\rho_{ij \mid \text{rest}}| \, P(j \to i)"
    )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return every pair's connection, divided between its directions; 1 on the diagonal.

        Raises
        ------
        SeriesError
            If there are fewer than 2 regions, a run has fewer than 8 frames, or a region
            holds a NaN, an infinite value or a constant signal.
        """
        _require(series, self.method)
        values = directed_values(_partial(series), self.log_odds(series))
        return Connectivity(values, series.regions, self.method, self.directed)

    def log_odds(self, series: TimeSeries) -> BySource:
        """Return the log odds of every pair's direction, antisymmetric; see `Direction`."""
        _require(series, self.method)
        return log_odds(calibrated(series)[0])

    def partial(self, series: TimeSeries) -> BySource:
        """Return the signed shrinkage partial correlation, by which edges are detected."""
        _require(series, self.method)
        return _partial(series)

    def direction(self, series: TimeSeries) -> Direction:
        """Return the evidence of every pair's direction, with its significance.

        The null distribution comes from normally distributed surrogates that keep every
        correlation, at all lags. z is the log odds divided by their deviation over the
        surrogates, converted to a standard normal value by a Student's t with the kurtosis of
        the surrogates' log odds.

        Raises
        ------
        SeriesError
            As for `estimate`.
        """
        _require(series, self.method)
        statistics, nulls = calibrated(series)
        evidence = log_odds(statistics)
        drawn = [log_odds(null) for null in nulls]
        z, p = _significance(evidence, drawn)
        return Direction(evidence, z, p)


def _significance(evidence: BySource, drawn: Sequence[np.ndarray]) -> tuple[BySource, BySource]:
    # Imported here because importing scipy.stats is slow.
    from scipy import stats

    null = np.concatenate([_pairs(surrogate) for surrogate in drawn])
    power = np.mean(null**2)
    excess = max(np.mean(null**4) / power**2 - 3, 0.01)
    freedom = 4 + 6 / excess
    t = evidence * np.sqrt(freedom / (freedom - 2) / power)
    p = np.asarray(2 * stats.t.sf(np.abs(t), freedom))
    z = np.sign(evidence) * stats.norm.isf(np.maximum(p, 1e-300) / 2)
    np.fill_diagonal(z, 0.0)
    np.fill_diagonal(p, 1.0)
    return np.asarray(z), p


def _pairs(matrix: BySource) -> Float64[np.ndarray, " pair"]:
    return np.asarray(matrix[np.triu_indices(len(matrix), 1)])


def _partial(series: TimeSeries) -> BySource:
    return partial_correlation(np.linalg.inv(shrunk_covariance(series)))


def _require(series: TimeSeries, method: str) -> None:
    require_sound(series, method)
    if series.n_regions < 2:
        raise SeriesError(f"{method} needs at least 2 regions; got {series.n_regions}")
