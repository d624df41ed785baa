"""Attention weighted by the norm of what it carries."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from attnconn_core.connectivity.read_out import read_on
from attnconn_core.forecasting.influence import carried_norm
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["AttentionNorm"]


@dataclass(frozen=True, eq=False)
class AttentionNorm:
    """Share of what a trained network's attention carries to a region that comes from another.

    Attention alone says nothing of the value it weighs: a source whose value is near zero may
    get most of it.

    Attributes
    ----------
    forecaster
        The trained network.
    rescale, test_fraction
        As of `Attention`.
    max_windows
        As many windows, evenly spread over the series, are read at most.
    saw_subject
        Whether the network was trained on any scan of the subject that is read; None
        where that isn't known.
    """

    forecaster: AttentionForecaster
    rescale: bool = False
    max_windows: int = 1024
    saw_subject: bool | None = None
    test_fraction: float | None = None

    method: ClassVar[str] = "attention_norm"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Average ``||a[t, s] f(v[s])||`` over windows, and divide each row by its sum.

        f is the linear map that follows the attention; see
        `attnconn_core.forecasting.influence.carried_norm`. Rows sum to 1, or to 0 where nothing
        is carried to the target. Metrics: as of `Ablation`.

        Raises
        ------
        ParameterError
            If the regions aren't as many as the forecaster's.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or no run
            is long enough for one window.

        References
        ----------
        Kobayashi, Kuribayashi, Yokoi & Inui 2020, "Attention is not only a weight: analyzing
        transformers with vector norms", EMNLP: 7057–7075.
        """
        require_sound(series, self.method)
        forecaster, metrics = read_on(
            series,
            self.forecaster,
            test_fraction=self.test_fraction,
            rescale=self.rescale,
            saw_subject=self.saw_subject,
        )
        values = carried_norm(forecaster, series, max_windows=self.max_windows)
        whole = values.sum(axis=1, keepdims=True)
        values = np.divide(values, whole, out=np.zeros_like(values), where=whole > 0)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
