"""Influence of each source on a trained forecaster: by ablation, slope and carried value."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from attnconn_core.checks import require_whole
from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.ensemble import members_of
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.threads import threads_for
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import windows

__all__ = ["ablation_loss", "carried_norm", "mean_jacobian"]


def ablation_loss(
    forecaster: AttentionForecaster,
    series: TimeSeries,
    *,
    max_windows: int = 1024,
    batch_size: int = 256,
) -> Float64[np.ndarray, "target source"]:
    """Return the drop in a target's R² when a source's past is replaced by its mean.

    The mean is the forecaster's, which is 0 in standardised values. The forecaster isn't
    trained again. A drop is negative if the source makes the forecast worse.

    Parameters
    ----------
    forecaster
        Forecaster with the scale of the series; see `AttentionForecaster.with_scale`.
    series
        Series that the windows are cut from.
    max_windows
        Largest number of windows, evenly spread; all are predicted once per source.
    batch_size
        Windows per batch.

    Raises
    ------
    ParameterError
        If the number of regions isn't the forecaster's, or a number is below 1.
    SeriesError
        If no run is long enough for one window.
    """
    n = forecaster.regions
    worse = torch.zeros(n, n, dtype=torch.float64)
    summed = torch.zeros(2, n, dtype=torch.float64)
    count = 0
    with torch.inference_mode():
        for past, future in _standardised(forecaster, series, max_windows, batch_size):
            error = _squared_error(forecaster, past, future)
            for source in range(n):
                without = past.clone()
                without[:, source] = 0.0
                worse[:, source] += _squared_error(forecaster, without, future) - error
            summed += torch.stack([future.sum((0, 2)), (future**2).sum((0, 2))]).double().cpu()
            count += future.shape[0] * future.shape[2]
    total = summed[1] - summed[0] ** 2 / count
    return (worse / total.clamp_min(torch.finfo(torch.float64).tiny)[:, None]).numpy()


def mean_jacobian(
    forecaster: AttentionForecaster,
    series: TimeSeries,
    *,
    max_windows: int = 1024,
    batch_size: int = 256,
) -> Float64[np.ndarray, "target source"]:
    """Return the mean absolute slope of a target's forecast in a source's past.

    Computed in standardised values, summed over the lags, and averaged over windows and
    horizon. Attention jumps where the last positive score of a row vanishes; the slope ignores
    such jumps.
    Parameters and errors are those of `ablation_loss`.
    """
    n = forecaster.regions
    slopes = torch.zeros(n, n, dtype=torch.float64)
    count = 0
    for past, _ in _standardised(forecaster, series, max_windows, batch_size):
        past.requires_grad_(True)
        predicted, _ = forecaster.predict_standardised(past)
        for target in range(n):
            for step in range(predicted.shape[2]):
                (slope,) = torch.autograd.grad(
                    predicted[:, target, step].sum(), past, retain_graph=True
                )
                slopes[target] += slope.abs().sum((0, 2), dtype=torch.float64).cpu()
        count += predicted.shape[0] * predicted.shape[2]
    return (slopes / count).numpy()


def carried_norm(
    forecaster: AttentionForecaster,
    series: TimeSeries,
    *,
    max_windows: int = 1024,
    batch_size: int = 256,
) -> Float64[np.ndarray, "target source"]:
    """Return the mean norm of the value that attention carries to a target, ||a[t, s] f(v[s])||.

    f is the linear map that follows the sum over sources, without its bias. If the target's head
    is a single layer, f is the output map followed by the head: a[t, s] f(v[s]) is then the
    source's contribution to the forecast, in deviations, and the norm is over the horizon. If the
    head has more layers, f is the output map alone, and a[t, s] f(v[s]) the contribution to the
    head's first layer. Parameters and errors are those of `ablation_loss`.

    References
    ----------
    Kobayashi, Kuribayashi, Yokoi & Inui 2020, "Attention is not only a weight: analyzing
    transformers with vector norms", EMNLP: 7057–7075.
    """
    n = forecaster.regions
    total = torch.zeros(n, n, dtype=torch.float64)
    members, count = members_of(forecaster), 0
    with torch.inference_mode():
        for past, _ in _standardised(forecaster, series, max_windows, batch_size):
            for member in members:
                total += _carried(member, past).sum(0, dtype=torch.float64).cpu()
            count += len(past) * len(members)
    return (total / count).numpy()


def _carried(
    forecaster: AttentionForecaster, z: Float[Tensor, "batch region lag"]
) -> Float[Tensor, "batch target source"]:
    """Return the norm of each source's contribution to each target, window by window."""
    attention = forecaster.attention
    past, embedding = forecaster.embed(z)
    _, paid = attention(forecaster.query_encoder(past), embedding, past)
    _, value = attention.offer(embedding, past)
    given = value @ attention.output.weight.T
    weights = paid.permute(2, 0, 1)
    if len(forecaster.head) > 1:
        size = given.norm(dim=-1)[:, None, :]
    else:
        (head,) = forecaster.head
        size = torch.einsum("bsd,tdh->btsh", given, head.weight).norm(dim=-1)
    contributions: Float[Tensor, "batch target source"] = weights * size
    return contributions


def _standardised(
    forecaster: AttentionForecaster, series: TimeSeries, max_windows: int, batch_size: int
) -> Iterator[tuple[Float[Tensor, "batch region lag"], Float[Tensor, "batch region horizon"]]]:
    """Yield batches of windows in the forecaster's units, in evaluation mode."""
    for name, number in (("max_windows", max_windows), ("batch_size", batch_size)):
        require_whole(name, number, 1)
    if series.n_regions != forecaster.regions:
        raise ParameterError(
            f"the forecaster has {forecaster.regions} regions; the series has {series.n_regions}"
        )
    config = forecaster.config
    inputs, targets = windows(series, config.input_window, config.output_window)
    window_numbers = np.unique(np.linspace(0, len(inputs) - 1, max_windows).round().astype(int))
    training = forecaster.training
    forecaster.eval()
    try:
        for first in range(0, len(window_numbers), batch_size):
            chosen = window_numbers[first : first + batch_size]
            past, future = (
                forecaster.standardise(torch.from_numpy(array[chosen]).to(forecaster.mean.device))
                for array in (inputs, targets)
            )
            with threads_for(config, forecaster.regions, len(past)):
                yield past, future
    finally:
        forecaster.train(training)


def _squared_error(
    forecaster: AttentionForecaster, past: Tensor, future: Tensor
) -> Float64[Tensor, " region"]:
    predicted, _ = forecaster.predict_standardised(past)
    return ((predicted - future) ** 2).sum((0, 2), dtype=torch.float64).cpu()
