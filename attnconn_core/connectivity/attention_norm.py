"""Attention weighted by the norm of the values that it transmits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.read_out import ReadOut
from attnconn_core.forecasting.annotations import AttentionForecaster
from attnconn_core.records import TimeSeries

__all__ = ["AttentionNorm"]


@dataclass(frozen=True, eq=False)
class AttentionNorm(ReadOut):
    """Share of each source in the attention-weighted values that reach a target region.

    Attention alone ignores the size of the values it weights: a source whose value is near
    zero may get most of it. ``||a[t, s] f(v[s])||`` is averaged over windows, with f the linear
    map that follows the attention (see `attnconn_core.forecasting.influence.carried_norm`), and
    each row is divided by its sum: rows sum to 1, or to 0 if nothing reaches the target.
    Parameters and metrics are those of `ReadOut`.

    References
    ----------
    Kobayashi, Kuribayashi, Yokoi & Inui 2020, "Attention is not only a weight: analyzing
    transformers with vector norms", EMNLP: 7057–7075.
    """

    method: ClassVar[str] = "attention_norm"
    equation: ClassVar[str] = (
        r"w_{ij} = \frac{\sum_t \| a_{ij}(t)\, f_i(v_j(t)) \|}"
        r"{\sum_k \sum_t \| a_{ik}(t)\, f_i(v_k(t)) \|}"
    )

    def _values(
        self, forecaster: AttentionForecaster, series: TimeSeries
    ) -> Float64[np.ndarray, "target source"]:
        """Return the mean norms, each row divided by its sum."""
        from attnconn_core.forecasting.influence import carried_norm

        values = carried_norm(forecaster, series, max_windows=self.max_windows)
        row_sums = values.sum(axis=1, keepdims=True)
        shares: Float64[np.ndarray, "target source"] = np.divide(
            values, row_sums, out=np.zeros_like(values), where=row_sums > 0
        )
        return shares
