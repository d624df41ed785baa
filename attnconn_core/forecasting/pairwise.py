"""The pairwise score: a query matrix for every ordered pair of regions, computed in tiles.

    score[b, s, t] = (q[b, s] · W[s, t] + c[s, t]) · k[b, t]

Written out, the pairs' queries are (batch, target, source, d): 655 MB at 256 windows, 100
regions and d = 64, and as much again for their gradient. Here they exist one tile at a
time, small enough to stay in the cache, and the backward pass computes them anew. All
four products of a tile, one forward and three backward, are matrix products.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["pairwise_score"]

# Numbers in a tile of (batch, sources, d). On a CPU 7 MB stay in the last cache, and a
# target's sources come in one product: 256 windows of 100 regions took 0.99 s a step,
# 1.19 s with tiles of 2 MB. A GPU would rather have few and large launches.
_TILE_NUMBERS = {"cpu": 1_700_000, "cuda": 64_000_000}


def pairwise_score(
    query: Float[Tensor, "batch target d"],
    key: Float[Tensor, "batch source d"],
    weight: Float[Tensor, "target source d d"],
    bias: Float[Tensor, "target source d"],
    spare: list[Tensor] | None = None,
) -> Float[Tensor, "batch target source"]:
    """How strongly each target asks for each source, before any normalisation.

    Parameters
    ----------
    query, key
        One vector for each window and region.
    weight
        W[s, t] transposed: ``weight[s, t, j, i]`` carries query component i to key
        component j. This order makes three of the four products contiguous.
    bias
        c[s, t].
    spare
        Tensors like `weight` that nobody needs any more. The backward pass takes one, if
        there is one, to write the weight's gradient into: having the system clear 164 MB
        of new memory takes a tenth of a training step.

    Returns
    -------
    score
        Differentiable once with respect to the first four.
    """
    by_region = key.transpose(0, 1).contiguous()
    # An empty list counts: what it will hold by then is what the backward pass takes.
    spare = [] if spare is None else spare
    weighted: Tensor = _Pairwise.apply(query.transpose(0, 1), by_region, weight, spare)
    biased = torch.bmm(by_region, bias.permute(1, 2, 0))  # (source, batch, target)
    return weighted.add_(biased.permute(2, 1, 0)).transpose(0, 1)


class _Pairwise(torch.autograd.Function):
    """The weighted part of the score, (target, batch, source), tile by tile."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, weight: Tensor, spare: list[Tensor]
    ) -> Tensor:
        query = query.contiguous()
        ctx.save_for_backward(query, key, weight)
        ctx.spare = spare
        score = key.new_empty(len(query), key.shape[1], len(key))
        for sources, groups in _tiles(query, key):
            keys = key[sources].transpose(0, 1).contiguous()
            scratch = key.new_empty((groups[0].stop, *keys.shape))
            for targets in groups:
                asked, pair_queries = query[targets], scratch[: targets.stop - targets.start]
                matrices = weight[targets, sources].flatten(1, 2).mT
                torch.bmm(asked, matrices, out=pair_queries.view(*asked.shape[:2], -1))
                torch.sum(pair_queries.mul_(keys), -1, out=score[targets, :, sources])
        return score

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        query, key, weight = ctx.saved_tensors
        d_query, d_key = torch.zeros_like(query), torch.zeros_like(key)
        d_weight = ctx.spare.pop() if ctx.spare else torch.empty_like(weight)
        by_window = query.transpose(0, 1).contiguous()
        for sources, groups in _tiles(query, key):
            keys = key[sources].transpose(0, 1).contiguous()
            d_keys = d_key[sources]
            scratch = key.new_empty((groups[0].stop, *keys.shape)).flatten()
            for targets in groups:
                g = grad[targets, :, sources].unsqueeze(-1)
                asked, matrices = query[targets], weight[targets, sources]
                d_matrices = d_weight[targets, sources].view(len(asked), -1, asked.shape[-1])
                weighted_keys = _product(g, keys, scratch).flatten(2)
                torch.bmm(weighted_keys.mT, asked, out=d_matrices)
                d_query[targets].baddbmm_(weighted_keys, matrices.flatten(1, 2))
                g = g.permute(2, 1, 0, 3)
                weighted_queries = _product(g, by_window[:, targets], scratch).flatten(2)
                back = matrices.permute(1, 2, 0, 3).flatten(2).mT
                d_keys.baddbmm_(weighted_queries, back)
        return d_query, d_key, d_weight, None


def _product(one: Tensor, other: Tensor, scratch: Tensor) -> Tensor:
    """Multiply into memory that the cache still holds."""
    shape = torch.broadcast_shapes(one.shape, other.shape)
    return torch.mul(one, other, out=scratch[: shape.numel()].view(shape))


def _tiles(query: Tensor, key: Tensor) -> list[tuple[slice, list[slice]]]:
    """Sources that are computed together, and the targets they are computed for at once.

    Large matrices go one target at a time, in cache-sized ranges of sources; small ones
    go several targets at a time, since what costs there is the number of calls.
    """
    regions, batch, width = key.shape
    numbers = _TILE_NUMBERS.get(key.device.type, _TILE_NUMBERS["cuda"])
    pairs = max(1, numbers // (batch * width))
    groups = _ranges(len(query), max(1, pairs // regions))
    return [(sources, groups) for sources in _ranges(regions, pairs)]


def _ranges(length: int, at_most: int) -> list[slice]:
    """Cut ``range(length)`` into pieces of nearly one size."""
    size = -(-length // -(-length // at_most))
    return [slice(first, min(first + size, length)) for first in range(0, length, size)]
