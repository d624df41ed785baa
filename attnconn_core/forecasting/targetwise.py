"""The gradient of a training step, a few targets at a time.

Behind its scores no target meets another: what it reads are everyone's keys and values, and
what it has are its own query, pair queries and head. So the loss of a few targets can be
computed and followed back before the next few are begun, while their pair queries are still
in memory. Of all targets at once those would be 655 MB (256 windows, 100 regions, d = 64),
and making them anew for the backward pass, as `pairwise_score` does, a quarter of a step.

For the same reason every thread can have targets of its own, which wastes less than sharing
each product among the threads.
"""

import functools

import torch
from jaxtyping import Float
from torch import Tensor

from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.pairwise import biased_score, ranges
from attnconn_core.forecasting.parts import Loss, Seen, Share
from attnconn_core.forecasting.threads import together, workers_on

__all__ = ["Targetwise"]

# Of the pair queries that a thread keeps.
_KEPT_BYTES = {"cpu": 33_000_000, "cuda": 1_000_000_000}


class Targetwise:
    """Backward passes of a forecaster with a matrix for every pair, and memory for them.

    Parameters
    ----------
    forecaster
        Without `query_rank`; all of its parameters are to learn, and stay where they lie.
    precision
        In which pairs' matrices are multiplied, what goes in and comes out rounded to it; by
        default the parameters' own, which sums and all other layers have in any case.

    Notes
    -----
    Gradients of what all targets share are summed thread by thread, so another number of
    threads rounds otherwise; the same number gives the same bits.
    """

    def __init__(
        self, forecaster: AttentionForecaster, precision: torch.dtype | None = None
    ) -> None:
        self.forecaster, self.precision = forecaster, precision
        own = (forecaster.query_encoder, forecaster.head, forecaster.own_past)
        self._cleared = [
            (parameter, torch.empty_like(parameter))
            for module in own
            if module is not None
            for parameter in module.parameters()
        ]
        weight = forecaster.attention.weight
        self._written = (weight, torch.empty_like(weight))
        self._shares: list[Share] = []
        self._batch = 0

    def backward(
        self, inputs: Float[Tensor, "batch region lag"], loss: Loss
    ) -> Float[Tensor, " term"]:
        """Give every parameter the gradient of the summed terms; return the terms.

        Whatever gradient there was is overwritten.
        """
        attention = self.forecaster.attention
        past, embedding = self.forecaster.embed(inputs)
        key, value = attention.offer(embedding, past)
        rounded = key.detach().to(self.precision or key.dtype)
        self._make_room(rounded)
        biased = biased_score(key, attention.bias)
        seen = Seen(
            past,
            rounded,
            value.detach(),
            biased.detach(),
            torch.empty_like(biased),
            attention.draw_kept(len(inputs)),
        )
        done = together([functools.partial(each.follow_back, seen, loss) for each in self._shares])
        terms, of_key, of_value, *of_output = (
            functools.reduce(torch.add, of_shares) for of_shares in zip(*done, strict=True)
        )
        torch.autograd.backward((biased, key, value), (seen.biased_gradient, of_key, of_value))
        for parameter, gradient in zip(attention.output.parameters(), of_output, strict=True):
            parameter.grad = gradient
        return terms

    def _make_room(self, key: Float[Tensor, "region d batch"]) -> None:
        """See that there are shares, and that gradients of what belongs to a target are clear."""
        self.forecaster.zero_grad(set_to_none=True)
        for parameter, gradient in self._cleared:
            parameter.grad = gradient.zero_()
        weight, gradient = self._written
        weight.grad = gradient
        regions, batch = len(key), key.shape[-1]
        workers = min(regions, workers_on(key.device))
        targets = ranges(regions, -(-regions // workers))
        if batch <= self._batch and len(targets) == len(self._shares):
            return
        self._batch = batch
        at_most = max(1, _KEPT_BYTES.get(key.device.type, _KEPT_BYTES["cuda"]) // key.nbytes)
        self._shares = []  # let go of their memory first
        self._shares = [Share(self.forecaster, each, at_most, key) for each in targets]
