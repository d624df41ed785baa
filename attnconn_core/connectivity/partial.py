"""Partial correlation between regions."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.centring import centred, covariance_of, standardised
from attnconn_core.connectivity.inversion import Inversion, few_dimensions, few_samples
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Partial", "partial_correlation"]

# Share of variance that is added to the covariance's diagonal, so that it can be inverted
# where there are fewer frames than regions.
_RIDGE = 1e-6
# Between the largest and the smallest deviation of regions in one unit. In 14 scans of the
# Human Connectome Project the factor is 4 to 7.
_ONE_UNIT = 10.0


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
    """Correlation of every two regions with all others held; symmetric, 1 on the diagonal.

    No region's unit matters: what is added so that the covariance can be inverted is a share
    of the mean variance, as the original study has it, only where all regions' deviations lie
    within a factor of 10. Else it is the same share of each region's own variance, without
    which one region a million times louder than the others would draw all other partial
    correlations to 0. On 14 scans of 94 regions the two differ by 1e-5 at most.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> Partial().estimate(series).values.shape
    (6, 6)
    """

    method: ClassVar[str] = "partial"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True
    inverts: ClassVar[Inversion] = Inversion("frames", "regions", "shrinkage_partial")

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Normalise the inverse of the covariance C, P = (C + 1e-6 V)⁻¹.

        V is trace(C)/R I where the regions' deviations lie within a factor of 10, else the
        diagonal of C.

        Metrics: `samples_of_inverse` and `columns_of_inverse`, the frames and the regions,
        where there are fewer than two frames per region: the values are then mostly noise.
        `dimensions_of_inverse` and `columns_of_inverse` where the regions span fewer dimensions
        than they are: the values are then decided by the ridge.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        frames = centred(series)
        deviation = frames.std(axis=0)
        if deviation.max() > _ONE_UNIT * deviation.min():
            frames = standardised(series)
        covariance = covariance_of(frames)
        ridge = _RIDGE * np.trace(covariance) / series.n_regions
        precision = np.linalg.inv(covariance + ridge * np.eye(series.n_regions))
        values = partial_correlation(precision)
        metrics = few_samples(series.n_frames, series.n_regions)
        lost = float(ridge * precision.trace())
        metrics = metrics or few_dimensions(series.n_regions, lost)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
