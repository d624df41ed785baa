"""Define the sizes of the measurements, and their forecasters and series."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
import yaml

from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig, TrainingConfig
from attnconn_core.forecasting.preparation import prepare
from attnconn_core.forecasting.trainer import Trainer
from attnconn_core.records import TimeSeries
from benchmarks.row import scan

__all__ = [
    "HCP",
    "SMALL",
    "Cells",
    "Size",
    "changed",
    "forecaster_of",
    "preset",
    "presets",
    "resized",
    "series_of",
    "trainer_of",
]

_EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@dataclass(frozen=True)
class Size:
    """Sizes of the measurements, and the device.

    Attributes
    ----------
    device
        The device that is timed and compared with the CPU.
    regions, frames, scan_frames
        Number of regions; frames of a session for training, and of a scan for attention.
    batch
        Windows per training step.
    width
        Replaces every configuration's hidden and bottleneck widths; None keeps them.
    epochs
        Largest number of epochs of a session model.
    matrix
        Rows of the matrices whose product gives the card's rate.
    times
        Number of timed repetitions, of which the median is reported.
    """

    device: str
    regions: int
    frames: int
    scan_frames: int
    batch: int
    width: int | None
    epochs: int
    matrix: int
    times: int


HCP = Size("cuda", 100, 1200, 4800, 256, None, 10, 8192, 9)
SMALL = Size("cpu", 3, 200, 120, 16, 4, 2, 64, 1)

Cells = tuple[str, str, str, str]
T = TypeVar("T", ForecasterConfig, TrainingConfig)


@functools.cache
def presets(file: str) -> dict[str, tuple[ForecasterConfig, TrainingConfig]]:
    """Return the configurations of an experiment file by name; the session model is `subject`."""
    text = yaml.safe_load((_EXPERIMENTS / file).read_text(encoding="utf-8"))
    found = {**text.get("group", {})}
    if "subject" in text:
        found["subject"] = text["subject"]
    return {
        name: (ForecasterConfig(**each["model"]), TrainingConfig(**each["training"]))
        for name, each in found.items()
    }


def preset(size: Size, name: str) -> tuple[ForecasterConfig, TrainingConfig]:
    file = {"subject": "published_subject.yaml", "attnconn": "attnconn.yaml"}[name]
    config, training = presets(file)[name]
    return resized(size, config), changed(training, epochs=min(size.epochs, training.epochs))


def resized(size: Size, config: ForecasterConfig) -> ForecasterConfig:
    if size.width is None:
        return config
    rank = None if config.query_rank is None else 1
    return changed(config, hidden_dim=size.width, bottleneck_dim=size.width, query_rank=rank)


def changed(settings: T, **changes: Any) -> T:
    return type(settings)(**{**settings.model_dump(), **changes})


@functools.cache
def series_of(regions: int, frames: int) -> TimeSeries:
    whole = scan(frames)
    return TimeSeries((whole.runs[0][:, :regions],), 0.72, whole.regions[:regions])


def trainer_of(
    size: Size, config: ForecasterConfig, training: TrainingConfig, *, drawn: bool = True
) -> Trainer:
    """Return a trainer before its first step, with weights drawn from the seed.

    Without `drawn` the weights are drawn on the device, which is faster and sufficient for
    timing.
    """
    series = [series_of(size.regions, size.frames)]
    prepared = prepare(config, series, training, torch.device(training.device))
    mean, std = prepared.scale.mean, prepared.scale.std
    forecaster = AttentionForecaster(config, mean, std, initialise=drawn).to(training.device)
    if not drawn:
        with torch.no_grad():
            for parameter in forecaster.parameters():
                parameter.normal_(0.0, 0.1)
    return Trainer(forecaster.train(), prepared, training)


def forecaster_of(size: Size, config: ForecasterConfig, device: str) -> AttentionForecaster:
    values = series_of(size.regions, size.frames).runs[0]
    return AttentionForecaster(config, values.mean(0), values.std(0)).to(device).eval()
