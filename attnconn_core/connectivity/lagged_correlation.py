"""Correlation of a region with another region some frames earlier."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.forecasting.moments import lagged_moments
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_lags, require_samples, require_sound

__all__ = ["LaggedCorrelation"]


@dataclass(frozen=True)
class LaggedCorrelation:
    """Correlation of the target's present with the source's past.

    The target's own past isn't controlled for: if two regions are correlated at lag 0, the one
    with the longer memory seems to lag behind the other.

    Attributes
    ----------
    lags
        Number of lags, in frames: 1 to this many. The one with the largest absolute
        correlation is used.

    Raises
    ------
    ParameterError
        If `lags` is below 1.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> LaggedCorrelation(lags=1).estimate(series).values.shape
    (6, 6)
    """

    lags: int = 1

    method: ClassVar[str] = "lagged_correlation"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = \mathrm{corr}(x_i(t), x_j(t - l)), \quad "
        r"l = \arg\max_{1 \leq l \leq L} |\mathrm{corr}(x_i(t), x_j(t - l))|"
    )

    def __post_init__(self) -> None:
        require_lags(self.lags)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Correlate every region with the past of every region; no lag crosses two runs.

        The diagonal is the autocorrelation.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or fewer
            than three frames, not counting one per run, have the lags before them.
        """
        require_sound(series, self.method)
        require_samples(series, self.method, lags=self.lags)
        moments = lagged_moments(series.runs, self.lags)
        scale = np.sqrt(np.multiply.outer(moments.gram.diagonal(), moments.total))
        # A region may be constant in the remaining frames; its correlations are then 0.
        correlations = np.divide(moments.cross, scale, out=np.zeros_like(scale), where=scale > 0)
        by_lag = correlations.reshape(series.n_regions, self.lags, series.n_regions)
        strongest = np.abs(by_lag).argmax(axis=1, keepdims=True)
        values = np.take_along_axis(by_lag, strongest, axis=1)[:, 0]
        return Connectivity(values.T, series.regions, self.method, self.directed)
