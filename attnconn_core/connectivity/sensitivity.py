"""Connectivity as the slope of a forecast in the past of another region."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.read_out import ReadOut
from attnconn_core.forecasting.annotations import AttentionForecaster
from attnconn_core.records import TimeSeries

__all__ = ["Sensitivity"]


@dataclass(frozen=True, eq=False)
class Sensitivity(ReadOut):
    """Mean absolute slope of a trained forecaster's prediction in each region's past.

    In units of deviation; the diagonal is the slope in the region's own past. Parameters and
    metrics are those of `ReadOut`.
    """

    method: ClassVar[str] = "sensitivity"
    equation: ClassVar[str] = (
        r"w_{ij} = \frac{1}{n} \sum_t \sum_{l=1}^{L} "
        r"\left| \frac{\partial \hat x_i(t)}{\partial x_j(t - l)} \right|"
    )

    def _values(
        self, forecaster: AttentionForecaster, series: TimeSeries
    ) -> Float64[np.ndarray, "target source"]:
        """Return the mean absolute derivatives of every forecast in every region's past."""
        from attnconn_core.forecasting.influence import mean_jacobian

        return mean_jacobian(forecaster, series, max_windows=self.max_windows)
