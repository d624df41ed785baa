"""Hierarchical VAR: one session's VAR, shrunk towards that of other people.

Most of how regions drive each other at rest is shared between people, and a scan is too
short to find it anew: what a session's own frames don't settle is taken from the others.
Hierarchical VARs of fMRI are otherwise estimated by sampling, for a handful of regions
(Gorrostieta et al. 2013, Frontiers in Computational Neuroscience 7:159); with the others'
VAR as the centre of a ridge penalty, the fit is closed and takes hundreds.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.linear import (
    best_penalty,
    growing_penalty,
    ridge_var_own_past_free,
)
from attnconn_core.forecasting.moments import ByColumn, LaggedMoments, LinearForecaster
from attnconn_core.forecasting.penalties import VALIDATION_FRACTION, ChosenFit, TrainingMoments
from attnconn_core.forecasting.pooled_moments import PooledMoments
from attnconn_core.records import TimeSeries

__all__ = [
    "COHORT_ALPHA",
    "HIERARCHICAL_ALPHAS",
    "OWN_SHARE",
    "Prior",
    "cohort_coefficients",
    "fit_hierarchical",
    "fit_lag_weighted",
    "hierarchical_var",
    "lag_weighted_var",
    "require_alike",
    "shared_penalty",
    "shrunk_towards",
    "source_weights",
]

#: The penalty of the cohort's VAR, for moments that are sums over standardised scans.
COHORT_ALPHA = 3e3

#: The share of the hierarchical VAR's penalty that rests on a region's own past: a session
#: knows its own past well, yet not so well that others' couldn't add to it.
OWN_SHARE = 0.05

# No source is taken to inform others less than by this share of the mean source.
_LEAST_SHARE = 1e-3

#: Penalties to choose from: every quarter of a decade, since the choice is between people's
#: and a person's own.
HIERARCHICAL_ALPHAS: tuple[float, ...] = tuple(float(alpha) for alpha in np.logspace(2, 5, 13))


def lag_weighted_var(
    training: TimeSeries, lags: int, validation_fraction: float = VALIDATION_FRACTION
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
    return fit_lag_weighted(TrainingMoments.of(training, lags, validation_fraction))


def fit_lag_weighted(moments: TrainingMoments) -> ChosenFit:
    """Do what `lag_weighted_var` does, from moments that are summed already."""
    weights = growing_penalty(moments.whole.lags)
    return moments.chosen(functools.partial(ridge_var_own_past_free, lag_weights=weights))


def cohort_coefficients(others: LaggedMoments, alpha: float = COHORT_ALPHA) -> ByColumn:
    """Return the VAR of other people, of the standardised series.

    Its penalty grows with the lag, spares each region's own past, and, when it is fitted
    the second time, falls with what a source tells others by the first.

    Parameters
    ----------
    others
        As `PooledMoments.without` gives them.
    alpha
        The penalty.
    """
    fit = functools.partial(
        ridge_var_own_past_free,
        others.standardised,
        alpha,
        lag_weights=growing_penalty(others.lags),
    )
    return fit(source_weights=source_weights(fit().coefficients)).coefficients


def source_weights(prior: ByColumn) -> Float[np.ndarray, " region"]:
    """Return weights by which the penalty of a source falls with what others take from it.

    The prior variance of a coefficient is taken as the mean square of the cohort's from the
    same source: regions that hardly inform others in the cohort seldom do so in a person.
    The weights are its inverse, of geometric mean 1.

    Parameters
    ----------
    prior
        The cohort's coefficients, as `cohort_coefficients` gives them.
    """
    regions = prior.shape[1]
    by_source = prior.reshape(regions, -1, regions)
    others = ~np.eye(regions, dtype=bool)[:, None, :]
    squares = np.where(others, by_source**2, 0.0).sum(axis=(1, 2))
    if not squares.any():  # a single region, or a cohort in which nobody informs anybody
        return np.ones(regions)
    squares = np.maximum(squares, _LEAST_SHARE * squares.mean())
    weights: Float[np.ndarray, " region"] = np.exp(np.log(squares).mean()) / squares
    return weights


def hierarchical_var(
    training: TimeSeries,
    others: LaggedMoments,
    *,
    validation_fraction: float = VALIDATION_FRACTION,
    cohort_alpha: float = COHORT_ALPHA,
) -> ChosenFit:
    """Fit one session's VAR, shrunk towards that of others by a penalty that grows with lag.

    ::

        B = argmin ‖Y − XB‖² + alpha Σ λ (B − B₀)²

    over what a region takes from others, and a twentieth of it (`OWN_SHARE`) over its own
    past. B₀ is the VAR of `others`; λ is the lag times the weight of the source (see
    `source_weights`). The larger alpha, the less of the forecast is the session's own.

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
        If the others have another number of regions.
    SeriesError
        If a part has no run longer than the lags, or a region doesn't change.

    References
    ----------
    Gorrostieta, Fiecas, Ombao, Burke & Cramer (2013). Hierarchical vector auto-regressive
    models and their applications to multi-subject effective connectivity. Frontiers in
    Computational Neuroscience 7:159.
    """
    moments = TrainingMoments.of(training, others.lags, validation_fraction)
    require_alike(others, moments.whole)
    return fit_hierarchical(moments, cohort_coefficients(others, cohort_alpha))


@dataclass(frozen=True, eq=False)
class Prior:
    """What sessions are shrunk towards, and how strongly.

    Attributes
    ----------
    coefficients
        Of other people's VAR, as `cohort_coefficients` gives them.
    alpha
        The penalty, the same for all who are compared, as `shared_penalty` gives it. None:
        every session's own, chosen on its last frames. It differs between two scans of one
        person by a factor of 3 or more, so that how far each is shrunk hides who it is.
    """

    coefficients: ByColumn
    alpha: float | None = None


def shared_penalty(
    scans: Iterable[tuple[str, TimeSeries]],
    pooled: PooledMoments,
    validation_fraction: float = VALIDATION_FRACTION,
) -> float:
    """Choose one penalty of the hierarchical VAR for all scans: of the highest mean R².

    Parameters
    ----------
    scans
        Subjects, and the frames of a scan of theirs that may be learnt from.
    pooled
        The moments of the same; each scan is shrunk towards the others'.
    validation_fraction
        The share at the end of every scan that the R² is of.

    Raises
    ------
    CohortError
        If a subject has no others.
    SeriesError
        If a part has no run longer than the lags, or a region doesn't change.
    """
    fits = (
        hierarchical_var(training, pooled.without(subject), validation_fraction=validation_fraction)
        for subject, training in scans
    )
    return best_penalty(*(each.curve for each in fits))


def fit_hierarchical(moments: TrainingMoments, prior: ByColumn) -> ChosenFit:
    """Do what `hierarchical_var` does, from moments and a prior that are there already."""
    return moments.chosen(shrunk_towards(prior, moments.whole.lags), HIERARCHICAL_ALPHAS)


def shrunk_towards(prior: ByColumn, lags: int) -> Callable[..., LinearForecaster]:
    """Return the fit of a hierarchical VAR, of moments and a penalty, with a given prior."""
    return functools.partial(
        ridge_var_own_past_free,
        lag_weights=growing_penalty(lags),
        source_weights=source_weights(prior),
        prior=prior,
        own_share=OWN_SHARE,
    )


def require_alike(others: LaggedMoments, own: LaggedMoments) -> None:
    """Refuse a cohort of other lags or of another number of regions than the session's.

    Raises
    ------
    ParameterError
        If they differ.
    """
    if (others.lags, others.cross.shape) != (own.lags, own.cross.shape):
        raise ParameterError(
            f"others must have the session's lags and regions, {own.lags} of {len(own.total)}; "
            f"got {others.lags} lags of {len(others.total)} regions"
        )
