"""Predictions and mean attention of a forecaster on a series."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32, Float64
from torch import Tensor

from attnconn_core.checks import require_whole
from attnconn_core.forecasting.ensemble import members_of
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.threads import threads_for
from attnconn_core.records import TimeSeries
from attnconn_core.records.short_repr import ShortRepr
from attnconn_core.timeseries import windows

__all__ = ["Forecast", "MeanAttention", "forecast", "mean_attention"]


@dataclass(frozen=True, eq=False, repr=False)
class Forecast(ShortRepr):
    """Observed and predicted frames, in raw units, window by window."""

    observed: Float32[np.ndarray, "window region horizon"]
    predicted: Float32[np.ndarray, "window region horizon"]


@dataclass(frozen=True, eq=False, repr=False)
class MeanAttention(ShortRepr):
    """Mean attention over windows, from each target to each source region.

    Attributes
    ----------
    values
        (target, source).
    empty_rows
        Share of rows, over all windows, that are zero because no source scored above 0.
    row_sum_error
        Largest distance of a window's row sum from the nearer of 0 and 1. For an ensemble, the
        largest of any member's: if a row of one member is empty, that row of the mean sums to
        less than 1.
    n_windows
        Number of windows averaged.
    """

    values: Float64[np.ndarray, "target source"]
    empty_rows: float
    row_sum_error: float
    n_windows: int


def forecast(
    forecaster: AttentionForecaster, series: TimeSeries, batch_size: int = 256
) -> Forecast:
    """Predict every frame that has a full window before it in its run.

    Parameters
    ----------
    forecaster
        Forecaster with the scale of the series; see `AttentionForecaster.with_scale`.
    series
        Series that the windows are cut from.
    batch_size
        Windows per batch.

    Raises
    ------
    ParameterError
        If the series and the forecaster have different numbers of regions.
    SeriesError
        If no run is long enough for one window.
    """
    config = forecaster.config
    _, observed = windows(series, config.input_window, config.output_window)
    predicted = [
        prediction.cpu().numpy() for prediction, _ in _applied(forecaster, series, batch_size)
    ]
    return Forecast(np.array(observed, dtype=np.float32), np.concatenate(predicted))


def mean_attention(
    forecaster: AttentionForecaster, series: TimeSeries, batch_size: int = 256
) -> MeanAttention:
    """Return the mean attention over every window of a series, without dropout.

    Sums are in float64, so that the batch size makes no relevant difference. An ensemble
    is read member by member. Parameters and errors are those of `forecast`.
    """
    by_member = [_member_attention(member, series, batch_size) for member in members_of(forecaster)]
    return MeanAttention(
        values=np.mean([attention.values for attention in by_member], axis=0),
        empty_rows=float(np.mean([attention.empty_rows for attention in by_member])),
        row_sum_error=max(attention.row_sum_error for attention in by_member),
        n_windows=by_member[0].n_windows,
    )


def _member_attention(
    forecaster: AttentionForecaster, series: TimeSeries, batch_size: int
) -> MeanAttention:
    total = torch.zeros(forecaster.regions, forecaster.regions, dtype=torch.float64)
    count = empty = 0
    error = 0.0
    for _, attention in _applied(forecaster, series, batch_size):
        total += attention.sum(dim=0, dtype=torch.float64).cpu()
        rows = attention.sum(dim=-1, dtype=torch.float64)
        empty += int((rows == 0).sum())
        error = max(error, float(torch.minimum(rows.abs(), (rows - 1).abs()).max()))
        count += len(attention)
    return MeanAttention(
        values=(total / count).numpy(),
        empty_rows=empty / (count * forecaster.regions),
        row_sum_error=error,
        n_windows=count,
    )


def _applied(
    forecaster: AttentionForecaster, series: TimeSeries, batch_size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield predictions and attention of all windows in order, in evaluation mode."""
    require_whole("batch_size", batch_size, 1, "window")
    inputs, _ = windows(series, forecaster.config.input_window, forecaster.config.output_window)
    training = forecaster.training
    forecaster.eval()
    try:
        for first in range(0, len(inputs), batch_size):
            # A copy, because windows of one run are a read-only view of it.
            batch = torch.from_numpy(np.array(inputs[first : first + batch_size]))
            with (
                torch.inference_mode(),
                threads_for(forecaster.config, forecaster.regions, len(batch)),
            ):
                applied = forecaster(batch.to(forecaster.mean.device))
            yield applied
    finally:
        forecaster.train(training)
