"""Partial correlation between regions at the same frame, given the preceding frames."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.partial import partial_correlation
from attnconn_core.connectivity.shrinkage_partial import shrunk
from attnconn_core.connectivity.with_past import with_past
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_lags, require_sound

__all__ = ["PartialGivenPast"]


@dataclass(frozen=True)
class PartialGivenPast:
    """Partial correlation of two regions' present, given all other regions and the past of all.

    Symmetric, 1 on the diagonal. What neighbouring frames share is removed, so the residual
    frames are nearly independent, which matters in short scans.

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
    Dahlhaus 2000, Metrika 51: 157–172 (graphs of time series); Ledoit & Wolf 2004,
    Journal of Multivariate Analysis 88: 365–411 (the covariance that is inverted).
    """

    lags: int = 1

    method: ClassVar[str] = "partial_given_past"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = -P_{ij} / \sqrt{P_{ii} P_{jj}} \;\; (i \neq j), \quad "
        r"P = ((1 - \lambda) S + \lambda I)^{-1}, \quad "
        r"S = \mathrm{cov}[x(t), x(t - 1), \dots, x(t - L)]"
    )

    def __post_init__(self) -> None:
        require_lags(self.lags)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return partial correlations from Ledoit and Wolf's covariance of [x(t), x(t − 1), …].

        Metrics: `shrinkage`, the share of the covariance that was replaced by the identity.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or fewer than
            three frames have enough frames before them.
        """
        require_sound(series, self.method)
        covariance, shrinkage = shrunk(with_past(series, self.lags))
        present = slice(series.n_regions)
        values = partial_correlation(np.linalg.inv(covariance)[present, present])
        metrics = {"shrinkage": shrinkage}
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
