"""Linear forecasters: each region's own past, ridge VAR, and forms between the two."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from attnconn_core.checks import require_number
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
    """Fit an AR per region, from its own past only, by least squares."""
    n_regions = len(moments.total)
    # The pseudo-inverse handles a region that is an exact sinusoid, whose lags are dependent.
    inverse = np.linalg.pinv(moments.own_blocks(moments.gram), hermitian=True)
    own = np.einsum("rij,rj->ri", inverse, moments.own_rows(moments.cross))
    coefficients = np.einsum("ri,rs->ris", own, np.eye(n_regions))
    return moments.forecaster(coefficients.reshape(-1, n_regions))


def ridge_var(moments: LaggedMoments, alpha: float) -> LinearForecaster:
    """Fit a ridge VAR: every region from the past of all, with one penalty.

    The factorisation is cached in `moments`, so a second penalty costs only one product.

    Raises
    ------
    ParameterError
        Unless `alpha` is positive.
    """
    require_number("alpha", alpha, above=True)
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
    """Fit a ridge VAR with a smaller penalty, or none, on a region's own past.

    ::

        B = argmin ‖Y − XB‖² + alpha Σ λ (B − B₀)²

    where the sum is over the influence of other regions, with a factor of `own_share` for a
    region's own past. Dividing columns by √λ gives a ridge with one penalty, with alpha B₀
    added to X'Y. For a region's own columns g, a = (1 − own_share) alpha is subtracted from
    the diagonal of A = X'X + alpha I. By Woodbury's identity the region's coefficients are
    then ``B + A⁻¹[:, g] (I/a − A⁻¹[g, g])⁻¹ B[g]`` with B = A⁻¹(X'Y + alpha B₀): a system of
    `lags` equations per region. A⁻¹ is never formed: X'X = V D V' is factorised once, cached
    in `moments`, and serves every penalty and prior with the same weights.

    Parameters
    ----------
    moments
        Moments of the series; standardised, if the penalty is to be the same for every region.
    alpha
        Ridge penalty.
    lag_weights
        Factor of the penalty for each lag, in the order of the columns (oldest first), as from
        `growing_penalty`. 1 for every lag by default.
    source_weights
        Factor of the penalty for each source; λ is the product of both weights. 1 for every
        source by default.
    prior
        B₀, the coefficients to shrink towards, of the standardised series if `moments`
        are standardised. Its coefficients of a region's own past are weighted by `own_share`
        (0 by default, so they have no effect). 0 by default.
    own_share
        Share of the penalty that applies to a region's own past, from 0 up to below 1.

    Returns
    -------
    forecaster
        Forecaster of the series in its own units.

    Raises
    ------
    ParameterError
        Unless `alpha` and the weights are positive, weights and prior match the moments'
        lags and regions, and ``0 <= own_share < 1``.
    SeriesError
        If the columns are linearly dependent and the penalty is too small.

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
    require_number("alpha", alpha, above=True)
    if not 0 <= own_share < 1:
        raise ParameterError(f"own_share must be at least 0 and below 1; got {own_share}")
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
    # From here on in the basis V: A⁻¹[g, g] = V[g] (D + alpha)⁻¹ V[g]', region by region.
    own = vectors.reshape(len(moments.total), moments.lags, -1)
    own_blocks = (own / (eigenvalues + alpha)) @ own.transpose(0, 2, 1)
    own_rows = np.einsum("rlk,kr->rl", own, shrunk)
    lifted = (1 - own_share) * alpha
    freed = np.eye(moments.lags) - lifted * own_blocks
    # The pseudo-inverse handles a constant region, whose block is zero.
    step = np.linalg.pinv(freed, hermitian=True) @ (lifted * own_rows)[..., None]
    shrunk += np.einsum("rlk,rl->kr", own, step[..., 0]) / (eigenvalues + alpha)[:, None]
    return moments.forecaster(vectors @ shrunk / root)


def growing_penalty(lags: int) -> Float[np.ndarray, " {lags}"]:
    """Return penalty weights that grow with the lag.

    Lag 1 has weight 1, lag 2 weight 2, and so on, because older frames carry less information
    about the next frame.
    """
    return np.arange(lags, 0, -1, dtype=np.float64)


def choose_alpha(
    fit: Callable[[LaggedMoments, float], LinearForecaster],
    moments: LaggedMoments,
    validation: Runs,
    alphas: Sequence[float] = ALPHAS,
) -> float:
    """Return the penalty with the highest mean R² on the validation runs.

    `fit` is `ridge_var` or `ridge_var_own_past_free`, the latter with weights and prior
    bound by `functools.partial`. The first of ties is taken. The default penalties suit
    standardised moments.

    Raises
    ------
    ParameterError
        If there is no penalty, or one isn't positive.
    SeriesError
        If the validation runs hold fewer than two windows.
    """
    return best_penalty(penalty_curve(fit, moments, validation, alphas))


def penalty_curve(
    fit: Callable[[LaggedMoments, float], LinearForecaster],
    moments: LaggedMoments,
    validation: Runs,
    alphas: Sequence[float] = ALPHAS,
) -> dict[float, float]:
    """Return the mean R² on the validation runs for every penalty; see `choose_alpha`."""
    if not len(alphas):
        raise ParameterError("choosing a penalty needs at least one to try; got none")
    windows = sum(max(len(run) - moments.lags, 0) for run in validation)
    if windows < 2:  # an R² needs two
        raise SeriesError(
            f"penalties are chosen on the last training frames, which must hold 2 windows of "
            f"{moments.lags + 1} frames, each within one run; they hold {windows} in "
            f"{sum(map(len, validation))} frames: use fewer lags (baseline_lags), or a longer scan"
        )
    fitted = ((float(alpha), fit(moments, alpha)) for alpha in alphas)
    return {
        alpha: forecast_skill(*forecaster.predict(validation)).r2 for alpha, forecaster in fitted
    }


def best_penalty(*curves: Mapping[float, float]) -> float:
    """Return the penalty with the highest R², averaged over the curves of several scans.

    The first of ties is taken, in the order of the first curve.
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
            f"a linear fit at penalty {alpha:g} needs linearly independent columns; "
            f"{len(penalised)} columns of {moments.n_samples} samples aren't: "
            "use a larger penalty, fewer lags or a longer series"
        )


def _weighed_prior(prior: ByColumn, own_share: float, moments: LaggedMoments) -> ByColumn:
    """Return the prior with the coefficients of a region's own past scaled by `own_share`."""
    expected = moments.cross.shape
    if prior.shape != expected or not np.isfinite(prior).all():
        raise ParameterError(
            f"prior must be finite coefficients of shape {expected} ({moments.lags} lags of "
            f"{expected[1]} regions, by region); got shape {prior.shape}"
            + ("" if prior.shape != expected else " with NaN or infinity")
        )
    others = np.repeat(~np.eye(expected[1], dtype=bool), moments.lags, axis=0)
    return np.where(others, prior, own_share * prior)
