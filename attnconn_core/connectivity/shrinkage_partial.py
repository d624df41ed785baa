"""Partial correlation from a covariance shrunk according to its sampling error."""

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
    """Return the shrunk covariance of centred columns, and the share replaced by the identity.

    References
    ----------
    Ledoit & Wolf 2004, Journal of Multivariate Analysis 88: 365–411.
    """
    # Imported here because importing scikit-learn is slow.
    from sklearn.covariance import ledoit_wolf

    covariance, shrinkage = ledoit_wolf(frames, assume_centered=True)
    return np.asarray(covariance, dtype=np.float64), float(shrinkage)


def shrunk_covariance(series: TimeSeries) -> Float64[np.ndarray, "region region"]:
    """Return the covariance of the standardised regions, shrunk to the identity; see `shrunk`."""
    return shrunk(standardised(series))[0]


@dataclass(frozen=True)
class ShrinkagePartial:
    """Partial correlation from Ledoit and Wolf's covariance; symmetric, 1 on the diagonal.

    The fewer frames there are per region, the more every correlation is shrunk towards 0.
    There is no setting, and the inverse is stable with fewer frames than regions.

    References
    ----------
    Ledoit & Wolf 2004, Journal of Multivariate Analysis 88: 365–411 (the covariance that is
    inverted).

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
    equation: ClassVar[str] = (
        r"w_{ij} = -P_{ij} / \sqrt{P_{ii} P_{jj}} \;\; (i \neq j), \quad "
        r"P = ((1 - \lambda) C + \lambda I)^{-1}"
    )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the normalised inverse of the shrunk covariance.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        values = partial_correlation(np.linalg.inv(shrunk_covariance(series)))
        return Connectivity(values, series.regions, self.method, self.directed)
