"""Every linear forecaster of the registry, fitted and scored on one scan.

To add one, add its entry in `attnconn_core.forecasting.linear_kinds`, and its fit here.
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
    """A linear forecaster of a session, and its skill on held-out frames.

    Attributes
    ----------
    fit
        The forecaster and its penalty.
    skill
        Skill on the test frames.
    cohort_informed
        Whether it also uses other subjects' data.
    """

    fit: ChosenFit
    skill: ForecastSkill
    cohort_informed: bool


def _own_past(moments: TrainingMoments) -> ChosenFit:
    return ChosenFit(own_past(moments.all_frames), None)


def _cohort(moments: TrainingMoments, prior: ByColumn) -> ChosenFit:
    return ChosenFit(moments.all_frames.forecaster(prior), None)


# Fit of each kind: from a session's own moments, or also from the VAR coefficients of the
# other subjects.
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
    """Fit every linear forecaster on the training part of a scan, and score it on the test part.

    Parameters
    ----------
    training, test
        Parts of one scan, from `attnconn_core.timeseries.split`.
    lags
        Number of past frames.
    others
        Moments of other subjects' training frames, with the same lags, from
        `PooledMoments.without`. If None, forecasters that use other subjects' data are left
        out.
    validation_fraction
        Share of the frames, at the end of `training`, on which penalties are chosen. The
        forecasters are then refitted on all of `training`.

    Returns
    -------
    A forecast for each of `LINEAR_FORECASTERS`, in the same order.

    Raises
    ------
    ParameterError
        If the others have different lags or regions.
    SeriesError
        If a part has no run longer than `lags`.
    """
    moments = TrainingMoments.of(training, lags, validation_fraction)
    if others is not None:
        require_alike(others, moments.all_frames)
    prior = None if others is None else cohort_coefficients(others)
    forecasts = {}
    for name, kind in LINEAR_FORECASTERS.items():
        if not kind.cohort_informed:
            fit = _OWN[name](moments)
        elif prior is not None:
            fit = _INFORMED[name](moments, prior)
        else:
            continue
        skill = forecast_skill(*fit.forecaster.predict(test.runs))
        forecasts[name] = LinearForecast(fit, skill, kind.cohort_informed)
    return forecasts
