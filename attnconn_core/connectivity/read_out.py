"""Steps common to all read-outs of a trained forecaster: scaling, and measuring its skill."""

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
    """Return the forecaster in the scale to read a series in, and its skill on the test part.

    Parameters
    ----------
    series
        Series from which connectivity is estimated.
    forecaster
        Trained forecaster.
    test_fraction, rescale, saw_subject
        As for `attnconn_core.connectivity.attention.Attention`.

    Returns
    -------
    forecaster, metrics
        `r2` (mean per-region), `r2_pooled` and `mse` on the test part, if there is one, and
        `saw_subject`, if it is known.

    Raises
    ------
    ParameterError
        If the series and the forecaster have different numbers of regions.
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
    """A matrix computed from a trained forecaster on some windows of a series.

    Attributes
    ----------
    forecaster
        The trained forecaster.
    rescale, test_fraction
        As for `attnconn_core.connectivity.attention.Attention`.
    max_windows
        Largest number of windows to read, evenly spread over the series.
    saw_subject
        Whether the forecaster was trained on any scan of the subject of the series; None if
        this isn't known.
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
        """Return the matrix, with the forecaster's skill as metrics.

        Metrics: `r2`, `r2_pooled` and `mse` on the test part, if there is one, and
        `saw_subject`, 1 or 0, if it is known.

        Raises
        ------
        ParameterError
            If the series and the forecaster have different numbers of regions.
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
        """Return the matrix, from a forecaster in the series' scale."""
