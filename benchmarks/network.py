"""Time the forecaster against a plain one: a module per region, all pair queries in memory."""

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from attnconn_core.forecasting import (
    AttentionForecaster,
    ForecasterConfig,
    TrainingConfig,
    mean_attention,
)
from attnconn_core.forecasting.preparation import prepare
from attnconn_core.forecasting.trainer import Trainer
from benchmarks.measure import Measured, best_of, device, peak_bytes
from benchmarks.row import FRAMES, REGIONS, Row, scan

__all__ = ["ROWS"]

_WINDOW, _WIDTH, _LAYERS, _BOTTLENECK, _BATCH = 5, 64, 4, 8, 256
_CONFIG = ForecasterConfig(hidden_dim=_WIDTH, input_layers=_LAYERS, prediction_layers=_LAYERS)


def _stack(widths: list[int]) -> nn.Sequential:
    """Return linear layers with ReLU between them."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.ReLU(), nn.Linear(n_in, n_out)]
    return nn.Sequential(*layers[1:])


class _Plain(nn.Module):
    """The original study's architecture, with a loop over regions."""

    def __init__(self, regions: int, window: int, d: int, layers: int, bottleneck: int) -> None:
        super().__init__()
        encoder = [window] + [d] * layers
        self.query = nn.ModuleList(_stack(encoder) for _ in range(regions))
        self.shared = _stack(encoder)
        self.key, self.value = nn.Linear(d, d), nn.Linear(d, bottleneck)
        self.output = nn.Linear(bottleneck, d)
        self.weight = nn.Parameter(torch.randn(regions, regions, d, d))
        self.bias = nn.Parameter(torch.randn(regions, regions, d))
        self.head = nn.ModuleList(
            nn.Sequential(nn.ReLU(), _stack([d] * layers + [1])) for _ in range(regions)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Predict (batch, region) from (batch, region, lag); return the attention too."""
        regions = x.shape[1]
        query = torch.stack([self.query[r](x[:, r]) for r in range(regions)], dim=1)
        embedding = self.shared(x)
        pair_query = torch.einsum("bsi,stij->bstj", query, self.weight) + self.bias
        score = torch.einsum("bstj,btj->bst", pair_query, self.key(embedding))
        attention = torch.relu(score)
        attention = attention / (1e-8 + attention.sum(-1, keepdim=True))
        value = functional.normalize(self.value(embedding), dim=-1)
        informed = self.output(attention @ value)
        predicted = [self.head[r](informed[:, r]) for r in range(regions)]
        return torch.cat(predicted, dim=1), attention


def _plain_step_of(model: _Plain, optimiser: torch.optim.Adam, x: Tensor, y: Tensor) -> float:
    """Do one training step of the original study, and return the loss."""
    optimiser.zero_grad()
    loss = functional.mse_loss(model(x)[0], y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach())


@torch.no_grad()
def _plain_mean(model: _Plain, windows: Tensor, batch: int) -> Tensor:
    """Return the mean attention, computed from the stored attention of every window."""
    return torch.cat([model(part)[1] for part in windows.split(batch)]).mean(0)


def _plain() -> _Plain:
    torch.manual_seed(0)
    return _Plain(REGIONS, _WINDOW, _WIDTH, _LAYERS, _BOTTLENECK).to(device())


def _step(precision: Literal["float32", "bfloat16"] = "float32") -> Measured:
    training = TrainingConfig(device=device(), batch_size=_BATCH, precision=precision)
    prepared = prepare(_CONFIG, [scan()], training, torch.device(device()))
    scale = prepared.scale
    forecaster = AttentionForecaster(_CONFIG, scale.mean, scale.std).to(device())
    trainer = Trainer(forecaster.train(), prepared, training)
    index = torch.arange(_BATCH, device=device())
    return Measured(best_of(lambda: trainer.step(index), 5), peak_bytes())


def _plain_step() -> Measured:
    model = _plain()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = torch.randn(_BATCH, REGIONS, _WINDOW, device=device())
    y = torch.randn(_BATCH, REGIONS, device=device())
    seconds = best_of(lambda: _plain_step_of(model, optimiser, x, y), 3)
    return Measured(seconds, peak_bytes())


def _read_out(frames: int = FRAMES) -> Measured:
    values = scan(frames).runs[0]
    forecaster = AttentionForecaster(_CONFIG, values.mean(0), values.std(0)).to(device())
    seconds = best_of(lambda: mean_attention(forecaster, scan(frames)), 2)
    return Measured(seconds, peak_bytes())


def _plain_read_out(frames: int = FRAMES) -> Measured:
    model = _plain()
    values = torch.from_numpy(scan(frames).runs[0])
    standardised = ((values - values.mean(0)) / values.std(0)).to(device())
    windows = standardised.unfold(0, _WINDOW, 1)[:-1].contiguous()
    return Measured(best_of(lambda: _plain_mean(model, windows, _BATCH), 1), peak_bytes())


_SCORE = 2.0 * REGIONS**2 * _WIDTH**2  # operations per window, forward

ROWS = {
    "training_step": Row(
        "training step, 256 windows",
        asked=4,
        ours=_step,
        plain=_plain_step,
        reason="the pairwise score, forward and backward",
        operations=3 * _BATCH * _SCORE,
        float64=False,
    ),
    "training_step_bfloat16": Row(
        "training step, `precision: bfloat16`",
        asked=4,
        ours=lambda: _step("bfloat16"),
        plain=_plain_step,
        reason="the pairwise score, in float32",
        operations=3 * _BATCH * _SCORE,
        float64=False,
    ),
    "mean_attention": Row(
        "mean attention of a scan",
        asked=3,
        ours=_read_out,
        plain=_plain_read_out,
        reason="the pairwise score",
        operations=FRAMES * _SCORE,
        float64=False,
    ),
    "mean_attention_twice": Row(
        "mean attention of a scan twice as long",
        asked=3,
        ours=lambda: _read_out(2 * FRAMES),
        plain=lambda: _plain_read_out(2 * FRAMES),
        reason="the pairwise score",
        operations=2 * FRAMES * _SCORE,
        float64=False,
    ),
}
