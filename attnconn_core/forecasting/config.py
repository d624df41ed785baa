"""Configuration: architecture and training settings of a forecaster."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = ["DEFAULT_SEED", "ForecasterConfig", "TrainingConfig"]

# The original study's seed.
DEFAULT_SEED = 8767128


class ForecasterConfig(BaseModel):
    """The architecture of an `AttentionForecaster`.

    The defaults are the base of the original study's group sweep. The last four settings
    extend its model and are off by default.

    Attributes
    ----------
    input_window
        Number of past frames that the forecaster reads.
    output_window
        Number of frames that it predicts.
    hidden_dim
        Width of the queries, the keys and every hidden layer.
    input_layers
        Number of linear layers before the attention.
    prediction_layers
        Number of linear layers after the attention.
    bottleneck_dim
        Width of the values that regions pass to each other. With a linear initialisation
        the head reads them at this width.
    attention_dropout
        Share of the attention weights dropped during training.
    own_past
        Adds a linear path from each region's own past, initially zero, and removes the
        diagonal from the attention, which then covers only the other regions.
    query_rank
        Replaces the full matrix of every ordered pair, W[s, t], by U[s] V[t]ᵀ with U and
        V of this rank; only the bias c[s, t] is then specific to the pair. For 100 regions and
        width 64, rank 16 needs 0.2 million parameters instead of 41 million.
    values
        Values that regions pass to each other. ``"embedding"``: a unit vector computed with
        weights shared by all regions, as in the original study. ``"past"``: a linear map of the
        region's own past with its own weights, which keeps sign and size.
    initialisation
        ``"original"`` draws W and c from N(0, 1), as the original study does. ``"scaled"``
        draws from N(0, 1/hidden_dim), so that initial scores are of order 1. ``"linear"``
        starts as a ridge VAR whose penalty grows with the lag and doesn't apply to a region's
        own past, with attention proportional to its coefficients; see
        `attnconn_core.forecasting.linear_start`. The start is exact if `bottleneck_dim`
        is at least the number of regions. ``"reference"``, the former name of ``"original"``,
        still works.

    Raises
    ------
    pydantic.ValidationError
        If a setting isn't known or has a wrong value; names all of them.

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
    initialisation: Literal["original", "scaled", "linear"] = "original"

    @field_validator("initialisation", mode="before")
    @classmethod
    def _by_its_new_name(cls, value: object) -> object:
        """Return ``"original"`` for ``"reference"``, as studies and models of before have it."""
        return "original" if value == "reference" else value

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
            rule = ", ".join(f"{key} {value}".lower() for key, value in asked.items())
            got = ", ".join(f"{key} {value}".lower() for key, value in other.items())
            raise ValueError(f"initialisation: linear needs {rule}; got {got}")
        return self

    @property
    def head_dim(self) -> int:
        """Width of the input of a region's head."""
        return self.bottleneck_dim if self.initialisation == "linear" else self.hidden_dim

    @property
    def window(self) -> int:
        """Consecutive frames of one window: input plus predicted frames."""
        return self.input_window + self.output_window


class TrainingConfig(BaseModel):
    """Training settings of a forecaster.

    The defaults are those of the original study's group training, except `normalisation`.

    Attributes
    ----------
    epochs
        Largest number of passes over all windows.
    batch_size
        Windows per step.
    learning_rate
        Step size of Adam.
    weight_decay
        Weight decay of Adam. It is decoupled (Loshchilov & Hutter 2019) and doesn't apply to
        biases and the own-past path.
    gradient_clip
        Largest norm of the gradient over all parameters.
    identity_weight
        Weight of the mean squared distance of the attention from the identity.
    normalisation
        ``"session"`` standardises every session by its own frames before pooling;
        ``"pooled"`` takes one mean and deviation over all frames, as in the original study.
    loss
        Mean squared error in ``"raw"`` units, as in the original study, or ``"standardised"``,
        with equal weight for every region of every session.
    validation_fraction
        Share of each session's frames, at the end, that is left out of the gradient. The
        weights of the epoch with the lowest loss on these frames are returned. None returns
        the weights of the last epoch.
    patience
        Stop after this many epochs without a lower validation loss.
    refit
        After validation has chosen an epoch, train anew on all frames up to that epoch.
    schedule
        ``"cosine"`` lowers the learning rate to zero over all epochs.
    precision
        Precision of the products with the pairwise matrices during training. ``"float32"``, or
        ``"bfloat16"``, which rounds their factors and results to 8 bits, including the
        gradients of W and of the queries. Weights, sums over products, all other layers and
        all results stay float32. It is faster if the processor has instructions for it
        (AVX-512 BF16, AMX, GPUs since 2020), and slower otherwise.
    seed
        Seed of the weights, the order of the windows and the dropout.
    ensemble
        Number of forecasters that are trained, with this seed and the following ones. Their
        mean is used. See `attnconn_core.forecasting.ensemble`.
    device
        ``"cpu"``, ``"cuda"``, or ``"auto"``: the GPU if there is one.

    Raises
    ------
    pydantic.ValidationError
        If a setting isn't known or has a wrong value; names all of them.

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
                "patience applies to the validation loss, so it needs a validation_fraction; "
                f"got patience {self.patience} and no validation_fraction"
            )
        if self.refit and self.validation_fraction is None:
            raise ValueError(
                "refit uses the epoch chosen by validation, so it needs a validation_fraction; "
                "got refit and no validation_fraction"
            )
        return self
