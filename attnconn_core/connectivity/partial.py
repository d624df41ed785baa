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

# Share of variance added to the covariance's diagonal, so that it can be inverted if there are
# fewer frames than regions.
_RIDGE = 1e-6
# Largest ratio of two regions' deviations for which all regions count as having one unit. In 14
# scans of the Human Connectome Project the ratio is 4 to 7.
_ONE_UNIT = 10.0


def partial_correlation(
    precision: Float64[np.ndarray, "region region"],
) -> Float64[np.ndarray, "region region"]:
    """Return the partial correlations of a precision P, −P_ij / sqrt(P_ii P_jj).

    The diagonal is set to 1; the formula would give −1, which isn't the correlation of a
    region with itself.
    """
    deviation = np.sqrt(precision.diagonal())
    values: Float64[np.ndarray, "region region"] = -precision / np.multiply.outer(
        deviation, deviation
    )
    # LAPACK's inverse of a symmetric matrix is symmetric only up to rounding.
    values = (values + values.T) / 2 + 0.0  # + 0.0 turns -0.0 into 0.0
    np.fill_diagonal(values, 1.0)
    return values


@dataclass(frozen=True)
class Partial:
    """Correlation of every two regions given all others; symmetric, 1 on the diagonal.

    The result doesn't depend on any region's unit. A ridge makes the covariance invertible. If
    all regions' deviations lie within a factor of 10, it is a share of the mean variance, as in
    the original study. Otherwise it is the same share of each region's own variance; with the
    mean, one region a million times larger than the others would shrink all other partial
    correlations to 0. On 14 scans of 94 regions the two differ by 1e-5 at most.

    References
    ----------
    Marrelec et al. 2006, NeuroImage 32: 228–237.

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
    equation: ClassVar[str] = (
        r"w_{ij} = -P_{ij} / \sqrt{P_{ii} P_{jj}} \;\; (i \neq j), \quad "
        r"P = (C + 10^{-6} V)^{-1}"
    )
    inverts: ClassVar[Inversion] = Inversion("frames", "regions", "shrinkage_partial")

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the normalised inverse of the covariance C, P = (C + 1e-6 V)⁻¹.

        V is trace(C)/R I if the regions' deviations lie within a factor of 10, else the
        diagonal of C.

        Metrics: `samples_of_inverse` and `columns_of_inverse`, the numbers of frames and
        regions, if there are fewer than two frames per region; the values are then mostly
        noise. `dimensions_of_inverse` and `columns_of_inverse`, if the regions span fewer
        dimensions than there are regions; the values are then decided by the ridge.

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
