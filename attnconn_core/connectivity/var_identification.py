"""A ridge VAR for identifying subjects: partial correlations with the present and the past."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.checks import require_share
from attnconn_core.connectivity.shrinkage_partial import shrunk
from attnconn_core.connectivity.with_past import with_past
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["VarIdentification"]


@dataclass(frozen=True)
class VarIdentification:
    """Sum of the partial correlations with a source's present and with its past.

    The covariance of [x_t, x_{t−1}], centred within each run, is shrunk towards the identity
    and inverted. This is equivalent to ridge penalties on a VAR of one lag and on the
    covariance of its innovations. The value at [target, source] is the partial correlation of
    the two regions' present, which is symmetric and identifies subjects from a minute of data,
    plus the partial correlation of the target's present with the source's past, which is
    directed.

    Attributes
    ----------
    shrinkage
        Share of the covariance that is replaced by the identity. None: Ledoit and Wolf's
        share, which estimates the covariance best. The share that identifies subjects best is
        chosen on other subjects (`attnconn_core.scoring.cross_fitted_identification`).

    Raises
    ------
    ParameterError
        Unless the shrinkage lies above 0 and below 1.

    References
    ----------
    Ledoit & Wolf 2004, Journal of Multivariate Analysis 88: 365–411.

    Examples
    --------
    >>> import numpy as np
    >>> from attnconn_core.timeseries import simulate
    >>> coupling = np.array([[0.3, 0.0], [0.6, 0.3]])  # region 1 drives region 2
    >>> values = VarIdentification().estimate(simulate(coupling, 500, 0, noise=0.0)).values
    >>> bool(values[1, 0] > values[0, 1] + 0.3)
    True
    """

    shrinkage: float | None = None

    method: ClassVar[str] = "var_identification"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True
    equation: ClassVar[str] = (
        r"w_{ij} = \mathrm{corr}(x_i(t), x_j(t) \mid \text{rest}) "
        r"+ \mathrm{corr}(x_i(t), x_j(t - 1) \mid \text{rest})"
    )

    def __post_init__(self) -> None:
        require_share("shrinkage", self.shrinkage, or_none=True)

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Return the sum of both partial correlations from the shrunk covariance.

        The diagonal is the partial correlation of a region's present with its own past.
        Metrics: `shrinkage`.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or too few
            frames have a frame before them.
        """
        require_sound(series, self.method)
        n = series.n_regions
        frames = with_past(series, 1)
        shrinkage = shrunk(frames)[1] if self.shrinkage is None else self.shrinkage
        # Of unit deviation, so that the identity has the covariance's scale.
        covariance = frames.T @ frames / len(frames)
        precision = np.linalg.inv((1 - shrinkage) * covariance + shrinkage * np.eye(2 * n))
        scale = np.sqrt(precision.diagonal())
        partial = -precision / np.outer(scale, scale)
        values = partial[:n, :n] + partial[:n, n:]
        np.fill_diagonal(values, partial[:n, n:].diagonal())
        metrics = {"shrinkage": shrinkage}
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
