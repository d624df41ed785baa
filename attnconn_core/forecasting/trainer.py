"""The training run: steps, validation, and the choice of the epoch."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.config import TrainingConfig
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.preparation import Prepared
from attnconn_core.forecasting.resident import ResidentWindows
from attnconn_core.forecasting.targetwise import Targetwise

__all__ = ["Epoch", "Trainer"]

_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Epoch:
    """Losses of one pass over the windows.

    Attributes
    ----------
    number
        Number from 1; 0 is a linear start before its first step.
    loss
        `mse` plus `attention_term`, mean over the training windows.
    mse
        Mean squared error, in the units of `TrainingConfig.loss`.
    attention_term
        Weighted distance of the attention from the identity.
    validation_loss, validation_r2
        Mean squared error in the same units, and mean R² over regions, on the validation
        frames; None without validation.
    seconds
        Wall-clock time in seconds, including validation.
    """

    number: int
    loss: float
    mse: float
    attention_term: float
    validation_loss: float | None
    validation_r2: float | None
    seconds: float


class Trainer:
    """One training run: the optimiser, its random generators, and the best weights so far."""

    def __init__(
        self, forecaster: AttentionForecaster, prepared: Prepared, training: TrainingConfig
    ) -> None:
        self.forecaster, self.training = forecaster, training
        self.windows, self.kept_out = prepared.training, prepared.kept_out
        device = self.windows.frames.device
        self.order = torch.Generator().manual_seed(training.seed)
        dropout = torch.Generator(device).manual_seed(training.seed)
        forecaster.attention.dropout_generator = dropout
        learns = all(parameter.requires_grad for parameter in forecaster.parameters())
        pairwise = forecaster.config.query_rank is None
        precision = _PRECISIONS[training.precision]
        if not (pairwise and learns) and precision != torch.float32:
            raise ParameterError(
                "precision must be 'float32' with query_rank (no pairwise matrices) or with "
                f"frozen weights; got {training.precision!r}"
            )
        self.targetwise = Targetwise(forecaster, precision) if pairwise and learns else None
        self.optimiser = torch.optim.Adam(
            _parameter_groups(forecaster, training.weight_decay),
            lr=training.learning_rate,
            fused=True,
            decoupled_weight_decay=True,
        )
        steps = training.epochs * -(-len(self.windows) // training.batch_size)
        self.schedule = (
            torch.optim.lr_scheduler.CosineAnnealingLR(self.optimiser, T_max=steps)
            if training.schedule == "cosine"
            else None
        )

    def run(
        self, on_epoch: Callable[[Epoch], None] | None, until: int | None = None
    ) -> tuple[list[Epoch], int]:
        """Train until the epochs or the patience are used up; load the best weights.

        `until` stops after an earlier epoch, with the schedule of all epochs.
        """
        history: list[Epoch] = []
        best, lowest, weights = 0, float("inf"), {}
        # A linear start may already be the best: it is validated as epoch 0.
        first = 0 if self.kept_out and self.forecaster.config.initialisation == "linear" else 1
        last = self.training.epochs if until is None else until
        for number in range(first, last + 1):
            began = time.perf_counter()
            mse, attention_term = self._pass() if number else (self._assess(self.windows)[0], 0.0)
            if not math.isfinite(mse + attention_term):
                raise ParameterError(
                    f"the training loss must stay finite; in epoch {number} it became "
                    f"{mse + attention_term}, with learning rate {self.training.learning_rate}: "
                    "use a lower learning_rate"
                )
            loss, r2 = self._assess(self.kept_out) if self.kept_out else (None, None)
            seconds = time.perf_counter() - began
            epoch = Epoch(number, mse + attention_term, mse, attention_term, loss, r2, seconds)
            history.append(epoch)
            if on_epoch is not None:
                on_epoch(epoch)
            if loss is None:
                best = number
            elif loss < lowest:
                best, lowest, weights = number, loss, self._weights()
            elif self.training.patience and number - best >= self.training.patience:
                break
        if self.kept_out and not weights:
            raise ParameterError(
                "the validation loss must be finite in at least one epoch; it diverged with "
                f"learning rate {self.training.learning_rate}: use a lower learning_rate"
            )
        if weights:
            self.forecaster.load_state_dict(weights)
        self.optimiser.zero_grad(set_to_none=True)
        self.forecaster.attention.release()
        return history, best

    def _weights(self) -> dict[str, Tensor]:
        """Return a copy of the weights; those of a state dict change with the next step."""
        state = self.forecaster.state_dict()
        return {name: tensor.clone() for name, tensor in state.items()}

    def _pass(self) -> tuple[float, float]:
        """Train on every window once; return mean squared error and attention term."""
        self.forecaster.train()
        order = torch.randperm(len(self.windows), generator=self.order)
        # Summed on the device: reading a loss in every step would wait for the device.
        totals = torch.zeros(2, dtype=torch.float64, device=self.windows.frames.device)
        for index in order.to(totals.device).split(self.training.batch_size):
            totals += self.step(index) * len(index)
        mse, attention_term = (totals / len(self.windows)).tolist()
        return mse, attention_term

    def step(self, index: Int[Tensor, " batch"]) -> Float[Tensor, " 2"]:
        """Take one step on the windows with these numbers; return the two terms of its loss."""
        inputs, observed, deviation = self.windows.gather(index)
        loss = partial(self._terms, observed, deviation)
        if self.targetwise is not None:
            terms = self.targetwise.backward(inputs, loss)
        else:
            self.optimiser.zero_grad(set_to_none=True)
            terms = loss(*self.forecaster.predict_standardised(inputs), slice(None))
            terms.sum().backward()
        torch.nn.utils.clip_grad_norm_(
            self.forecaster.parameters(), self.training.gradient_clip, foreach=True
        )
        self.optimiser.step()
        if self.schedule is not None:
            self.schedule.step()
        return terms.detach()

    def _terms(
        self,
        observed: Float[Tensor, "batch region horizon"],
        deviation: Float[Tensor, "batch region 1"],
        predicted: Float[Tensor, "batch target horizon"],
        attention: Float[Tensor, "batch target source"],
        targets: slice,
    ) -> Float[Tensor, " 2"]:
        """Return mean squared error and attention term; those of ranges of targets add up."""
        error = predicted - observed[:, targets]
        mse = _squared_error(error, deviation[:, targets], self.training.loss).mean()
        term = _distance_from_identity(attention, targets, self.training.identity_weight)
        return torch.stack([mse, term]) * (predicted.shape[1] / observed.shape[1])

    @torch.no_grad()
    def _assess(self, held: ResidentWindows) -> tuple[float, float]:
        """Return the mean squared error, and R² averaged over regions and horizon.

        Over several sessions, R² is computed from the standardised values of all of them.
        """
        self.forecaster.eval()
        device = held.frames.device
        shape = (self.forecaster.regions, held.output_window)
        squared, residual, total, power = (
            torch.zeros(shape, dtype=torch.float64, device=device) for _ in range(4)
        )
        for index in torch.arange(len(held), device=device).split(self.training.batch_size):
            inputs, targets, deviation = held.gather(index)
            error = self.forecaster.predict_standardised(inputs)[0] - targets
            squared += _squared_error(error, deviation, self.training.loss).sum(dim=0)
            residual += error.double().square().sum(dim=0)
            total += targets.double().sum(dim=0)
            power += targets.double().square().sum(dim=0)
        around_mean = power - total.square() / len(held)
        r2 = (1 - residual / around_mean).mean()
        return (squared.mean() / len(held)).item(), r2.item()


def _parameter_groups(forecaster: AttentionForecaster, weight_decay: float) -> list[dict[str, Any]]:
    """Return parameter groups: weight decay except for biases and a region's own past."""
    free: list[Tensor] = []
    decayed: list[Tensor] = []
    for name, parameter in forecaster.named_parameters():
        own = name.endswith("bias") or name.startswith("own_past")
        (free if own else decayed).append(parameter)
    return [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": free, "weight_decay": 0.0},
    ]


def _squared_error(
    error: Float[Tensor, "batch region horizon"],
    deviation: Float[Tensor, "batch region 1"],
    units: Literal["raw", "standardised"],
) -> Float[Tensor, "batch region horizon"]:
    """Return the squared standardised error, in raw units if these are asked for."""
    return ((error * deviation) if units == "raw" else error).square()


def _distance_from_identity(
    attention: Float[Tensor, "batch target source"], targets: slice, weight: float
) -> Float[Tensor, ""]:
    """Return the weighted mean squared distance of the attention from the identity."""
    if weight == 0:
        return attention.new_zeros(())
    identity = torch.eye(attention.shape[-1], device=attention.device)[targets]
    return weight * (attention - identity).square().mean()
