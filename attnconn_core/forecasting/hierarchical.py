"""Hierarchical VAR: one session's VAR, shrunk towards that of other people.

Most of how regions drive each other at rest is shared between people, and a scan is too
short to find it anew: what a session's own frames don't settle is taken from the others.
Hierarchical VARs of fMRI are otherwise estimated by sampling, for a handful of regions
(Gorrostieta et al. 2013, Frontiers in Computational Neuroscience 7:159); with the others'
VAR as the centre of a ridge penalty, the fit is closed and takes hundreds.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attnconn_core.forecasting.linear import (
    ALPHAS,
    choose_alpha,
    growing_penalty,
    ridge_var_own_past_free,
)
from attnconn_core.forecasting.moments import (
    ByColumn,
    LaggedMoments,
    LinearForecaster,
    lagged_moments,
)
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import split

__all__ = [
    "COHORT_ALPHA",
    "ChosenFit",
    "cohort_coefficients",
    "hierarchical_var",
    "lag_weighted_var",
    "on_validation_frames",
]

#: The penalty of the cohort's VAR, for moments that are sums over standardised scans.
COHORT_ALPHA = 1e4

_VALIDATION = 0.1


@dataclass(frozen=True, eq=False)
class ChosenFit:
    """A linear forecaster, and the penalty that was chosen for it.

    Attributes
    ----------
    forecaster
        Fitted on all frames that may be learnt from.
    alpha
        The penalty, which did best on the last part of them.
    """

    forecaster: LinearForecaster
    alpha: float


def on_validation_frames(
    fit: Callable[[LaggedMoments, float], LinearForecaster],
    training: TimeSeries,
    lags: int,
    validation_fraction: float = _VALIDATION,
    alphas: Sequence[float] = ALPHAS,
) -> ChosenFit:
    """Choose a penalty on the last part of a series, and refit on all of it.

    Parameters
    ----------
    fit
        Such as `ridge_var`, of standardised moments and a penalty.
    training
        The frames that may be learnt from.
    lags
        Frames of the past.
    validation_fraction
        The share at the end of `training` that the penalty is chosen on.
    alphas
        The penalties to choose from.

    Raises
    ------
    SeriesError
        If a part has no run longer than `lags`, or a region doesn't change.
    """
    earlier, validation = split(training, validation_fraction)
    of_earlier = lagged_moments(earlier.runs, lags, standardise=True)
    alpha = choose_alpha(fit, of_earlier, validation.runs, alphas)
    return ChosenFit(fit(lagged_moments(training.runs, lags, standardise=True), alpha), alpha)


def lag_weighted_var(
    training: TimeSeries, lags: int, validation_fraction: float = _VALIDATION
) -> ChosenFit:
    """Fit a VAR of one session whose penalty grows with the lag, own past unpenalised.

    Parameters
    ----------
    training
        The frames that may be learnt from.
    lags
        Frames of the past.
    validation_fraction
        The share at the end of `training` that the penalty is chosen on.

    Raises
    ------
    SeriesError
        If a part has no run longer than `lags`, or a region doesn't change.
    """
    fit = functools.partial(ridge_var_own_past_free, lag_weights=growing_penalty(lags))
    return on_validation_frames(fit, training, lags, validation_fraction)


def cohort_coefficients(others: LaggedMoments, alpha: float = COHORT_ALPHA) -> ByColumn:
    """Return the VAR of other people, own past unpenalised, of the standardised series.

    Parameters
    ----------
    others
        As `PooledMoments.without` gives them.
    alpha
        The penalty.
    """
    return ridge_var_own_past_free(others.standardised, alpha).coefficients


def hierarchical_var(
    training: TimeSeries,
    others: LaggedMoments,
    *,
    validation_fraction: float = _VALIDATION,
    cohort_alpha: float = COHORT_ALPHA,
) -> ChosenFit:
    """Fit one session's VAR, shrunk towards that of others by a penalty that grows with lag.

    ::

        B = argmin ‖Y − XB‖² + alpha Σ λ_l (B − B₀)²

    over what a region takes from others; its own past is unpenalised. B₀ is the VAR of
    `others`, λ_l the lag. The larger alpha, the less of the session is its own: at any
    penalty the forecast lies between the session's least squares and the others' VAR.

    Parameters
    ----------
    training
        The frames of the session that may be learnt from.
    others
        Moments of other subjects' training frames, as `PooledMoments.without` gives them;
        their lags are the VAR's.
    validation_fraction
        The share at the end of `training` that alpha is chosen on.
    cohort_alpha
        The penalty of the others' VAR.

    Raises
    ------
    ParameterError
        If the others have other regions.
    SeriesError
        If a part has no run longer than the lags, or a region doesn't change.

    References
    ----------
    Gorrostieta, Fiecas, Ombao, Burke & Cramer (2013). Hierarchical vector auto-regressive
    models and their applications to multi-subject effective connectivity. Frontiers in
    Computational Neuroscience 7:159.
    """
    fit = functools.partial(
        ridge_var_own_past_free,
        lag_weights=growing_penalty(others.lags),
        prior=cohort_coefficients(others, cohort_alpha),
    )
    return on_validation_frames(fit, training, others.lags, validation_fraction)
