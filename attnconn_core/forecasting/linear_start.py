"""A linear start: a forecaster that begins as a ridge VAR and learns what goes beyond it.

At rest, linear models describe the signals of whole regions better than any others tried
(Nozari et al. 2024, Nature Biomedical Engineering 8:68), and a network drawn at random
spends its training on finding a part of what one factorisation gives.
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

# The last share of the frames, which the ridge's penalty is chosen on where none are kept out.
_VALIDATION = 0.1
# The penalty where scans are too short to choose one: the middle of those to choose from.
_UNCHOSEN = ALPHAS[len(ALPHAS) // 2]
# What is left of the random keys and queries beside the linear scores: enough for a
# gradient, too little to be seen in the forecast.
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
    """Set a forecaster's weights so that it forecasts as a ridge VAR does.

    The VAR's penalty grows with the lag and spares each region's own past, or, where there is
    a prior, is that of a hierarchical VAR. With B[s, t] its
    coefficients of target s on source t, a vector of lags:

    - the own-past path takes B[s, s];
    - attention begins as a[s, t] = |B[s, t]| / Σ |B[s, ·]|, whatever the state: in the
      bias of the pairwise query, on a component of the key that is 1;
    - values and heads take the singular vectors of B[s, t] / a[s, t], so that attention
      times value is B again: exactly, where `bottleneck_dim` reaches the number of regions,
      and else as nearly as that rank allows.

    Parameters
    ----------
    forecaster
        With the initialisation ``"linear"``; changed in place.
    series, scales
        What it is to learn from, and what standardises each.
    judged
        Later frames of each of the series, which the penalty is chosen on. Without any it
        is chosen on the last tenth of every series, where that is long enough, and the VAR
        then fitted on the whole.
    prior
        What the coefficients are shrunk towards, of standardised series: the VAR of other
        people makes it a hierarchical VAR, see `attnconn_core.forecasting.hierarchical`.
        0 by default.
    alpha
        The penalty; None chooses it.

    Returns
    -------
    alpha
        The penalty.

    Raises
    ------
    ParameterError
        If the prior is of other lags or regions.
    SeriesError
        If a series has no run long enough for a window.
    """
    lags = forecaster.config.input_window
    fit, alphas = _penalised(lags, prior)
    sessions = [standardise(*pair) for pair in zip(series, scales, strict=True)]
    whole = _pooled(sessions, lags)
    if alpha is None and judged:
        later = [standardise(*pair) for pair in zip(judged, scales, strict=True)]
        alpha = _chosen(fit, alphas, whole, later)
    elif alpha is None:
        parts = [split(each, _VALIDATION) for each in sessions]
        long = [each for each, _ in parts if _samples(each.runs, lags)]
        later = [each for _, each in parts]
        alpha = _chosen(fit, alphas, _pooled(long, lags), later) if long else _UNCHOSEN
    _write(forecaster, fit(whole, alpha))
    return alpha


def _penalised(
    lags: int, prior: ByColumn | None
) -> tuple[Callable[[LaggedMoments, float], LinearForecaster], Sequence[float]]:
    """Return the VAR to begin as, and the penalties to choose from."""
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
    """Choose a penalty on later frames, where there are enough of them for an R²."""
    runs = [run for each in later for run in each.runs]
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
    # Without a source there is nothing to share out: any shares give the same forecast.
    strength = np.where(strength.sum(axis=1, keepdims=True) > 0, strength, 1.0)
    # Of mean 1, so that scores are of the order that a scaled draw gives them.
    strength *= regions / strength.sum(axis=1, keepdims=True)
    _set_scores(forecaster, strength)
    _set_values(forecaster, from_others, strength)


def _set_scores(forecaster: AttentionForecaster, strength: Float64[np.ndarray, "s t"]) -> None:
    """Let the score of every pair begin at its strength, nearly."""
    attention = forecaster.attention
    attention.key.weight.mul_(_RANDOM)
    attention.key.bias.zero_()
    attention.key.bias[0] = 1.0
    attention.bias.mul_(_RANDOM)
    _copy(attention.bias[..., 0], strength)
    # One factor of the pairwise query is enough: the score is bilinear in them.
    pairwise = attention.weight if forecaster.config.query_rank is None else attention.source_factor
    pairwise.mul_(_RANDOM)


def _set_values(
    forecaster: AttentionForecaster,
    coefficients: Coefficients,
    strength: Float64[np.ndarray, "s t"],
) -> None:
    """Let attention times value, read by the target's head, be the coefficients."""
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
    # Values beyond the rank stay as drawn, with heads of 0: were both 0, neither would learn.
    attention.value.weight.mul_(_RANDOM)
    by_source = (sources[:rank].T * root).reshape(regions, lags, rank)
    _copy(attention.value.weight[..., :rank], by_source)
    _copy(head.weight[:, :rank, 0], targets[:, :rank] * root)
    attention.output.bias.zero_()
    torch.nn.init.eye_(attention.output.weight)


def _samples(runs: Sequence[Float[np.ndarray, "_ region"]], lags: int) -> int:
    return sum(max(0, len(run) - lags) for run in runs)


def _pooled(sessions: Sequence[TimeSeries], lags: int) -> LaggedMoments:
    """Sum the moments a session at a time: a cohort's design wouldn't fit in memory."""
    return functools.reduce(
        LaggedMoments.plus, (lagged_moments(each.runs, lags) for each in sessions)
    )


def _copy(parameter: Tensor, values: np.ndarray) -> None:
    parameter.copy_(torch.from_numpy(np.ascontiguousarray(values)))
