"""What every read-out of a trained forecaster does before it reads: scale, and judge."""

from attnconn_core.connectivity.estimator import seen
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.reading import forecast
from attnconn_core.forecasting.skill import forecast_skill
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import scale_of, split

__all__ = ["read_on"]


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
        ahead = forecast(forecaster, test)
        metrics |= forecast_skill(ahead.observed, ahead.predicted).summary()
    return forecaster, metrics | seen(saw_subject)
