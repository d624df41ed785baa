"""Partial correlation from a sparse precision matrix."""

import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.checks import require_number, require_whole
from attnconn_core.connectivity.centring import covariance_of, standardised
from attnconn_core.connectivity.partial import partial_correlation
from attnconn_core.errors import SeriesError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["GraphicalLasso"]

# Tolerance of the solution for one region. With scikit-learn's 1e-4 the sweeps may never
# converge: 10 regions of 60 frames took 47, or more than 200, where they now take 4.
_ONE_REGION = 1e-6


@dataclass(frozen=True)
class GraphicalLasso:
    """Sparse partial correlation; symmetric, 1 on the diagonal.

    Attributes
    ----------
    alpha
        Penalty on the off-diagonal entries of the precision, in units of correlation. A
        larger penalty gives fewer connections.
    max_iterations
        Largest number of sweeps over the regions.

    Raises
    ------
    ParameterError
        If a setting is out of its range.

    References
    ----------
    Friedman, Hastie & Tibshirani 2008, Biostatistics 9: 432–441.

    Examples
    --------
    >>> from attnconn_core.sources import Simulated
    >>> source = Simulated(subjects=2, regions=6)
    >>> series = source.load(source.sessions()[0])
    >>> GraphicalLasso(alpha=0.1).estimate(series).values.shape
    (6, 6)
    """

    alpha: float = 0.05
    max_iterations: int = 200

    method: ClassVar[str] = "graphical_lasso"
    directed: ClassVar[bool] = False
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = -P_{ij} / \sqrt{P_{ii} P_{jj}} \;\; (i \neq j), \quad "
        r"P = \arg\max_P \; \ln\det P - \mathrm{tr}(C P) - \alpha \sum_{i \ne j} |P_{ij}|"
    )

    def __post_init__(self) -> None:
        require_number("alpha", self.alpha, above=True)
        require_whole("max_iterations", self.max_iterations, 1)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Fit the sparse precision of the standardised regions, and return it normalised.

        Metrics: `edges`, the share of pairs with a connection.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or the fit
            doesn't converge.
        """
        # Imported here because importing scikit-learn is slow.
        from sklearn.covariance import graphical_lasso
        from sklearn.exceptions import ConvergenceWarning

        require_sound(series, self.method)
        correlation = covariance_of(standardised(series))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", ConvergenceWarning)
                precision = graphical_lasso(
                    correlation, self.alpha, max_iter=self.max_iterations, enet_tol=_ONE_REGION
                )[1]
        except (ConvergenceWarning, FloatingPointError) as error:
            raise SeriesError(
                f"{self.method} didn't converge in {self.max_iterations} sweeps at alpha "
                f"{self.alpha:g}; use a larger alpha or more sweeps"
            ) from error
        values = partial_correlation(np.asarray(precision, dtype=np.float64))
        connected = values[np.tril_indices_from(values, -1)] != 0
        return Connectivity(
            values,
            series.regions,
            self.method,
            self.directed,
            {"edges": float(connected.mean()) if connected.size else 0.0},
        )
