"""Presets: named combinations of an architecture and training settings."""

from dataclasses import dataclass

from attnconn_core.forecasting.config import ForecasterConfig, TrainingConfig

__all__ = ["ATTNCONN", "GROUP", "PRESETS", "SUBJECT", "Preset"]


@dataclass(frozen=True)
class Preset:
    """An architecture and training settings under one name.

    Attributes
    ----------
    name
        Name of the preset.
    forecaster, training
        Its settings.
    """

    name: str
    forecaster: ForecasterConfig
    training: TrainingConfig


GROUP = Preset("group", ForecasterConfig(), TrainingConfig(normalisation="pooled"))
"""The group model of the original study: the base of its sweep."""

SUBJECT = Preset(
    "subject",
    ForecasterConfig(hidden_dim=64, input_layers=4, prediction_layers=4),
    TrainingConfig(epochs=10),
)
"""The subject model of the original study; for one session both normalisations are equal."""

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
"""Our preset for one session. It begins as a VAR whose penalty grows with the lag; a short
training then keeps changes that improve the validation loss. With a `prior` in `fit` it begins as
the hierarchical VAR. Chosen by validation R² on three of the sample's subjects."""

PRESETS = {preset.name: preset for preset in (GROUP, SUBJECT, ATTNCONN)}
