"""Partial correlation between regions."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import centred, covariance_of
from attnconn_core.connectivity.inversion import Inversion, few_samples
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Partial", "partial_correlation"]

# Share of the mean variance that is added to the covariance's diagonal, so that it can
# be inverted where there are fewer frames than regions.
_RIDGE = 1e-6


def partial_correlation(
    precision: Float64[np.ndarray, "region region"],
) -> Float64[np.ndarray, "region region"]:
    """Normalise a precision P to −P_ij / sqrt(P_ii P_jj), with 1 on the diagonal.

    There the formula gives −1, which is no correlation: a region goes with itself
    perfectly.
    """
    deviation = np.sqrt(precision.diagonal())
    values = -precision / np.multiply.outer(deviation, deviation)
    # LAPACK's inverse of a symmetric matrix is symmetric but for rounding.
    values = (values + values.T) / 2 + 0.0  # and no zero is negative
    np.fill_diagonal(values, 1.0)
    return values


@dataclass(frozen=True)
class Partial:
    """Correlation of every two regions with all others held; symmetric, 1 on the diagonal."""

    method: ClassVar[str] = "partial"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True
    inverts: ClassVar[Inversion] = Inversion("frames", "regions", "shrinkage_partial")

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Normalise the inverse of the covariance C, P = (C + 1e-6 trace(C)/R I)⁻¹.

        Metrics: `samples_of_inverse` and `columns_of_inverse`, the frames and the regions,
        where there are fewer than two frames per region: the values are then mostly noise.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        covariance = covariance_of(centred(series))
        ridge = _RIDGE * np.trace(covariance) / series.n_regions
        precision = np.linalg.inv(covariance + ridge * np.eye(series.n_regions))
        values = partial_correlation(precision)
        metrics = few_samples(series.n_frames, series.n_regions)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
