"""Hierarchical VAR: a session's VAR, shrunk towards that of other subjects.

Most of the directed interactions at rest are common to all people, and one scan is too short to
estimate them accurately: the session's own frames are therefore combined with those of others.
Hierarchical VARs of fMRI are otherwise estimated by sampling, for a handful of regions
(Gorrostieta et al. 2013, Frontiers in Computational Neuroscience 7:159). With the others'
VAR as the centre of a ridge penalty, the fit has a closed form and handles hundreds of regions.
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

#: Penalty of the cohort's VAR, for moments that are sums over standardised scans.
COHORT_ALPHA = 3e3

#: Share of the hierarchical VAR's penalty that applies to a region's own past. A session
#: determines its own past well, but others' data still improve it.
OWN_SHARE = 0.05

# Lower bound of a source's influence on others, as a share of the mean source's.
_LEAST_SHARE = 1e-3

#: Penalties to choose from, every quarter of a decade, since the choice is between the VAR of
#: others and that of the session.
HIERARCHICAL_ALPHAS: tuple[float, ...] = tuple(float(alpha) for alpha in np.logspace(2, 5, 13))


def lag_weighted_var(
    training: TimeSeries, lags: int, validation_fraction: float = VALIDATION_FRACTION
) -> ChosenFit:
    """Fit a VAR of one session whose penalty grows with the lag; own past isn't penalised.

    Parameters
    ----------
    training
        Training frames.
    lags
        Number of past frames.
    validation_fraction
        Share of the frames, at the end of `training`, on which the penalty is chosen.

    Raises
    ------
    SeriesError
        If a part has no run longer than `lags`, or a region doesn't change.
    """
    return fit_lag_weighted(TrainingMoments.of(training, lags, validation_fraction))


def fit_lag_weighted(moments: TrainingMoments) -> ChosenFit:
    """Return the fit of `lag_weighted_var`, from moments that were summed before."""
    weights = growing_penalty(moments.all_frames.lags)
    return moments.chosen(functools.partial(ridge_var_own_past_free, lag_weights=weights))


def cohort_coefficients(others: LaggedMoments, alpha: float = COHORT_ALPHA) -> ByColumn:
    """Return the VAR coefficients of other subjects, for standardised series.

    The penalty grows with the lag and doesn't apply to a region's own past. The VAR is fitted
    twice; in the second fit the penalty of a source falls with its influence in the first.

    Parameters
    ----------
    others
        Moments from `PooledMoments.without`.
    alpha
        Ridge penalty.
    """
    fit = functools.partial(
        ridge_var_own_past_free,
        others.standardised,
        alpha,
        lag_weights=growing_penalty(others.lags),
    )
    return fit(source_weights=source_weights(fit().coefficients)).coefficients


def source_weights(prior: ByColumn) -> Float[np.ndarray, " region"]:
    """Return one penalty weight per source, which falls with the source's influence on others.

    The prior variance of a coefficient is the mean square of the cohort's coefficients of the
    same source: regions with little influence in the cohort rarely have much in one subject.
    The weights are the inverse variances, scaled to a geometric mean of 1.

    Parameters
    ----------
    prior
        Coefficients of the cohort, from `cohort_coefficients`.
    """
    regions = prior.shape[1]
    by_source = prior.reshape(regions, -1, regions)
    others = ~np.eye(regions, dtype=bool)[:, None, :]
    squares = np.where(others, by_source**2, 0.0).sum(axis=(1, 2))
    if not squares.any():  # a single region, or no influence between regions in the cohort
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
    """Fit a session's VAR, shrunk towards that of others by a penalty that grows with the lag.

    ::

        B = argmin ‖Y − XB‖² + alpha Σ λ (B − B₀)²

    The sum is over the influence of other regions; a region's own past has a twentieth of the
    penalty (`OWN_SHARE`). B₀ is the VAR of `others`; λ is the lag times the weight of the
    source (see `source_weights`). The larger alpha, the less the forecast depends on the
    session's own data.

    Parameters
    ----------
    training
        Training frames of the session.
    others
        Moments of other subjects' training frames, from `PooledMoments.without`; they also
        set the lags of the VAR.
    validation_fraction
        Share of the frames, at the end of `training`, on which alpha is chosen.
    cohort_alpha
        Ridge penalty of the others' VAR.

    Raises
    ------
    ParameterError
        If the others have a different number of regions.
    SeriesError
        If a part has no run longer than the lags, or a region doesn't change.

    References
    ----------
    Gorrostieta, Fiecas, Ombao, Burke & Cramer (2013). Hierarchical vector auto-regressive
    models and their applications to multi-subject effective connectivity. Frontiers in
    Computational Neuroscience 7:159.
    """
    moments = TrainingMoments.of(training, others.lags, validation_fraction)
    require_alike(others, moments.all_frames)
    return fit_hierarchical(moments, cohort_coefficients(others, cohort_alpha))


@dataclass(frozen=True, eq=False)
class Prior:
    """The VAR towards which sessions are shrunk, and the penalty.

    Attributes
    ----------
    coefficients
        VAR coefficients of other subjects, from `cohort_coefficients`.
    alpha
        Penalty, the same for all sessions that are compared, from `shared_penalty`. None
        chooses one per session, on its last frames. Such penalties differ between two scans of one
        subject by a factor of 3 or more, and the differing shrinkage makes subjects harder to
        identify.
    """

    coefficients: ByColumn
    alpha: float | None = None


def shared_penalty(
    scans: Iterable[tuple[str, TimeSeries]],
    pooled: PooledMoments,
    validation_fraction: float = VALIDATION_FRACTION,
) -> float:
    """Return the penalty of the hierarchical VAR with the highest mean R² over all scans.

    Parameters
    ----------
    scans
        Pairs of a subject and the training frames of one of the subject's scans.
    pooled
        Moments of the same scans; each scan is shrunk towards the others.
    validation_fraction
        Share of the frames, at the end of every scan, on which R² is measured.

    Raises
    ------
    CohortError
        If a subject has no other subjects to shrink towards.
    SeriesError
        If a part has no run longer than the lags, or a region doesn't change.
    """
    fits = (
        hierarchical_var(training, pooled.without(subject), validation_fraction=validation_fraction)
        for subject, training in scans
    )
    return best_penalty(*(fit.curve for fit in fits))


def fit_hierarchical(moments: TrainingMoments, prior: ByColumn) -> ChosenFit:
    """Return the fit of `hierarchical_var`, from existing moments and prior."""
    return moments.chosen(shrunk_towards(prior, moments.all_frames.lags), HIERARCHICAL_ALPHAS)


def shrunk_towards(prior: ByColumn, lags: int) -> Callable[..., LinearForecaster]:
    """Return a function that fits a hierarchical VAR with a given prior."""
    return functools.partial(
        ridge_var_own_past_free,
        lag_weights=growing_penalty(lags),
        source_weights=source_weights(prior),
        prior=prior,
        own_share=OWN_SHARE,
    )


def require_alike(others: LaggedMoments, own: LaggedMoments) -> None:
    """Raise unless others and session have the same lags and number of regions.

    Raises
    ------
    ParameterError
        If they differ.
    """
    if (others.lags, others.cross.shape) != (own.lags, own.cross.shape):
        raise ParameterError(
            f"others must have the session's {own.lags} lags of {len(own.total)} regions; "
            f"got {others.lags} lags of {len(others.total)} regions"
        )
