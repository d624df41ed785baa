"""Every linear forecaster of the registry, fitted and judged on one scan.

A further one takes its entry in `attnconn_core.forecasting.linear_kinds`, and its fit here.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from attnconn_core.forecasting.hierarchical import (
    cohort_coefficients,
    fit_hierarchical,
    fit_lag_weighted,
    require_alike,
)
from attnconn_core.forecasting.linear import own_past, ridge_var, ridge_var_own_past_free
from attnconn_core.forecasting.linear_kinds import LINEAR_FORECASTERS
from attnconn_core.forecasting.moments import ByColumn, LaggedMoments
from attnconn_core.forecasting.penalties import VALIDATION_FRACTION, ChosenFit, TrainingMoments
from attnconn_core.forecasting.skill import ForecastSkill, forecast_skill
from attnconn_core.records import TimeSeries

__all__ = ["LinearForecast", "linear_forecasts"]


@dataclass(frozen=True, eq=False)
class LinearForecast:
    """A linear forecaster of a session, and what it is worth on frames it didn't see.

    Attributes
    ----------
    fit
        The forecaster, and its penalty.
    skill
        On the test frames.
    cohort_informed
        Whether it rests on other subjects' data too.
    """

    fit: ChosenFit
    skill: ForecastSkill
    cohort_informed: bool


def _own_past(moments: TrainingMoments) -> ChosenFit:
    return ChosenFit(own_past(moments.whole), None)


def _cohort(moments: TrainingMoments, prior: ByColumn) -> ChosenFit:
    return ChosenFit(moments.whole.forecaster(prior), None)


# What fits each: from a session's own moments, or from these and the coefficients of the
# other subjects' VAR.
_OWN: Mapping[str, Callable[[TrainingMoments], ChosenFit]] = MappingProxyType(
    {
        "ar": _own_past,
        "ridge_var": functools.partial(TrainingMoments.chosen, fit=ridge_var),
        "ridge_var_own_past": functools.partial(
            TrainingMoments.chosen, fit=ridge_var_own_past_free
        ),
        "lag_weighted_var": fit_lag_weighted,
    }
)
_INFORMED: Mapping[str, Callable[[TrainingMoments, ByColumn], ChosenFit]] = MappingProxyType(
    {"cohort_var": _cohort, "hierarchical_var": fit_hierarchical}
)


def linear_forecasts(
    training: TimeSeries,
    test: TimeSeries,
    lags: int,
    others: LaggedMoments | None = None,
    validation_fraction: float = VALIDATION_FRACTION,
) -> Mapping[str, LinearForecast]:
    """Fit every linear forecaster on one part of a scan, and judge it on the next.

    Parameters
    ----------
    training, test
        Parts of one scan, as `attnconn_core.timeseries.split` cuts them.
    lags
        Frames of the past.
    others
        Moments of other subjects' training frames, of the same lags, as
        `PooledMoments.without` gives them. Without them, forecasters that rest on other
        subjects' data are left out.
    validation_fraction
        The share at the end of `training` that penalties are chosen on; the forecasters
        are then refitted on all of it.

    Returns
    -------
    A forecast for each of `LINEAR_FORECASTERS`, in their order.

    Raises
    ------
    ParameterError
        If the others have other lags or regions.
    SeriesError
        If a part has no run longer than `lags`.
    """
    moments = TrainingMoments.of(training, lags, validation_fraction)
    if others is not None:
        require_alike(others, moments.whole)
    prior = None if others is None else cohort_coefficients(others)
    found = {}
    for name, kind in LINEAR_FORECASTERS.items():
        if not kind.cohort_informed:
            fit = _OWN[name](moments)
        elif prior is not None:
            fit = _INFORMED[name](moments, prior)
        else:
            continue
        skill = forecast_skill(*fit.forecaster.predict(test.runs))
        found[name] = LinearForecast(fit, skill, kind.cohort_informed)
    return found
