"""Partial correlation of the present with every region's past, all from one inverse."""

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
    """Correlation of the target's present with the source's past, the whole past held.

    What a conditional-independence search (PCMCI, CaLLTiF) tests with the complete past as
    its conditions, for every pair and lag at once. With G the covariance of the past, c that
    of the past with a target and b = G⁻¹c, the partial correlation at past column k is

        b_k / sqrt(b_k² + (1 − c'b) (G⁻¹)_kk)

    so that one inverse of (lags · region)² serves all targets.

    Attributes
    ----------
    lags
        Frames of the past.

    Raises
    ------
    ParameterError
        If `lags` is below 1.

    References
    ----------
    Ledoit & Wolf 2004, Journal of Multivariate Analysis 88: 365–411, on the covariance that
    is inverted; Runge et al. 2019, Science Advances 5: eaau4996 (PCMCI) and Arab et al.
    2025, Network Neuroscience 9: 392–420 (CaLLTiF), on the question.

    Examples
    --------
    >>> import numpy as np
    >>> from attnconn_core.timeseries import simulate
    >>> network = np.array([[0.3, 0.0], [0.6, 0.3]])  # region 1 drives region 2
    >>> values = LaggedPartial().estimate(simulate(network, 500, 0, noise=0.0)).values
    >>> bool(values[1, 0] > 0.4), bool(abs(values[0, 1]) < 0.1)
    (True, True)
    """

    lags: int = 1

    method: ClassVar[str] = "lagged_partial"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_lags(self.lags)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Correlate by Ledoit and Wolf's covariance of the present and the past.

        Of several lags the one with the largest absolute value counts. The diagonal is what
        a region's own past says of its present. Metrics: `shrinkage`, the share of the
        covariance that was replaced by the identity; near 1 there are too few frames.

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
        """Test every link by Student's t, without shrinkage, whose null is not known.

        At lags from 1 on this is the t test of the coefficients of a least-squares VAR. Lag 0
        is the present of both regions given the past of all, without a direction.

        Raises
        ------
        SeriesError
            As `estimate` does, and if there are not more samples than columns of the past.
        """
        # Only where it is used: scipy.stats takes its time to import.
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
        df[0] -= 1  # the present of the other region is no condition of a lagged link
        rest = np.maximum(1 - partial**2, np.finfo(np.float64).tiny)
        p = 2 * student.sf(np.abs(partial) * np.sqrt(df / rest), df)
        return LinkTest(tuple(range(self.lags + 1)), partial, p)


def _given_past(covariance: Float64[np.ndarray, "column column"], n_regions: int) -> ByLag:
    """Partial correlations from the covariance of `with_past`'s columns."""
    past, cross = covariance[n_regions:, n_regions:], covariance[n_regions:, :n_regions]
    inverse = np.linalg.inv(past)
    coefficients = inverse @ cross
    left = covariance[:n_regions, :n_regions] - cross.T @ coefficients
    error = np.maximum(left.diagonal(), np.finfo(np.float64).tiny)
    spread = np.sqrt(coefficients**2 + np.multiply.outer(inverse.diagonal(), error))
    lagged = (coefficients / spread).reshape(-1, n_regions, n_regions)  # (lag, source, target)
    present = left / np.sqrt(np.multiply.outer(error, error))
    present = np.clip((present + present.T) / 2, -1.0, 1.0)
    np.fill_diagonal(present, 0.0)  # no link of a region with itself
    return np.concatenate([present[None], lagged.transpose(0, 2, 1)])
