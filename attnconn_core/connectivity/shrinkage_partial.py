"""Partial correlation from a covariance shrunk as much as its sampling error asks."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.partial import partial_correlation
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["ShrinkagePartial", "shrunk", "shrunk_covariance"]


def shrunk(
    frames: Float64[np.ndarray, "sample column"],
) -> tuple[Float64[np.ndarray, "column column"], float]:
    """Return the shrunk covariance of centred columns, and the share that the identity replaced.

    References
    ----------
    Ledoit & Wolf 2004, Journal of Multivariate Analysis 88: 365–411.
    """
    # Only where it is used: scikit-learn takes its time to import.
    from sklearn.covariance import ledoit_wolf

    covariance, shrinkage = ledoit_wolf(frames, assume_centered=True)
    return np.asarray(covariance, dtype=np.float64), float(shrinkage)


def shrunk_covariance(series: TimeSeries) -> Float64[np.ndarray, "region region"]:
    """Covariance of the standardised regions, shrunk towards the identity; see `shrunk`."""
    return shrunk(standardised(series))[0]


@dataclass(frozen=True)
class ShrinkagePartial:
    """Partial correlation by Ledoit and Wolf's covariance; symmetric, 1 on the diagonal.

    The fewer frames there are for the regions, the more every correlation is drawn to
    0: no setting to choose, and an inverse that is sound with fewer frames than regions.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> ShrinkagePartial().estimate(series).values.shape
    (6, 6)
    """

    method: ClassVar[str] = "shrinkage_partial"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Shrink the covariance, invert it and normalise.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        values = partial_correlation(np.linalg.inv(shrunk_covariance(series)))
        return Connectivity(values, series.regions, self.method, self.directed)
