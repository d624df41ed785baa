"""Presets: architectures and trainings that belong together."""

from dataclasses import dataclass
from typing import Any

from attnconn_core.forecasting.config import ForecasterConfig, TrainingConfig

__all__ = ["ATTNCONN", "GROUP", "PRESETS", "SUBJECT", "Preset"]


@dataclass(frozen=True)
class Preset:
    """What a forecaster is and how it is trained, under one name.

    Attributes
    ----------
    name
        As it is asked for.
    forecaster, training
        The settings.
    """

    name: str
    forecaster: ForecasterConfig
    training: TrainingConfig

    def with_training(self, **changes: Any) -> "Preset":
        """The same preset with some training settings changed, and validated again."""
        training = TrainingConfig(**{**self.training.model_dump(), **changes})
        return Preset(self.name, self.forecaster, training)


GROUP = Preset("group", ForecasterConfig(), TrainingConfig(normalisation="pooled"))
"""The published group model: the base of its sweep."""

SUBJECT = Preset(
    "subject",
    ForecasterConfig(hidden_dim=64, input_layers=4, prediction_layers=4),
    TrainingConfig(epochs=10),
)
"""The published subject model; with one session both normalisations are one."""

ATTNCONN = Preset(
    "attnconn",
    ForecasterConfig(
        hidden_dim=16,
        input_layers=2,
        prediction_layers=1,
        bottleneck_dim=128,
        own_past=True,
        query_rank=4,
        values="past",
        initialisation="linear",
    ),
    TrainingConfig(
        epochs=2,
        batch_size=64,
        learning_rate=3e-5,
        loss="standardised",
        validation_fraction=0.1,
        patience=1,
        refit=True,
        schedule="cosine",
    ),
)
"""Ours for one session: it begins as a VAR whose penalty grows with the lag, and a short
training keeps what it adds on validation frames. With a `prior` in `fit` it begins as the
hierarchical VAR. Chosen by validation R² on three of the sample's subjects."""

PRESETS = {preset.name: preset for preset in (GROUP, SUBJECT, ATTNCONN)}
