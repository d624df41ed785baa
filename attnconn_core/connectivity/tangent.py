"""Tangent space: difference of a scan's covariance from the cohort's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.estimator import seen
from attnconn_core.connectivity.shrinkage_partial import shrunk_covariance
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Tangent", "geometric_mean"]


def geometric_mean(
    series: Iterable[TimeSeries],
) -> Float64[np.ndarray, "region region"]:
    """Return the geometric mean of the scans' shrunk covariances, the base of the tangent space.

    Only one scan is in memory at a time. If a score is reported on other subjects, give only
    the scans of the training subjects.

    Raises
    ------
    ParameterError
        If there is no scan, or the scans' regions differ.
    SeriesError
        If a region of a scan holds a NaN, an infinite value or a constant signal.
    """
    # Imported here because importing nilearn is slow.
    from nilearn.connectome import ConnectivityMeasure
    from sklearn.base import BaseEstimator

    covariances, regions = [], set()
    for number, scan in enumerate(series, start=1):
        covariances.append(shrunk_covariance(require_sound(scan, f"scan {number}")))
        regions.add(scan.regions)
    if len(regions) != 1:
        raise ParameterError(
            f"a geometric mean needs scans of the same regions; got {len(covariances)} scans "
            f"with {len(regions)} lists of regions"
        )

    class Given(BaseEstimator):
        """Pass a covariance through; nilearn's default would compute one from the frames."""

        def fit(self, covariance: np.ndarray) -> "Given":
            self.covariance_ = covariance
            return self

    measure = ConnectivityMeasure(cov_estimator=Given(), kind="tangent", standardize=False)
    return np.asarray(measure.fit(covariances).mean_, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Tangent:
    """Matrix logarithm of a scan's covariance relative to the cohort's; symmetric.

    Attributes
    ----------
    reference
        The cohort's covariance, from `geometric_mean`.
    saw_subject
        Whether any scan of the subject of the series is part of the reference; None if this
        isn't known.

    Raises
    ------
    ParameterError
        Unless the reference is symmetric and positive definite.

    References
    ----------
    Varoquaux et al. 2010, MICCAI, LNCS 6361: 200–208.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=4, regions=6)
    >>> cohort = [source.load(session) for session in source.sessions()]
    >>> Tangent(geometric_mean(cohort[2:])).estimate(cohort[0]).values.shape
    (6, 6)
    """

    reference: Float64[np.ndarray, "region region"]
    saw_subject: bool | None = None

    method: ClassVar[str] = "tangent"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = r"W = \ln(G^{-1/2} C G^{-1/2})"

    def __post_init__(self) -> None:
        reference = self.reference
        if not np.allclose(reference, reference.T) or np.linalg.eigvalsh(reference)[0] <= 0:
            raise ParameterError(
                "a tangent's reference must be symmetric and positive definite; it isn't"
            )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the shrunk covariance C whitened by the reference G: log(G^-½ C G^-½).

        A value is a difference from the cohort's covariance, not a connection; 0 is no
        difference.

        Raises
        ------
        ParameterError
            If the series and the reference have different numbers of regions.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        if series.n_regions != len(self.reference):
            raise ParameterError(
                f"the reference has {len(self.reference)} regions; the series has "
                f"{series.n_regions}"
            )
        whitening = _spectral(self.reference, lambda eigenvalues: eigenvalues**-0.5)
        values = _spectral(whitening @ shrunk_covariance(series) @ whitening, np.log)
        metrics = seen(self.saw_subject)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)


def _spectral(
    matrix: Float64[np.ndarray, "region region"], function: Callable[[np.ndarray], np.ndarray]
) -> Float64[np.ndarray, "region region"]:
    """Return a function of a symmetric matrix, applied to its eigenvalues."""
    eigenvalues, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    mapped: Float64[np.ndarray, "region region"] = (vectors * function(eigenvalues)) @ vectors.T
    return mapped
