"""Partial correlation of the present with every region's past, from one matrix inverse."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import covariance_of
from attnconn_core.connectivity.link_test import LinkTest
from attnconn_core.connectivity.shrinkage_partial import shrunk
from attnconn_core.connectivity.with_past import with_past
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_lags, require_sound

__all__ = ["LaggedPartial"]

ByLag = Float64[np.ndarray, "lag target source"]


@dataclass(frozen=True)
class LaggedPartial:
    """Correlation of the target's present with the source's past, given all other past values.

    This is the statistic of a conditional-independence search (PCMCI, CaLLTiF) with the
    complete past as conditions, for all pairs and lags at once. With G the covariance of the
    past, c the covariance of the past with a target and b = G⁻¹c, the partial correlation at
    past column k is

        b_k / sqrt(b_k² + (1 − c'b) (G⁻¹)_kk)

    so that one inverse of (lags · region)² serves all targets.

    Attributes
    ----------
    lags
        Number of past frames.

    Raises
    ------
    ParameterError
        If `lags` is below 1.

    References
    ----------
    Ledoit & Wolf 2004, Journal of Multivariate Analysis 88: 365–411 (the covariance that
    is inverted); Runge et al. 2019, Science Advances 5: eaau4996 (PCMCI); Arab et al.
    2025, Network Neuroscience 9: 392–420 (CaLLTiF).

    Examples
    --------
    >>> import numpy as np
    >>> from attnconn_core.timeseries import simulate
    >>> coupling = np.array([[0.3, 0.0], [0.6, 0.3]])  # region 1 drives region 2
    >>> values = LaggedPartial().estimate(simulate(coupling, 500, 0, noise=0.0)).values
    >>> bool(values[1, 0] > 0.4), bool(abs(values[0, 1]) < 0.1)
    (True, True)
    """

    lags: int = 1

    method: ClassVar[str] = "lagged_partial"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = \mathrm{corr}(x_i(t), x_j(t - l) \mid \text{all other past values}), \quad "
        r"l = \arg\max_{1 \leq l \leq L} |\cdot|"
    )

    def __post_init__(self) -> None:
        require_lags(self.lags)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return partial correlations from Ledoit and Wolf's covariance of present and past.

        For several lags, the one with the largest absolute value is used. The diagonal is the
        partial correlation of a region's present with its own past. Metrics: `shrinkage`, the
        share of the covariance that was replaced by the identity; a value near 1 means that
        there are too few frames.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or fewer than
            three frames have enough frames before them.
        """
        require_sound(series, self.method)
        covariance, shrinkage = shrunk(with_past(series, self.lags))
        by_lag = _given_past(covariance, series.n_regions)[1:]
        strongest = np.abs(by_lag).argmax(axis=0, keepdims=True)
        values = np.take_along_axis(by_lag, strongest, axis=0)[0]
        metrics = {"shrinkage": shrinkage}
        return Connectivity(values, series.regions, self.method, self.directed, metrics)

    def test(self, series: TimeSeries) -> LinkTest:
        """Test every link by Student's t, without shrinkage (its null distribution is unknown).

        At lags of 1 and more this is the t test of the coefficients of a least-squares VAR. At
        lag 0 it tests the present of both regions given the past of all; it has no direction.

        Raises
        ------
        SeriesError
            As for `estimate`, and if there are not more samples than columns of the past.
        """
        # Imported here because importing scipy.stats is slow.
        from scipy.stats import t as student

        require_sound(series, self.method)
        frames = with_past(series, self.lags)
        n_runs = sum(len(run) > self.lags + 1 for run in series.runs)
        free = len(frames) - self.lags * series.n_regions - n_runs
        if free < 2:
            raise SeriesError(
                f"the test of {self.method} with {self.lags} lags of {series.n_regions} regions "
                f"needs at least {self.lags * series.n_regions + n_runs + 2} samples; "
                f"got {len(frames)}: use fewer lags or a longer series"
            )
        partial = _given_past(covariance_of(frames), series.n_regions)
        df = np.full((self.lags + 1, 1, 1), float(free))
        df[0] -= 1  # a lagged link isn't conditioned on the other region's present
        rest = np.maximum(1 - partial**2, np.finfo(np.float64).tiny)
        p = 2 * student.sf(np.abs(partial) * np.sqrt(df / rest), df)
        return LinkTest(tuple(range(self.lags + 1)), partial, p)


def _given_past(covariance: Float64[np.ndarray, "column column"], n_regions: int) -> ByLag:
    """Return partial correlations from the covariance of the columns of `with_past`."""
    past, cross = covariance[n_regions:, n_regions:], covariance[n_regions:, :n_regions]
    inverse = np.linalg.inv(past)
    coefficients = inverse @ cross
    left = covariance[:n_regions, :n_regions] - cross.T @ coefficients
    error = np.maximum(left.diagonal(), np.finfo(np.float64).tiny)
    spread = np.sqrt(coefficients**2 + np.multiply.outer(inverse.diagonal(), error))
    lagged = (coefficients / spread).reshape(-1, n_regions, n_regions)  # (lag, source, target)
    present = left / np.sqrt(np.multiply.outer(error, error))
    present = np.clip((present + present.T) / 2, -1.0, 1.0)
    np.fill_diagonal(present, 0.0)  # a region has no link with itself
    return np.concatenate([present[None], lagged.transpose(0, 2, 1)])
