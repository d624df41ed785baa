"""The gradient of a training step, a few targets at a time.

After the scores, no target depends on another: a target reads the keys and values of all
regions and its own query, pair queries and head. So the loss and the gradients of a few targets
can be computed before those of the next few, while their pair queries are still in memory. For
all targets at once, pair queries would take 655 MB (256 windows, 100 regions, d = 64), and
computing them again for the backward pass, as `weighted_score` does, takes a quarter of a step.
For the same reason every thread can have its own targets, which is more efficient than sharing
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

# Size of the pair queries that a thread keeps.
_KEPT_BYTES = {"cpu": 33_000_000, "cuda": 1_000_000_000}


class Targetwise:
    """Backward passes of a forecaster with one matrix per pair, and the memory for them.

    Parameters
    ----------
    forecaster
        Forecaster without `query_rank`; all its parameters must require gradients and keep
        their memory.
    precision
        Precision to which factors and results of the pairwise products are rounded. Default:
        that of the parameters, which sums and all other layers always have.

    Notes
    -----
    Gradients of shared parameters are summed thread by thread, so another number of threads
    rounds differently; the same number gives identical results.
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
        """Write the gradient of the summed terms to every parameter; return the terms.

        Existing gradients are overwritten.
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
        done = together(
            [functools.partial(share.follow_back, seen, loss) for share in self._shares]
        )
        terms: Float[Tensor, " term"]
        terms, of_key, of_value, *of_output = (
            functools.reduce(torch.add, of_shares) for of_shares in zip(*done, strict=True)
        )
        torch.autograd.backward((biased, key, value), (seen.biased_gradient, of_key, of_value))
        for parameter, gradient in zip(attention.output.parameters(), of_output, strict=True):
            parameter.grad = gradient
        return terms

    def _make_room(self, key: Float[Tensor, "region d batch"]) -> None:
        """Make the shares if needed, and clear the gradients of per-target parameters."""
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
        self._shares = []  # free their memory first
        self._shares = [Share(self.forecaster, block, at_most, key) for block in targets]
