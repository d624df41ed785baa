"""The pairwise score: a query matrix for every ordered pair of regions, computed in tiles.

    score[b, s, t] = (q[b, s] · W[s, t] + c[s, t]) · k[b, t]

Written out, the pairs' queries q · W are (batch, target, source, d): 655 MB at 256 windows,
100 regions and d = 64, and as much again for their gradient. Here only one tile exists at a
time, small enough to stay in the cache, and the backward pass computes it again (except in
`attnconn_core.forecasting.targetwise`, which keeps the tiles of a few targets). Windows are
the last axis of a tile and of the score: two threads share a product better by pairs than
by windows, and sums over d or over sources then run along rows.

Products are computed, and rounded, in the precision of the keys; sums over d, sources or
targets have the precision of the matrices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["Kept", "biased_score", "ranges", "tile_room", "weighted_score"]

# Size of a tile of (sources, d, batch). On a CPU two threads' tiles must fit into the cache
# together; a GPU is faster with few, large launches.
_TILE_BYTES = {"cpu": 1_700_000, "cuda": 256_000_000}


@dataclass(frozen=True, eq=False)
class Kept:
    """Memory that a training step provides, so that products aren't computed twice.

    Attributes
    ----------
    pair_queries
        Holds q · W between the forward and the backward pass: one number per target, window,
        source and d, in the keys' precision.
    tile
        Working memory of a tile, of length `tile_room`, in the keys' precision.
    weight_gradient
        Overwritten; having the system clear 164 MB of new memory takes a tenth of a step.
    key_gradient
        Added to, because all targets of a step read the same keys.
    """

    pair_queries: Float[Tensor, " number"]
    tile: Float[Tensor, " tile"]
    weight_gradient: Float[Tensor, "target source d d"]
    key_gradient: Float[Tensor, "source d batch"]


def weighted_score(
    query: Float[Tensor, "target batch d"],
    key: Float[Tensor, "source d batch"],
    weight: Float[Tensor, "target source d d"],
    kept: Kept | None = None,
) -> Float[Tensor, "target source batch"]:
    """Return the part of the score that depends on W.

    ``weight[s, t]`` is W[s, t] transposed: ``weight[s, t, j, i]`` maps query component i to key
    component j. This order makes three of the four products contiguous. The score can be
    differentiated once, with respect to queries, keys and W.

    `kept` is memory of the caller, in which the forward pass leaves its products for the
    backward pass; without it they are computed twice. The backward pass must then run before
    the memory is used again, and writes the gradients of W and of the keys only into it.
    """
    apply: Callable[..., Tensor] = _Weighted.apply  # torch gives it no types
    return apply(query, key, weight, kept)


def biased_score(
    key: Float[Tensor, "source d batch"], bias: Float[Tensor, "target source d"]
) -> Float[Tensor, "source target batch"]:
    """Return the part of the score that depends on c, with sources first."""
    return torch.bmm(bias.transpose(0, 1), key)


class _Weighted(torch.autograd.Function):
    """The part of the score that depends on W, (target, source, batch), tile by tile."""

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, weight: Tensor, kept: Kept | None) -> Tensor:
        query, key = query.to(key.dtype).contiguous(), key.contiguous()
        ctx.save_for_backward(query, key, weight)
        ctx.kept = kept
        score = weight.new_empty(len(query), len(key), key.shape[-1])
        scratch, used = _scratch(len(query), key, kept), 0
        for targets, sources in _tiles(len(query), key):
            memory = scratch if kept is None else kept.pair_queries[used:]
            matrices = weight[targets, sources].to(key.dtype)
            pair_queries = _pair_queries(query[targets], matrices, memory)
            used += pair_queries.numel()
            weighted = _product(pair_queries, key[sources], scratch)
            torch.sum(weighted, dim=2, dtype=score.dtype, out=score[targets, sources])
        return score

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        query, key, weight = ctx.saved_tensors
        kept: Kept | None = ctx.kept
        grad = grad.to(key.dtype).contiguous()
        d_query = torch.zeros_like(query, dtype=weight.dtype)
        if kept is None:
            d_key, d_weight = torch.zeros_like(key), torch.empty_like(weight)
        else:
            d_key, d_weight = kept.key_gradient, kept.weight_gradient
        scratch, used = _scratch(len(query), key, kept), 0
        for targets, sources in _tiles(len(query), key):
            asked, matrices = query[targets], weight[targets, sources].to(key.dtype)
            g = grad[targets, sources].unsqueeze(2)
            weighted_keys = _product(g, key[sources], scratch).flatten(1, 2)
            if key.dtype == weight.dtype:
                torch.bmm(weighted_keys, asked, out=d_weight[targets, sources].flatten(1, 2))
                d_query[targets].baddbmm_(weighted_keys.mT, matrices.flatten(1, 2))
            else:
                # torch can't write or add a product to memory of another precision.
                d_weight[targets, sources].flatten(1, 2).copy_(torch.bmm(weighted_keys, asked))
                d_query[targets].add_(torch.bmm(weighted_keys.mT, matrices.flatten(1, 2)))
            if kept is None:
                pair_queries = _pair_queries(asked, matrices, scratch)
            else:
                shape = (*matrices.shape[:3], key.shape[-1])
                pair_queries = kept.pair_queries[used : used + prod(shape)].view(shape)
                used += prod(shape)
            for pair_query, pair_grad in zip(pair_queries, g, strict=True):
                d_key[sources].addcmul_(pair_query, pair_grad)
        return (d_query, d_key, d_weight, None) if kept is None else (d_query, None, None, None)


def _pair_queries(
    query: Float[Tensor, "target batch d"],
    weight: Float[Tensor, "target source d d"],
    memory: Float[Tensor, " number"],
) -> Float[Tensor, "target source d batch"]:
    """Return the products of queries and the matrices of a tile's pairs."""
    shape = (*weight.shape[:3], query.shape[1])
    made = memory[: prod(shape)].view(shape)
    torch.bmm(weight.flatten(1, 2), query.mT, out=made.flatten(1, 2))
    return made


def _product(one: Tensor, other: Tensor, scratch: Tensor) -> Tensor:
    """Multiply into memory that is still in the cache."""
    shape = torch.broadcast_shapes(one.shape, other.shape)
    return torch.mul(one, other, out=scratch[: shape.numel()].view(shape))


def tile_room(targets: int, key: Float[Tensor, "source d batch"]) -> int:
    """Return the length of memory for any tile of this many targets and at most this batch."""
    return min(targets * key.numel(), max(_tile_numbers(key), key[0].numel()))


def _tiles(targets: int, key: Float[Tensor, "source d batch"]) -> list[tuple[slice, slice]]:
    """Return the targets and sources that are computed together.

    Large matrices are computed one target at a time, in cache-sized ranges of sources; small
    ones several targets at a time, because there the number of calls sets the cost.
    """
    regions, width, batch = key.shape
    pairs = max(1, _tile_numbers(key) // (batch * width))
    groups = ranges(targets, max(1, pairs // regions))
    return [(group, sources) for sources in ranges(regions, pairs) for group in groups]


def _tile_numbers(like: Tensor) -> int:
    return _TILE_BYTES.get(like.device.type, _TILE_BYTES["cuda"]) // like.itemsize


def _scratch(targets: int, key: Tensor, kept: Kept | None) -> Tensor:
    if kept is not None:
        return kept.tile
    return key.new_empty(tile_room(targets, key))


def ranges(length: int, at_most: int) -> list[slice]:
    """Return slices of nearly equal length that cover ``range(length)``, none longer than first."""
    size = -(-length // -(-length // at_most))
    return [slice(first, min(first + size, length)) for first in range(0, length, size)]
