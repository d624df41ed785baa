"""A subset of a forecaster's targets: layers and gradients that are views of the full ones."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.pairwise import Kept, ranges, tile_room, weighted_score

__all__ = ["Loss", "Seen", "Share"]

# Terms of the loss of some targets; the terms of all targets are their sum.
Loss = Callable[
    [Float[Tensor, "batch target horizon"], Float[Tensor, "batch target source"], slice],
    Float[Tensor, " term"],
]

M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True, eq=False)
class Seen:
    """Inputs that all targets of a batch share, and the gradient of the bias term.

    Attributes
    ----------
    past
        Standardised past frames.
    key, value
        Results of `PairwiseAttention.offer`, with the keys in the precision of the pairwise
        products.
    biased, biased_gradient
        The part of the score that is computed for all targets together, and its gradient.
    kept
        Dropout mask of the attention.
    """

    past: Float[Tensor, "region batch lag"]
    key: Float[Tensor, "region d batch"]
    value: Float[Tensor, "batch region b"]
    biased: Float[Tensor, "source target batch"]
    biased_gradient: Float[Tensor, "source target batch"]
    kept: Bool[Tensor, "target batch source"] | None


class Share:
    """The targets of one thread, computed some at a time, and the memory for them.

    Parameters
    ----------
    forecaster
        Its parameters are read, and the gradients of those with one row per region are written
        in place.
    targets
        Targets of this share.
    at_most
        Largest number of targets computed together.
    key
        Keys as in `Seen`, for the largest batch.
    """

    def __init__(
        self,
        forecaster: AttentionForecaster,
        targets: slice,
        at_most: int,
        key: Float[Tensor, "region d batch"],
    ) -> None:
        self.attention = forecaster.attention
        self.output = _part(forecaster.attention.output, slice(None))
        pieces = ranges(targets.stop - targets.start, at_most)
        first = targets.start
        self.parts = [
            _Part.of(forecaster, slice(first + piece.start, first + piece.stop)) for piece in pieces
        ]
        largest = pieces[0].stop
        self.pair_queries = key.new_empty(largest * key.numel())
        self.tile = key.new_empty(tile_room(largest, key))

    def follow_back(self, seen: Seen, loss: Loss) -> tuple[Tensor, ...]:
        """Return the loss terms of these targets, and write the gradients of their parameters.

        Returns
        -------
        terms, key, value, *output
            The terms, and the gradients of what these targets share with other threads.
        """
        value = seen.value.detach().requires_grad_()
        key_gradient = torch.zeros_like(seen.key, dtype=value.dtype)
        self.output.zero_grad(set_to_none=True)
        terms = [self._follow_part(part, seen, value, key_gradient, loss) for part in self.parts]
        of_output = [_gradient(parameter) for parameter in self.output.parameters()]
        return torch.stack(terms).sum(dim=0), key_gradient, _gradient(value), *of_output

    def _follow_part(
        self, part: "_Part", seen: Seen, value: Tensor, key_gradient: Tensor, loss: Loss
    ) -> Float[Tensor, " term"]:
        attention, targets = self.attention, part.targets
        past = seen.past[targets]
        biased = seen.biased[:, targets].detach().requires_grad_()
        kept = Kept(self.pair_queries, self.tile, part.weight_gradient, key_gradient)
        weighted = weighted_score(part.query_encoder(past), seen.key, part.weight, kept)
        paid = attention.pay(weighted + biased.transpose(0, 1), targets.start)
        drop = None if seen.kept is None else seen.kept[targets]
        informed = self.output(attention.gather(paid, value, drop))
        predicted = part.head(informed)
        if part.own_past is not None:
            predicted = predicted + part.own_past(past)
        terms = loss(predicted.transpose(0, 1), paid.permute(2, 0, 1), targets)
        terms.sum().backward()
        seen.biased_gradient[:, targets] = _gradient(biased)
        return terms.detach()


@dataclass(frozen=True, eq=False)
class _Part:
    """The layers of targets that are computed together."""

    targets: slice
    query_encoder: nn.Module
    weight: Float[Tensor, "target source d d"]
    weight_gradient: Float[Tensor, "target source d d"]
    head: nn.Module
    own_past: nn.Module | None

    @classmethod
    def of(cls, forecaster: AttentionForecaster, targets: slice) -> "_Part":
        weight, own_past = forecaster.attention.weight, forecaster.own_past
        return cls(
            targets,
            _part(forecaster.query_encoder, targets),
            weight.detach()[targets],
            _gradient(weight)[targets],
            _part(forecaster.head, targets),
            None if own_past is None else _part(own_past, targets),
        )


def _part(module: M, targets: slice) -> M:
    """Return a copy of a module whose parameters and their gradients are views of the original's.

    With slices of a parameter, autograd would return a full-size gradient of zeros per slice.
    """
    views: dict[int, nn.Parameter] = {}
    for original in module.parameters():
        view = nn.Parameter(original.detach()[targets])
        view.grad = None if original.grad is None else original.grad[targets]
        views[id(original)] = view
    return copy.deepcopy(module, views)


def _gradient(of: Tensor) -> Tensor:
    return cast(Tensor, of.grad)
