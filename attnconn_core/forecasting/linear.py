"""Linear forecasters: each region's own past, ridge VAR, and between them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.forecasting.moments import (
    ByColumn,
    LaggedMoments,
    LinearForecaster,
    Runs,
)
from attnconn_core.forecasting.skill import forecast_skill

__all__ = [
    "ALPHAS",
    "best_penalty",
    "choose_alpha",
    "growing_penalty",
    "own_past",
    "penalty_curve",
    "ridge_var",
    "ridge_var_own_past_free",
]

#: Penalties to choose from, for series of unit deviation: every half decade.
ALPHAS: tuple[float, ...] = tuple(float(alpha) for alpha in np.logspace(1, 6, 11))


def own_past(moments: LaggedMoments) -> LinearForecaster:
    """AR: every region from its own past alone, by least squares."""
    n_regions = len(moments.total)
    # The pseudo-inverse bears a region that is an exact sinusoid, whose lags are dependent.
    inverse = np.linalg.pinv(moments.own_blocks(moments.gram), hermitian=True)
    own = np.einsum("rij,rj->ri", inverse, moments.own_rows(moments.cross))
    coefficients = np.einsum("ri,rs->ris", own, np.eye(n_regions))
    return moments.forecaster(coefficients.reshape(-1, n_regions))


def ridge_var(moments: LaggedMoments, alpha: float) -> LinearForecaster:
    """Ridge VAR: every region from the past of all, every coefficient shrunk alike.

    The factorisation is kept in `moments`: a second penalty costs one product.

    Raises
    ------
    ParameterError
        Unless `alpha` is positive.
    """
    _require_positive(alpha)
    eigenvalues, vectors, rotated = moments.spectrum
    return moments.forecaster(vectors @ (rotated / (eigenvalues + alpha)[:, None]))


def ridge_var_own_past_free(
    moments: LaggedMoments,
    alpha: float,
    *,
    lag_weights: Float[np.ndarray, " lag"] | None = None,
    source_weights: Float[np.ndarray, " region"] | None = None,
    prior: ByColumn | None = None,
    own_share: float = 0.0,
) -> LinearForecaster:
    """Ridge VAR that shrinks what regions take from one another, own past less or not at all.

    ::

        B = argmin ‖Y − XB‖² + alpha Σ λ (B − B₀)²

    where the sum is over what a region takes from others, and `own_share` of it over its
    own past. After columns are divided by
    √λ this is a ridge whose penalty is the same everywhere, with alpha B₀ added to X'Y.
    Freeing a region's own columns g takes a = (1 − own_share) alpha off the diagonal of
    A = X'X + alpha I there. By Woodbury's identity the region's coefficients are then
    ``B + A⁻¹[:, g] (I/a − A⁻¹[g, g])⁻¹ B[g]`` with B = A⁻¹(X'Y + alpha B₀): a system of
    `lags` equations a region. A⁻¹ is never formed: X'X = V D V' is factorised once, is
    kept in `moments`, and serves every penalty and prior with the same weights.

    Parameters
    ----------
    moments
        Of the series; standardised, if the penalty is to mean the same for every region.
    alpha
        The penalty.
    lag_weights
        What the penalty of each lag is multiplied by, in the order of the columns: the
        oldest first, as `growing_penalty` gives them. 1 for every lag by default.
    source_weights
        What the penalty of each source is multiplied by; λ is their product with those of
        lags. 1 for every source by default.
    prior
        B₀, what coefficients are shrunk towards, of the standardised series if `moments`
        are standardised. What it says of a region's own past counts by `own_share`, which
        is not at all by default. 0 by default.
    own_share
        The share of the penalty that rests on a region's own past, from 0 up to below 1.

    Returns
    -------
    forecaster
        Of the series as it is.

    Raises
    ------
    ParameterError
        Unless `alpha` and the weights are positive, weights and prior are of the moments'
        lags and regions, and ``0 <= own_share < 1``.
    SeriesError
        If the columns are dependent and the penalty is too small to part them.

    Examples
    --------
    >>> import numpy as np
    >>> from attnconn_core.forecasting.moments import lagged_moments
    >>> rng = np.random.default_rng(0)
    >>> moments = lagged_moments([rng.standard_normal((100, 3))], 2, standardise=True)
    >>> fitted = ridge_var_own_past_free(moments, 10.0, lag_weights=growing_penalty(2))
    >>> fitted.coefficients.shape
    (6, 3)
    """
    _require_positive(alpha)
    if not 0 <= own_share < 1:
        raise ParameterError(f"own_share must be from 0 up to below 1; got {own_share}")
    of_lags = _weights("lag_weights", lag_weights, moments.lags)
    of_sources = _weights("source_weights", source_weights, len(moments.total))
    weights = np.multiply.outer(of_sources, of_lags).ravel()
    root = np.sqrt(weights)[:, None]
    divided = moments.divided_by_root(weights)
    eigenvalues, vectors, rotated = divided.spectrum
    _require_condition(eigenvalues + alpha, alpha, moments)
    if prior is not None:
        rotated = rotated + alpha * (vectors.T @ (root * _weighed_prior(prior, own_share, moments)))
    shrunk = rotated / (eigenvalues + alpha)[:, None]
    # From here on in the terms of V: A⁻¹[g, g] = V[g] (D + alpha)⁻¹ V[g]', region by region.
    own = vectors.reshape(len(moments.total), moments.lags, -1)
    own_blocks = (own / (eigenvalues + alpha)) @ own.transpose(0, 2, 1)
    own_rows = np.einsum("rlk,kr->rl", own, shrunk)
    lifted = (1 - own_share) * alpha
    freed = np.eye(moments.lags) - lifted * own_blocks
    # The pseudo-inverse bears a region that stands still, whose block is zero.
    step = np.linalg.pinv(freed, hermitian=True) @ (lifted * own_rows)[..., None]
    shrunk += np.einsum("rlk,rl->kr", own, step[..., 0]) / (eigenvalues + alpha)[:, None]
    return moments.forecaster(vectors @ shrunk / root)


def growing_penalty(lags: int) -> Float[np.ndarray, " {lags}"]:
    """Return weights by which the penalty of a coefficient grows with its lag.

    The frame before is weighted by 1, the one before that by 2, and so on: what lies
    further back tells less of the next frame.
    """
    return np.arange(lags, 0, -1, dtype=np.float64)


def choose_alpha(
    fit: Callable[[LaggedMoments, float], LinearForecaster],
    moments: LaggedMoments,
    validation: Runs,
    alphas: Sequence[float] = ALPHAS,
) -> float:
    """Choose the penalty with the highest mean R² on the validation runs.

    `fit` is `ridge_var` or `ridge_var_own_past_free`, the latter with weights and prior
    bound by `functools.partial`; the first of equals wins. The default penalties suit
    standardised moments.

    Raises
    ------
    ParameterError
        If there is no penalty, or one isn't positive.
    SeriesError
        If no validation run is longer than the lags.
    """
    return best_penalty(penalty_curve(fit, moments, validation, alphas))


def penalty_curve(
    fit: Callable[[LaggedMoments, float], LinearForecaster],
    moments: LaggedMoments,
    validation: Runs,
    alphas: Sequence[float] = ALPHAS,
) -> dict[float, float]:
    """Return the mean R² on the validation runs by penalty; see `choose_alpha`."""
    if not len(alphas):
        raise ParameterError("choosing a penalty needs at least one to try; got none")
    windows = sum(max(len(run) - moments.lags, 0) for run in validation)
    if windows < 2:  # an R² needs two
        raise SeriesError(
            f"penalties are chosen on the last frames that may be learnt from, which must hold 2 "
            f"windows of {moments.lags + 1} frames in a run; they hold {windows}, in "
            f"{sum(map(len, validation))} frames: use fewer lags (baseline_lags), or a longer scan"
        )
    fitted = ((float(alpha), fit(moments, alpha)) for alpha in alphas)
    return {alpha: forecast_skill(*each.predict(validation)).r2 for alpha, each in fitted}


def best_penalty(*curves: Mapping[float, float]) -> float:
    """Return the penalty of the highest R², mean over several scans' curves.

    The first of equals wins, in the order of the first curve.
    """
    return max(curves[0], key=lambda alpha: sum(curve[alpha] for curve in curves))


def _weights(
    name: str, given: Float[np.ndarray, " weight"] | None, count: int
) -> Float[np.ndarray, " weight"]:
    if given is None:
        return np.ones(count)
    weights = np.asarray(given, np.float64)
    if weights.shape != (count,) or not (np.isfinite(weights) & (weights > 0)).all():
        raise ParameterError(
            f"{name} must be {count} positive numbers; got {np.array2string(weights, threshold=10)}"
        )
    return weights


def _require_condition(
    penalised: Float[np.ndarray, " column"], alpha: float, moments: LaggedMoments
) -> None:
    if not penalised.max() < penalised.min() / np.finfo(np.float64).eps:
        raise SeriesError(
            f"a linear fit at penalty {alpha:g} needs independent columns; "
            f"{len(penalised)} columns of {moments.n_samples} samples aren't: "
            "use a larger penalty, fewer lags or a longer series"
        )


def _weighed_prior(prior: ByColumn, own_share: float, moments: LaggedMoments) -> ByColumn:
    """Let what a prior says of every region's own past count by its share of the penalty."""
    expected = moments.cross.shape
    if prior.shape != expected or not np.isfinite(prior).all():
        raise ParameterError(
            f"prior must be finite coefficients of shape {expected} ({moments.lags} lags of "
            f"{expected[1]} regions, by region); got shape {prior.shape}"
            + ("" if prior.shape != expected else " with NaN or infinity")
        )
    others = np.repeat(~np.eye(expected[1], dtype=bool), moments.lags, axis=0)
    return np.where(others, prior, own_share * prior)


def _require_positive(alpha: float) -> None:
    if not (np.isfinite(alpha) and alpha > 0):
        raise ParameterError(f"alpha must be a positive number; got {alpha}")
