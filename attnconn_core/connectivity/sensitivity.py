"""How steeply a trained network's forecast of a region follows the past of another."""

from dataclasses import dataclass
from typing import ClassVar

from attnconn_core.connectivity.estimator import seen
from attnconn_core.forecasting.influence import mean_jacobian
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.records import Connectivity, TimeSeries
from attnconn_core.timeseries import require_sound, scale_of

__all__ = ["Sensitivity"]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Mean absolute slope of a trained network's forecast in each region's past.

    Attributes
    ----------
    forecaster
        The trained network.
    rescale
        Whether the network reads the series in the series' own scale: so for a group's
        network, which was trained on standardised sessions.
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

    method: ClassVar[str] = "sensitivity"
    directed: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def estimate(self, series: TimeSeries) -> Connectivity:
        """Differentiate every forecast in every region's past, in units of deviation.

        The diagonal is the slope in the region's own past.

        Raises
        ------
        ParameterError
            If the regions aren't as many as the forecaster's.
        SeriesError
            If a region holds a NaN, an infinite value or a constant signal, or no run
            is long enough for one window.
        """
        require_sound(series, self.method)
        forecaster = self.forecaster
        if self.rescale:
            forecaster = forecaster.with_scale(scale_of(series))
        values = mean_jacobian(forecaster, series, max_windows=self.max_windows)
        metrics = seen(self.saw_subject)
        return Connectivity(values, series.regions, self.method, self.directed, metrics)
