"""The gradient of a training step, a few targets at a time.

Behind its scores no target meets another: what it reads are everyone's keys and values, and
what it has are its own query, pair queries and head. So the loss of a few targets can be
computed and followed back before the next few are begun, while their pair queries are still
in memory. Of all targets at once those would be 655 MB (256 windows, 100 regions, d = 64),
and making them anew for the backward pass, as `pairwise_score` does, a quarter of a step.
"""

from collections.abc import Callable
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.pairwise import Kept, biased_score, ranges, weighted_score

__all__ = ["Loss", "Targetwise"]

# Terms of the loss of some targets, which add up to those of all.
Loss = Callable[
    [Float[Tensor, "batch target horizon"], Float[Tensor, "batch target source"], slice],
    Float[Tensor, " term"],
]

# Numbers in the pair queries that are kept: on a CPU 33 MB. With 13 MB a step took a
# seventh longer, with 66 MB a twentieth less.
_KEPT_NUMBERS = {"cpu": 8_200_000, "cuda": 250_000_000}


class Targetwise:
    """Backward passes of a forecaster with a matrix for every pair, and memory for them.

    Parameters
    ----------
    forecaster
        Without `query_rank`; all of its parameters are to learn.

    Notes
    -----
    Dropout is drawn for a few targets at a time, so what is drawn depends on the batch and on
    how many those are.
    """

    def __init__(self, forecaster: AttentionForecaster) -> None:
        self.forecaster = forecaster
        self._pair_queries = forecaster.attention.weight.new_empty(0)

    def backward(
        self, inputs: Float[Tensor, "batch region lag"], loss: Loss
    ) -> Float[Tensor, " term"]:
        """Give every parameter the gradient of the summed terms; return the terms.

        Whatever gradient there was is overwritten.
        """
        forecaster, attention = self.forecaster, self.forecaster.attention
        groups = self._groups(len(inputs))
        self._make_room(len(inputs), groups[0].stop)
        past, query, embedding = forecaster.encode(inputs)
        key, value = attention.offer(embedding, past)
        biased = biased_score(key, attention.bias).contiguous()
        outer = (query, biased, key, value)
        inner = [each.detach().requires_grad_() for each in outer]
        for each in inner:
            each.grad = torch.zeros_like(each)
        parts = [
            self._followed_back(past, *inner, targets=targets, loss=loss) for targets in groups
        ]
        torch.autograd.backward(outer, [each.grad for each in inner])
        return torch.stack(parts).sum(dim=0)

    def _followed_back(
        self,
        past: Float[Tensor, "region batch lag"],
        query: Float[Tensor, "region batch d"],
        biased: Float[Tensor, "region batch region"],
        key: Float[Tensor, "region d batch"],
        value: Float[Tensor, "batch region b"],
        *,
        targets: slice,
        loss: Loss,
    ) -> Float[Tensor, " term"]:
        """Compute the terms of some targets, and add their gradients to what is there."""
        forecaster, attention = self.forecaster, self.forecaster.attention
        weight = _part(attention.weight, targets)
        kept = Kept(self._pair_queries, cast(Tensor, weight.grad), cast(Tensor, key.grad))
        asked = _part(query, targets)
        score = weighted_score(asked, key.detach(), weight.detach(), kept)
        score = score + _part(biased, targets)
        informed, paid = attention.inform(score, value, targets.start)
        predicted = _called(forecaster.head, informed, targets)
        if forecaster.own_past is not None:
            predicted = predicted + _called(forecaster.own_past, past[targets], targets)
        terms = loss(predicted.transpose(0, 1), paid.transpose(0, 1), targets)
        terms.sum().backward()
        return terms.detach()

    def _make_room(self, batch: int, largest: int) -> None:
        """See that the gradients of what belongs to a target are there to be written to."""
        forecaster = self.forecaster
        weight = forecaster.attention.weight
        of_pairs = torch.empty_like(weight) if weight.grad is None else weight.grad
        forecaster.zero_grad(set_to_none=True)
        weight.grad = of_pairs
        for module in (forecaster.head, forecaster.own_past):
            for parameter in module.parameters() if module is not None else ():
                parameter.grad = torch.zeros_like(parameter)
        numbers = largest * batch * forecaster.regions * forecaster.config.hidden_dim
        if len(self._pair_queries) < numbers:
            self._pair_queries = weight.new_empty(numbers)

    def _groups(self, batch: int) -> list[slice]:
        """Targets that go together, as many as may be kept."""
        regions = self.forecaster.regions
        kept = _KEPT_NUMBERS.get(self._pair_queries.device.type, _KEPT_NUMBERS["cuda"])
        of_target = batch * regions * self.forecaster.config.hidden_dim
        return ranges(regions, max(1, kept // of_target))


def _part(whole: Tensor, targets: slice) -> Tensor:
    """Cut some targets out, with a gradient that is the same part of the whole's.

    Autograd would hand back a whole of zeros for every part.
    """
    part = whole.detach()[targets].requires_grad_()
    part.grad = None if whole.grad is None else whole.grad[targets]
    return part


def _called(module: nn.Module, x: Tensor, targets: slice) -> Tensor:
    """Apply the layers of some regions alone."""
    layers = {name: _part(each, targets) for name, each in module.named_parameters()}
    return torch.as_tensor(functional_call(module, layers, (x,)))
