"""How much worse a trained network foretells a region without the past of another."""

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
    """Drop in R² of a trained network's forecast when a source's past is replaced by its mean.

    Drops below 0 count as 0. The diagonal is what the region's own past is worth to the
    network. Parameters and metrics are those of `ReadOut`.
    """

    method: ClassVar[str] = "ablation"

    def _values(
        self, forecaster: AttentionForecaster, series: TimeSeries
    ) -> Float64[np.ndarray, "target source"]:
        """Replace the past of every region in turn."""
        from attnconn_core.forecasting.influence import ablation_loss

        return np.maximum(ablation_loss(forecaster, series, max_windows=self.max_windows), 0.0)
