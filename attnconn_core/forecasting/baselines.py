"""Forecast baselines: what linear methods know of the next frame."""

from collections.abc import Mapping
from types import MappingProxyType

from attnconn_core.forecasting.linear import (
    choose_alpha,
    lagged_moments,
    own_past,
    ridge_var,
    ridge_var_own_past_free,
)
from attnconn_core.forecasting.skill import ForecastSkill, forecast_skill
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

__all__ = ["BASELINES", "forecast_baselines"]

#: The baselines' names, from the weakest to the strongest.
BASELINES = ("ar", "ridge_var", "ridge_var_own_past")

_RIDGES = MappingProxyType({"ridge_var": ridge_var, "ridge_var_own_past": ridge_var_own_past_free})


def forecast_baselines(
    training: TimeSeries, test: TimeSeries, lags: int, validation_fraction: float = 0.1
) -> Mapping[str, ForecastSkill]:
    """Fit every linear baseline on one part of a scan and judge it on the next.

    Parameters
    ----------
    training, test
        Parts of one scan, as `attnconn_core.timeseries.split` cuts them.
    lags
        Frames of the past.
    validation_fraction
        The share at the end of `training` that the ridge penalties are chosen on; they
        are then refitted on all of it.

    Returns
    -------
    A skill for each of `BASELINES`: every region's own past by least squares, a ridge
    VAR, and a ridge VAR that leaves each region's own past unpenalised.

    Raises
    ------
    SeriesError
        If a part has no run longer than `lags`.
    """
    earlier, validation = split(training, validation_fraction)
    moments = lagged_moments(training.runs, lags, standardise=True)
    earlier_moments = lagged_moments(earlier.runs, lags, standardise=True)
    fitted = {"ar": own_past(moments)}
    for name, fit in _RIDGES.items():
        fitted[name] = fit(moments, choose_alpha(fit, earlier_moments, validation.runs))
    return {name: forecast_skill(*each.predict(test.runs)) for name, each in fitted.items()}
