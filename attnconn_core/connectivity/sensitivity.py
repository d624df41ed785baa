"""How steeply a trained network's forecast of a region follows the past of another."""

from dataclasses import dataclass
from typing import ClassVar

from attnconn_core.connectivity.read_out import read_on
from attnconn_core.forecasting.influence import mean_jacobian
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound

__all__ = ["Sensitivity"]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Mean absolute slope of a trained network's forecast in each region's past.

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

    method: ClassVar[str] = "sensitivity"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Differentiate every forecast in every region's past, in units of deviation.

        The diagonal is the slope in the region's own past.

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
        values = mean_jacobian(forecaster, series, max_windows=self.max_windows)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
