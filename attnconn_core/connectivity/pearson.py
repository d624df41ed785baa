"""Pearson correlation between regions."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.centring import centred, covariance_of
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Pearson"]


@dataclass(frozen=True)
class Pearson:
    """Correlation of the series of every two regions; symmetric, 1 on the diagonal.

    References
    ----------
    Biswal et al. 1995, Magnetic Resonance in Medicine 34: 537–541.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> Pearson().estimate(series).values.shape
    (6, 6)
    """

    method: ClassVar[str] = "pearson"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = r"w_{ij} = C_{ij} / \sqrt{C_{ii} C_{jj}}"

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the correlation of every two regions, each run minus its own mean.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        covariance = covariance_of(centred(series))
        deviation = np.sqrt(covariance.diagonal())
        values = covariance / np.multiply.outer(deviation, deviation)
        np.fill_diagonal(values, 1.0)
        return Connectivity(values, series.regions, self.method, self.directed)
