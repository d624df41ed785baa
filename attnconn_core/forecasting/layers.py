"""Layers with separate weights for each region, computed in one product."""

import itertools
import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["RegionalHead", "RegionalLinear", "RegionalStack", "draw_linear"]


class RegionalLinear(nn.Module):
    """One linear layer per region: (region, batch, in) → (region, batch, out).

    Attributes
    ----------
    weight
        (region, in, out), so that the layer is one batched product.
    bias
        (region, 1, out).
    """

    def __init__(self, regions: int, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(regions, n_in, n_out))
        self.bias = nn.Parameter(torch.empty(regions, 1, n_out))

    def forward(self, x: Float[Tensor, "region batch in"]) -> Float[Tensor, "region batch out"]:
        """Apply every region's own layer."""
        return torch.baddbmm(self.bias, x, self.weight)


class RegionalStack(nn.ModuleList):
    """Linear layers of each region, with ReLU between them."""

    def __init__(self, regions: int, widths: list[int]) -> None:
        super().__init__(
            RegionalLinear(regions, n_in, n_out) for n_in, n_out in itertools.pairwise(widths)
        )

    def forward(self, x: Float[Tensor, "region batch in"]) -> Float[Tensor, "region batch out"]:
        """Apply the layers in order; the last one's output isn't rectified."""
        # In place, because no layer needs its output to compute its gradient.
        first, *others = self
        x = first(x)
        for layer in others:
            x = layer(torch.relu_(x))
        return x


class RegionalHead(RegionalStack):
    """The prediction head: ReLU before every layer except the last.

    The last two layers have no ReLU between them, as in the original study, whose checkpoints
    would give other predictions with one.
    """

    def forward(self, x: Float[Tensor, "region batch in"]) -> Float[Tensor, "region batch out"]:
        """Apply the layers in order; `x` is overwritten."""
        *hidden, last = self
        for layer in hidden:
            x = layer(torch.relu_(x))
        output: Float[Tensor, "region batch out"] = last(x)
        return output


@torch.no_grad()
def draw_linear(layer: RegionalLinear | nn.Linear, generator: torch.Generator) -> None:
    """Draw weights and biases as torch does for a linear layer, U(±1/√in).

    `torch.nn.Linear` draws from the global generator, so its initialisation is repeated here.
    """
    n_in = layer.in_features if isinstance(layer, nn.Linear) else layer.weight.shape[1]
    bound = 1 / math.sqrt(n_in)
    layer.weight.uniform_(-bound, bound, generator=generator)
    layer.bias.uniform_(-bound, bound, generator=generator)
