"""A linear start: a forecaster that begins as a ridge VAR and learns what goes beyond it.

At rest, linear models describe the signals of whole regions better than any others tried
(Nozari et al. 2024, Nature Biomedical Engineering 8:68). A forecaster with random weights
spends its training on finding part of what one factorisation gives.
"""

import functools
from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from attnconn_core.forecasting.hierarchical import HIERARCHICAL_ALPHAS, shrunk_towards
from attnconn_core.forecasting.layers import RegionalLinear
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
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import Scale, split, standardise

__all__ = ["start_linear"]

# Share of the frames, at the end, on which the penalty is chosen if none are held out.
_VALIDATION = 0.1
# Penalty if the scans are too short to choose one: the middle of the grid.
_UNCHOSEN = ALPHAS[len(ALPHAS) // 2]
# Scale of the random keys and queries relative to the linear scores: large enough for a
# gradient, too small to change the forecast.
_RANDOM = 0.1

Coefficients = Float64[np.ndarray, "target source lag"]


def start_linear(
    forecaster: AttentionForecaster,
    series: Sequence[TimeSeries],
    scales: Sequence[Scale],
    *,
    judged: Sequence[TimeSeries] = (),
    prior: ByColumn | None = None,
    alpha: float | None = None,
) -> float:
    """Set a forecaster's weights so that it predicts like a ridge VAR.

    The VAR's penalty grows with the lag and doesn't apply to a region's own past; with a prior,
    it is that of a hierarchical VAR. With B[s, t] the coefficients of target s on source t, a
    vector of lags:

    - the own-past path takes B[s, s];
    - attention starts as a[s, t] = |B[s, t]| / Σ |B[s, ·]|, independent of the input: it is
      stored in the bias of the pairwise query, for a component of the key that is 1;
    - values and heads take the singular vectors of B[s, t] / a[s, t], so that attention
      times value is B again: exactly, if `bottleneck_dim` is at least the number of regions,
      otherwise as closely as that rank allows.

    Parameters
    ----------
    forecaster
        Forecaster with the initialisation ``"linear"``; changed in place.
    series, scales
        Training series, and the scale that standardises each.
    judged
        Later frames of each series, on which the penalty is chosen. If empty, it is chosen
        on the last tenth of every series that is long enough, and the VAR is then fitted on
        all frames.
    prior
        Coefficients to shrink towards, of standardised series. The VAR of other subjects
        makes this a hierarchical VAR, see `attnconn_core.forecasting.hierarchical`.
        0 by default.
    alpha
        Ridge penalty; None chooses it.

    Returns
    -------
    alpha
        Ridge penalty that was used.

    Raises
    ------
    ParameterError
        If the prior has different lags or regions.
    SeriesError
        If a series has no run long enough for a window.
    """
    lags = forecaster.config.input_window
    fit, alphas = _penalised(lags, prior)
    sessions = [standardise(*pair) for pair in zip(series, scales, strict=True)]
    moments = _pooled(sessions, lags)
    if alpha is None and judged:
        later = [standardise(*pair) for pair in zip(judged, scales, strict=True)]
        alpha = _chosen(fit, alphas, moments, later)
    elif alpha is None:
        parts = [split(session, _VALIDATION) for session in sessions]
        long = [earlier for earlier, _ in parts if _samples(earlier.runs, lags)]
        later = [held_out for _, held_out in parts]
        alpha = _chosen(fit, alphas, _pooled(long, lags), later) if long else _UNCHOSEN
    _write(forecaster, fit(moments, alpha))
    return alpha


def _penalised(
    lags: int, prior: ByColumn | None
) -> tuple[Callable[[LaggedMoments, float], LinearForecaster], Sequence[float]]:
    """Return the function that fits the VAR, and the penalties to choose from."""
    if prior is not None:
        return shrunk_towards(prior, lags), HIERARCHICAL_ALPHAS
    fit = functools.partial(ridge_var_own_past_free, lag_weights=growing_penalty(lags))
    return fit, ALPHAS


def _chosen(
    fit: Callable[[LaggedMoments, float], LinearForecaster],
    alphas: Sequence[float],
    earlier: LaggedMoments,
    later: Sequence[TimeSeries],
) -> float:
    """Return the penalty chosen on later frames, or the default if they are too few."""
    runs = [run for series in later for run in series.runs]
    if _samples(runs, earlier.lags) < 2:
        return _UNCHOSEN
    return choose_alpha(fit, earlier, runs, alphas)


@torch.no_grad()
def _write(forecaster: AttentionForecaster, linear: LinearForecaster) -> None:
    """Write a VAR of standardised series into the weights."""
    regions = forecaster.regions
    coefficients = linear.coefficients.reshape(regions, -1, regions).transpose(2, 0, 1)
    own_past = cast(RegionalLinear, forecaster.own_past)
    _copy(own_past.weight, np.einsum("ssl->sl", coefficients)[..., None])
    _copy(own_past.bias, linear.intercept[:, None, None])
    from_others = np.where(np.eye(regions, dtype=bool)[..., None], 0.0, coefficients)
    strength = np.linalg.norm(from_others, axis=-1)
    # Without a source, attention has no effect: any shares give the same forecast.
    strength = np.where(strength.sum(axis=1, keepdims=True) > 0, strength, 1.0)
    # Mean 1, so that scores have the order of magnitude of a scaled draw.
    strength *= regions / strength.sum(axis=1, keepdims=True)
    _set_scores(forecaster, strength)
    _set_values(forecaster, from_others, strength)


def _set_scores(forecaster: AttentionForecaster, strength: Float64[np.ndarray, "s t"]) -> None:
    """Set the initial score of every pair to its strength, nearly."""
    attention = forecaster.attention
    attention.key.weight.mul_(_RANDOM)
    attention.key.bias.zero_()
    attention.key.bias[0] = 1.0
    attention.bias.mul_(_RANDOM)
    _copy(attention.bias[..., 0], strength)
    # One factor of the pairwise query is enough: the score is bilinear in the two.
    pairwise = attention.weight if forecaster.config.query_rank is None else attention.source_factor
    pairwise.mul_(_RANDOM)


def _set_values(
    forecaster: AttentionForecaster,
    coefficients: Coefficients,
    strength: Float64[np.ndarray, "s t"],
) -> None:
    """Set values and heads so that attention times value equals the coefficients."""
    regions, _, lags = coefficients.shape
    attention = forecaster.attention
    head = cast(RegionalLinear, forecaster.head[0])
    share = np.where(strength > 0, strength, 1.0) / strength.sum(axis=1, keepdims=True)
    flat = (coefficients / share[..., None]).reshape(regions, -1)
    targets, sizes, sources = np.linalg.svd(flat, full_matrices=False)
    rank = min(len(sizes), forecaster.config.bottleneck_dim)
    root = np.sqrt(sizes[:rank])
    for parameter in (attention.value.bias, head.weight, head.bias):
        parameter.zero_()
    # Values beyond the rank stay random and their heads 0; if both were 0, neither could learn.
    attention.value.weight.mul_(_RANDOM)
    by_source = (sources[:rank].T * root).reshape(regions, lags, rank)
    _copy(attention.value.weight[..., :rank], by_source)
    _copy(head.weight[:, :rank, 0], targets[:, :rank] * root)
    attention.output.bias.zero_()
    torch.nn.init.eye_(attention.output.weight)


def _samples(runs: Sequence[Float[np.ndarray, "_ region"]], lags: int) -> int:
    return sum(max(0, len(run) - lags) for run in runs)


def _pooled(sessions: Sequence[TimeSeries], lags: int) -> LaggedMoments:
    """Return the summed moments, one session at a time, since a cohort may not fit in memory."""
    return functools.reduce(
        LaggedMoments.plus, (lagged_moments(session.runs, lags) for session in sessions)
    )


def _copy(parameter: Tensor, values: np.ndarray) -> None:
    parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))
