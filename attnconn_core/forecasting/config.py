"""Configuration: what a forecaster is, and how it is trained."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["DEFAULT_SEED", "ForecasterConfig", "TrainingConfig"]

# The published study's seed.
DEFAULT_SEED = 8767128


class ForecasterConfig(BaseModel):
    """The architecture of an `AttentionForecaster`.

    The defaults are the base of the published group sweep; the last four settings go
    beyond the published model and are off by default.

    Attributes
    ----------
    input_window, output_window
        Frames that go in and frames that are predicted.
    hidden_dim
        Width of the queries, the keys and every hidden layer.
    input_layers, prediction_layers
        Linear layers before the attention and after it.
    bottleneck_dim
        Width of the values that one region hands another; with a linear initialisation
        the head reads them at this width.
    attention_dropout
        Share of the attention weights dropped while training.
    own_past
        Gives each region a linear path from its own past, zero at first, and takes the
        diagonal out of the attention, which then speaks of the other regions alone.
    query_rank
        Replaces the full matrix of every ordered pair, W[s, t], by U[s] V[t]ᵀ with U and
        V of this rank; only the bias c[s, t] is then the pair's own. At 100 regions and
        width 64 a rank of 16 holds 0.2 million numbers in place of 41 million.
    values
        What a region hands another: ``"embedding"``, a unit vector made by weights that
        all regions share, as published; or ``"past"``, a linear map of its own past by
        weights of its own, which keeps sign and size.
    initialisation
        ``"reference"`` draws W and c from N(0, 1), as published; ``"scaled"`` from
        N(0, 1/hidden_dim), so that scores start at order 1; ``"linear"`` starts as a
        ridge VAR whose penalty grows with the lag and spares each region's own past, with
        attention in proportion to its coefficients, see
        `attnconn_core.forecasting.linear_start`. The start is exact where `bottleneck_dim`
        reaches the number of regions.

    Examples
    --------
    >>> ForecasterConfig(input_window=8, hidden_dim=32).input_window
    8
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_window: int = Field(5, ge=1, le=1000)
    output_window: int = Field(1, ge=1, le=1000)
    hidden_dim: int = Field(128, ge=1, le=4096)
    input_layers: int = Field(3, ge=1, le=64)
    prediction_layers: int = Field(3, ge=1, le=64)
    bottleneck_dim: int = Field(8, ge=1, le=4096)
    attention_dropout: float = Field(0.0, ge=0.0, lt=1.0)
    own_past: bool = False
    query_rank: int | None = Field(None, ge=1, le=4096)
    values: Literal["embedding", "past"] = "embedding"
    initialisation: Literal["reference", "scaled", "linear"] = "reference"

    @model_validator(mode="after")
    def _rank_fits(self) -> "ForecasterConfig":
        if self.query_rank is not None and self.query_rank > self.hidden_dim:
            raise ValueError(
                f"query_rank can't exceed hidden_dim, {self.hidden_dim}; got {self.query_rank}"
            )
        return self

    @model_validator(mode="after")
    def _can_start_linear(self) -> "ForecasterConfig":
        asked = {"own_past": True, "values": "past", "prediction_layers": 1, "output_window": 1}
        other = {key: getattr(self, key) for key in asked if getattr(self, key) != asked[key]}
        if self.initialisation == "linear" and other:
            raise ValueError(f"a linear initialisation needs {asked}; got {other}")
        return self

    @property
    def head_dim(self) -> int:
        """Width of what a region's head reads."""
        return self.bottleneck_dim if self.initialisation == "linear" else self.hidden_dim

    @property
    def window(self) -> int:
        """Consecutive frames of one window: what goes in and what is predicted."""
        return self.input_window + self.output_window


class TrainingConfig(BaseModel):
    """How a forecaster is trained.

    The defaults are the published group training, but for `normalisation`.

    Attributes
    ----------
    epochs
        Passes over all windows, at most.
    batch_size
        Windows a step.
    learning_rate, weight_decay
        Of Adam; the decay is decoupled (Loshchilov & Hutter 2019) and leaves biases and
        the own-past path alone.
    gradient_clip
        Largest norm of the whole gradient.
    identity_weight
        Weight of the mean squared distance of the attention from the identity.
    normalisation
        ``"session"`` standardises every session by its own frames before pooling;
        ``"pooled"`` takes one mean and deviation over all frames, as published.
    loss
        Mean squared error in ``"raw"`` units, as published, or ``"standardised"``, in
        which every region of every session weighs the same.
    validation_fraction
        Last share of each session's frames kept out of the gradient; the weights of the
        epoch with the lowest loss there are the ones returned. None keeps the last.
    patience
        Stop after this many epochs without a lower validation loss.
    refit
        Once validation has chosen an epoch, train anew on all frames up to that epoch.
    schedule
        ``"cosine"`` lets the learning rate fall to zero over all epochs.
    precision
        Of the products with every pair's matrix while training: ``"float32"``, or
        ``"bfloat16"``, which rounds their factors and what they give, the gradients of W
        and of the queries too, to 8 bits. Weights, sums over products, all other layers
        and whatever is read out of the model stay float32. It is faster where the processor has
        instructions for it (AVX-512 BF16, AMX, GPUs since 2020), and slower elsewhere.
    seed
        Of the weights, the order of the windows and the dropout.
    ensemble
        How many forecasters are trained, with this seed and those that follow it; their mean
        is what forecasts and is read. See `attnconn_core.forecasting.ensemble`.
    device
        ``"cpu"``, ``"cuda"``, or ``"auto"``: the GPU where there is one.

    Examples
    --------
    >>> TrainingConfig(epochs=20, validation_fraction=0.1, patience=3).loss
    'raw'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(1, ge=1)
    batch_size: int = Field(256, ge=1)
    learning_rate: float = Field(1e-3, gt=0.0, allow_inf_nan=False)
    weight_decay: float = Field(0.0, ge=0.0, allow_inf_nan=False)
    gradient_clip: float = Field(1.0, gt=0.0)
    identity_weight: float = Field(0.0, ge=0.0, allow_inf_nan=False)
    normalisation: Literal["session", "pooled"] = "session"
    loss: Literal["raw", "standardised"] = "raw"
    validation_fraction: float | None = Field(None, gt=0.0, lt=1.0)
    patience: int | None = Field(None, ge=1)
    refit: bool = False
    schedule: Literal["constant", "cosine"] = "constant"
    seed: int = Field(DEFAULT_SEED, ge=0, lt=2**63)
    ensemble: int = Field(1, ge=1, le=100)
    precision: Literal["float32", "bfloat16"] = "float32"
    device: str = Field("cpu", pattern=r"^(auto|cpu|cuda(:\d+)?)$")

    @model_validator(mode="after")
    def _validation_is_there_where_it_is_needed(self) -> "TrainingConfig":
        if self.patience is not None and self.validation_fraction is None:
            raise ValueError(
                "patience watches the validation loss and needs a validation_fraction; "
                f"got patience {self.patience} and no validation_fraction"
            )
        if self.refit and self.validation_fraction is None:
            raise ValueError(
                "refit repeats what validation chose and needs a validation_fraction; "
                "got refit and no validation_fraction"
            )
        return self
