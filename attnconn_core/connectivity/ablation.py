"""Connectivity as the loss of forecast skill when the past of one region is removed."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.read_out import ReadOut
from attnconn_core.forecasting.annotations import AttentionForecaster
from attnconn_core.records import TimeSeries

__all__ = ["Ablation"]


@dataclass(frozen=True, eq=False)
class Ablation(ReadOut):
    """Drop in R² of a trained forecaster when a source's past is replaced by its mean.

    Drops below 0 count as 0. The diagonal is the drop when the region's own past is replaced.
    Parameters and metrics are those of `ReadOut`.
    """

    method: ClassVar[str] = "ablation"
    equation: ClassVar[str] = r"w_{ij} = \max(0, R^2_i - R^2_i[x_j := \bar x_j])"

    def _values(
        self, forecaster: AttentionForecaster, series: TimeSeries
    ) -> Float64[np.ndarray, "target source"]:
        """Return the drops in R², replacing the past of one region at a time."""
        from attnconn_core.forecasting.influence import ablation_loss

        drops: Float64[np.ndarray, "target source"] = np.maximum(
            ablation_loss(forecaster, series, max_windows=self.max_windows), 0.0
        )
        return drops
