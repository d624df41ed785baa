"""Partial correlation for the presence of a connection, Patel's tau for its direction."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.partial import partial_correlation
from attnconn_core.connectivity.patel import patel_tau
from attnconn_core.connectivity.shrinkage_partial import shrunk_covariance
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["OrientedPartial"]


@dataclass(frozen=True)
class OrientedPartial:
    """Absolute shrinkage partial correlation × (1 + Patel's tau for the source).

    One matrix gives both the edges and their directions, and there is no setting. Tau is
    antisymmetric, so the two directions of a pair average to its absolute partial correlation.
    """

    method: ClassVar[str] = "oriented_partial"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False
    equation: ClassVar[str] = r"w_{ij} = |\rho_{ij \mid \text{rest}}| \, (1 + \tau_{ij})"

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return connections weighted towards their likelier direction; 1 on the diagonal.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        strength = np.abs(partial_correlation(np.linalg.inv(shrunk_covariance(series))))
        values = strength * (1 + patel_tau(series))
        return Connectivity(values, series.regions, self.method, self.directed)
