"""Data of a training run: scales, training windows and validation windows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.config import ForecasterConfig, TrainingConfig
from attnconn_core.forecasting.resident import ResidentWindows
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import Scale, require_sound, scale_of, split

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Training and validation data, as series and as windows, with their scales.

    Attributes
    ----------
    learned, scales
        Training part of each session, in raw units, and the scale that standardises it.
    judged
        Validation part of each session, in raw units; empty without validation.
    scale
        Scale of the forecaster.
    training, kept_out
        Windows of the training parts, and of the validation parts.
    """

    learned: tuple[TimeSeries, ...]
    judged: tuple[TimeSeries, ...]
    scales: tuple[Scale, ...]
    scale: Scale
    training: ResidentWindows
    kept_out: ResidentWindows | None


def prepare(
    config: ForecasterConfig,
    series: Sequence[TimeSeries],
    training: TrainingConfig,
    device: torch.device,
) -> Prepared:
    """Check and standardise the series, and split off the validation part.

    A session's scale is computed from all its frames given here, so it equals `scale_of` the
    same series. The validation part is used only for this scale and for validation.

    Raises
    ------
    ParameterError
        If there is no series, or they differ in regions.
    SeriesError
        If a series has unusable values or is too short.
    """
    if not series:
        raise ParameterError("training a forecaster needs at least one series; got none")
    for number, session_series in enumerate(series, start=1):
        require_sound(session_series, f"training series {number}")
        if session_series.regions != series[0].regions:
            raise ParameterError(
                "every training series must have the regions of the first, "
                f"{_named(series[0].regions)}; number {number} has {_named(session_series.regions)}"
            )
    scales, scale = _scales(series, training)
    shape = (config.input_window, config.output_window, device)
    if training.validation_fraction is None:
        windows = ResidentWindows.of(series, scales, *shape)
        return Prepared(tuple(series), (), tuple(scales), scale, windows, None)
    parts = [split(session_series, training.validation_fraction) for session_series in series]
    learned, kept_out = ([part[side] for part in parts] for side in (0, 1))
    return Prepared(
        tuple(learned),
        tuple(kept_out),
        tuple(scales),
        scale,
        ResidentWindows.of(learned, scales, *shape),
        ResidentWindows.of(kept_out, scales, *shape),
    )


def _scales(series: Sequence[TimeSeries], training: TrainingConfig) -> tuple[list[Scale], Scale]:
    """Return the scale of each series, and that of the forecaster."""
    if training.normalisation == "pooled":
        pooled = scale_of(*series)
        return [pooled] * len(series), pooled
    scales = [scale_of(session_series) for session_series in series]
    if len(scales) == 1:
        return scales, scales[0]
    n = series[0].n_regions
    return scales, Scale(np.zeros(n, dtype=np.float32), np.ones(n, dtype=np.float32))


def _named(regions: tuple[str, ...]) -> str:
    return f"{len(regions)} ({', '.join(regions[:3])}{', …' if len(regions) > 3 else ''})"
