"""What every read-out of a trained forecaster does before it reads: scale, and judge."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from attnconn_core.connectivity.estimator import seen
from attnconn_core.forecasting.annotations import AttentionForecaster
from attnconn_core.forecasting.skill import forecast_skill
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound, scale_of, split

__all__ = ["ReadOut", "read_on"]


def read_on(
    series: TimeSeries,
    forecaster: AttentionForecaster,
    *,
    test_fraction: float | None,
    rescale: bool,
    saw_subject: bool | None,
) -> tuple[AttentionForecaster, dict[str, float]]:
    """Return a forecaster in the scale that a series is read in, and its skill on the test part.

    Parameters
    ----------
    series
        That connectivity is read on.
    forecaster
        Trained.
    test_fraction, rescale, saw_subject
        As of `attnconn_core.connectivity.attention.Attention`.

    Returns
    -------
    forecaster, metrics
        `r2` (mean per-region), `r2_pooled` and `mse` on the test part, where there is one, and
        `saw_subject`, where it is known.

    Raises
    ------
    ParameterError
        If the regions aren't as many as the forecaster's.
    SeriesError
        If no run of the test part is long enough for one window.
    """
    before, test = series, None
    if test_fraction is not None:
        before, test = split(series, test_fraction)
    if rescale:
        forecaster = forecaster.with_scale(scale_of(before))
    metrics: dict[str, float] = {}
    if test is not None:
        from attnconn_core.forecasting.reading import forecast

        ahead = forecast(forecaster, test)
        metrics |= forecast_skill(ahead.observed, ahead.predicted).summary()
    return forecaster, metrics | seen(saw_subject)


@dataclass(frozen=True, eq=False)
class ReadOut(ABC):
    """A matrix that is read out of a trained network from some windows of a series.

    Attributes
    ----------
    forecaster
        The trained network.
    rescale, test_fraction
        As of `attnconn_core.connectivity.attention.Attention`.
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

    method: ClassVar[str]
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Read the matrix, and judge the network's forecast.

        Metrics: `r2`, `r2_pooled` and `mse` on the test part, where there is one, and
        `saw_subject`, 1 or 0, where it is known.

        Raises
        ------
        ParameterError
            If the regions aren't as many as the forecaster's.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or no run
            is long enough for one window.
        """
        require_sound(series, self.method)
        forecaster, metrics = read_on(
            series,
            self.forecaster,
            test_fraction=self.test_fraction,
            rescale=self.rescale,
            saw_subject=self.saw_subject,
        )
        values = self._values(forecaster, series)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)

    @abstractmethod
    def _values(
        self, forecaster: AttentionForecaster, series: TimeSeries
    ) -> Float64[np.ndarray, "target source"]:
        """Read a network that has the series' scale."""
