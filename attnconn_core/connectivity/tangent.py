"""Tangent space: how a scan's covariance departs from that of a group."""

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
    """Geometric mean of the scans' shrunk covariances: the point that tangents touch.

    It is learnt from the scans, of which one is held at a time. Where a score is reported
    on other subjects, give only the training subjects' here.

    Raises
    ------
    ParameterError
        If there is no scan, or the scans' regions differ.
    SeriesError
        If a region of a scan holds a NaN, an infinite value or a constant signal.
    """
    # Only where it is used: nilearn takes its time to import.
    from nilearn.connectome import ConnectivityMeasure
    from sklearn.base import BaseEstimator

    covariances, regions = [], set()
    for number, each in enumerate(series, start=1):
        covariances.append(shrunk_covariance(require_sound(each, f"scan {number}")))
        regions.add(each.regions)
    if len(regions) != 1:
        raise ParameterError(
            f"a geometric mean needs scans of the same regions; got {len(covariances)} scans "
            f"with {len(regions)} lists of regions"
        )

    class Given(BaseEstimator):
        """Pass a covariance through: nilearn would compute its own from the frames."""

        def fit(self, covariance: np.ndarray) -> "Given":
            self.covariance_ = covariance
            return self

    measure = ConnectivityMeasure(cov_estimator=Given(), kind="tangent", standardize=False)
    return np.asarray(measure.fit(covariances).mean_, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Tangent:
    """Matrix logarithm of a scan's covariance as seen from the group's; symmetric.

    Attributes
    ----------
    reference
        The group's covariance, from `geometric_mean`.
    saw_subject
        Whether any scan of the subject that is read is part of it; None where that isn't
        known.

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
    >>> cohort = [source.load(each) for each in source.sessions()]
    >>> Tangent(geometric_mean(cohort[2:])).estimate(cohort[0]).values.shape
    (6, 6)
    """

    reference: Float64[np.ndarray, "region region"]
    saw_subject: bool | None = None

    method: ClassVar[str] = "tangent"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        reference = self.reference
        if not np.allclose(reference, reference.T) or np.linalg.eigvalsh(reference)[0] <= 0:
            raise ParameterError(
                "a tangent's reference must be symmetric and positive definite; it isn't"
            )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Whiten the shrunk covariance C by the reference G: log(G^-½ C G^-½).

        A difference from the group's covariance, not a connection: 0 is "as the group".

        Raises
        ------
        ParameterError
            If the regions aren't as many as the reference's.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal.
        """
        require_sound(series, self.method)
        if series.n_regions != len(self.reference):
            raise ParameterError(
                f"the reference is of {len(self.reference)} regions; the series has "
                f"{series.n_regions}"
            )
        whitening = _spectral(self.reference, lambda eigenvalues: eigenvalues**-0.5)
        values = _spectral(whitening @ shrunk_covariance(series) @ whitening, np.log)
        metrics = seen(self.saw_subject)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)


def _spectral(
    matrix: Float64[np.ndarray, "region region"], function: Callable[[np.ndarray], np.ndarray]
) -> Float64[np.ndarray, "region region"]:
    """Apply a function to a symmetric matrix by its eigenvalues."""
    eigenvalues, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * function(eigenvalues)) @ vectors.T
