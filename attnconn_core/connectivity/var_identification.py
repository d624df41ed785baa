"""A ridge VAR that tells subjects: partial correlations with the present and the past."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.shrinkage_partial import shrunk
from attnconn_core.connectivity.with_past import with_past
from attnconn_core.errors import ParameterError
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["VarIdentification"]


@dataclass(frozen=True)
class VarIdentification:
    """Partial correlation with each region's present and past at once, all else held.

    The covariance of [x_t, x_{t−1}], centred within each run, is shrunk towards the identity
    and inverted: with ridge penalties on a VAR of one lag and on the covariance of its
    innovations. The value at
    [target, source] is the partial correlation of the two regions' present, which is
    symmetric and tells subjects from a minute of data, plus that of the target's present
    with the source's past, which gives it a direction.

    Attributes
    ----------
    shrinkage
        Share of the covariance that the identity replaces. None: Ledoit and Wolf's, which
        estimates the covariance best. What identifies best is chosen on other subjects
        (`attnconn_core.scoring.cross_fitted_identification`).

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
    >>> network = np.array([[0.3, 0.0], [0.6, 0.3]])  # region 1 drives region 2
    >>> values = VarIdentification().estimate(simulate(network, 500, 0, noise=0.0)).values
    >>> bool(values[1, 0] > values[0, 1] + 0.3)
    True
    """

    shrinkage: float | None = None

    method: ClassVar[str] = "var_identification"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.shrinkage is not None and not 0 < self.shrinkage < 1:
            raise ParameterError(
                f"shrinkage must lie between 0 and 1, or be None; got {self.shrinkage}"
            )

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Invert the shrunk covariance of present and past.

        The diagonal is what a region's own past says of its present. Metrics: `shrinkage`.

        Raises
        ------
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or too few
            frames have one before them.
        """
        require_sound(series, self.method)
        n = series.n_regions
        frames = with_past(series, 1)
        shrinkage = shrunk(frames)[1] if self.shrinkage is None else self.shrinkage
        # Of unit deviation, so that the identity is of the covariance's scale.
        covariance = frames.T @ frames / len(frames)
        precision = np.linalg.inv((1 - shrinkage) * covariance + shrinkage * np.eye(2 * n))
        scale = np.sqrt(precision.diagonal())
        partial = -precision / np.outer(scale, scale)
        values = partial[:n, :n] + partial[:n, n:]
        np.fill_diagonal(values, partial[:n, n:].diagonal())
        metrics = {"shrinkage": shrinkage}
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
