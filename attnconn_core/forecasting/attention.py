"""Attention between regions, with a separate query for every ordered pair."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from attnconn_core.forecasting.config import DEFAULT_SEED, ForecasterConfig
from attnconn_core.forecasting.layers import RegionalLinear
from attnconn_core.forecasting.pairwise import biased_score, weighted_score

__all__ = ["PairwiseAttention"]

_EPSILON = 1e-8


class PairwiseAttention(nn.Module):
    """Scores, attention, and the values that attention transmits to each region.

    Attributes
    ----------
    weight
        W, (target, source, key, query), in the order used by `weighted_score`; absent with
        `query_rank`.
    target_factor, source_factor
        U and V, (region, d, rank); only with `query_rank`.
    bias
        c, (target, source, d).
    dropout_generator
        Random generator of the dropout; made on first use unless it was set before.
    """

    def __init__(self, config: ForecasterConfig, regions: int) -> None:
        super().__init__()
        d, rank = config.hidden_dim, config.query_rank
        self.config = config
        self.key = nn.utils.skip_init(nn.Linear, d, d)
        self.value = (
            nn.utils.skip_init(nn.Linear, d, config.bottleneck_dim)
            if config.values == "embedding"
            else RegionalLinear(regions, config.input_window, config.bottleneck_dim)
        )
        self.output = nn.utils.skip_init(nn.Linear, config.bottleneck_dim, config.head_dim)
        self.bias = nn.Parameter(torch.empty(regions, regions, d))
        if rank is None:
            self.weight = nn.Parameter(torch.empty(regions, regions, d, d))
        else:
            self.target_factor = nn.Parameter(torch.empty(regions, d, rank))
            self.source_factor = nn.Parameter(torch.empty(regions, d, rank))
        self.dropout_generator: torch.Generator | None = None

    def forward(
        self,
        query: Float[Tensor, "region batch d"],
        embedding: Float[Tensor, "region batch d"],
        past: Float[Tensor, "region batch lag"],
    ) -> tuple[Float[Tensor, "region batch h"], Float[Tensor, "region region batch"]]:
        """Return the attention-weighted values that reach each region, and the attention.

        Parameters
        ----------
        query
            Output of each region's own encoder.
        embedding
            Output of the shared encoder; keys are computed from it, and so are values unless
            they are of the past.
        past
            Standardised past frames.

        Returns
        -------
        informed, attention
            Attention is (target, source, batch).
        """
        key, value = self.offer(embedding, past)
        kept = self.draw_kept(len(value))
        if self.config.query_rank is not None:
            by_window = self.attend(query, key)
        else:
            score = weighted_score(query, key, self.weight)
            attention = self.pay(score + biased_score(key, self.bias).transpose(0, 1))
            by_window = attention.permute(2, 0, 1).contiguous()
        return self.output(self._gather(by_window, value, kept)), by_window.permute(1, 2, 0)

    def attend(
        self, query: Float[Tensor, "region batch d"], key: Float[Tensor, "region d batch"]
    ) -> Float[Tensor, "batch target source"]:
        """Return the attention per window, for low-rank queries."""
        return self._share(self._low_rank_score(query, key))

    def offer(
        self,
        embedding: Float[Tensor, "region batch d"],
        past: Float[Tensor, "region batch lag"],
    ) -> tuple[Float[Tensor, "region d batch"], Float[Tensor, "batch region b"]]:
        """Return every region's key and value."""
        if self.config.values == "embedding":
            value = functional.normalize(self.value(embedding), dim=-1, eps=1e-12)
        else:
            value = self.value(past)
        return self.key(embedding).mT.contiguous(), _by_window(value)

    def pay(
        self, score: Float[Tensor, "target source batch"], first: int = 0
    ) -> Float[Tensor, "target source batch"]:
        """Return the attention for given scores: each row sums to 1, or to 0.

        If the positive scores of a row sum to no more than 1e-8, the row is empty. The
        original study's model adds that number to every sum instead, so that rows of small
        scores sum to less than 1; for larger sums the attention is the same either way.

        The targets may be a range of the regions that begins at `first`.
        """
        if self.config.own_past:
            target = torch.arange(first, first + len(score), device=score.device)
            source = torch.arange(score.shape[1], device=score.device)
            score = score.masked_fill((target[:, None] == source)[..., None], 0.0)
        return self._share(score, sources=1)

    def _share(self, score: Float[Tensor, "x y z"], sources: int = -1) -> Float[Tensor, "x y z"]:
        """Return scores divided by their sum over the sources."""
        attention = torch.relu(score)
        total = attention.sum(dim=sources, keepdim=True)
        # The gradient of a product takes two passes fewer than that of a quotient.
        return attention * (total.clamp_min(_EPSILON).reciprocal() * (total > _EPSILON))

    def gather(
        self,
        attention: Float[Tensor, "target source batch"],
        value: Float[Tensor, "batch source b"],
        kept: Bool[Tensor, "target batch source"] | None = None,
    ) -> Float[Tensor, "target batch b"]:
        """Return the values weighted by the attention that remains after dropout."""
        return self._gather(attention.permute(2, 0, 1).contiguous(), value, kept)

    def _gather(
        self,
        by_window: Float[Tensor, "batch target source"],
        value: Float[Tensor, "batch source b"],
        kept: Bool[Tensor, "target batch source"] | None,
    ) -> Float[Tensor, "target batch b"]:
        return torch.bmm(self.thin(by_window, kept), value).transpose(0, 1)

    def thin(
        self,
        by_window: Float[Tensor, "batch target source"],
        kept: Bool[Tensor, "target batch source"] | None,
    ) -> Float[Tensor, "batch target source"]:
        """Return the attention after dropout, scaled up to the same expectation."""
        if kept is None:
            return by_window
        return by_window * kept.transpose(0, 1) / (1 - self.config.attention_dropout)

    def draw_kept(self, batch: int) -> Bool[Tensor, "target batch source"] | None:
        """Draw the dropout mask of the attention; `torch.dropout` uses the global generator."""
        rate, device = self.config.attention_dropout, self.bias.device
        if not self.training or rate == 0:
            return None
        if self.dropout_generator is None or self.dropout_generator.device != device:
            self.dropout_generator = torch.Generator(device).manual_seed(DEFAULT_SEED)
        shape = (len(self.bias), batch, len(self.bias))
        return torch.rand(shape, generator=self.dropout_generator, device=device) >= rate

    def release(self) -> None:
        """Free the memory that only training needs."""
        self.dropout_generator = None

    @torch.no_grad()
    def draw_pairs(self, generator: torch.Generator) -> None:
        """Draw the pairwise parameters: W, or U and V, and c."""
        d, rank = self.config.hidden_dim, self.config.query_rank
        deviation = 1.0 if self.config.initialisation == "original" else 1 / math.sqrt(d)
        self.bias.normal_(0.0, deviation, generator=generator)
        if rank is None:
            self.weight.normal_(0.0, deviation, generator=generator)
        else:
            # An element of U Vᵀ sums `rank` products, each with this deviation squared.
            factor = math.sqrt(deviation) / rank**0.25
            self.target_factor.normal_(0.0, factor, generator=generator)
            self.source_factor.normal_(0.0, factor, generator=generator)

    def _low_rank_score(
        self, query: Float[Tensor, "region batch d"], key: Float[Tensor, "region d batch"]
    ) -> Float[Tensor, "batch target source"]:
        """Return the scores by window, in the order in which values are summed, without a copy.

        With `own_past` the diagonal is minus infinity, which gives zero attention.
        """
        regions = len(self.bias)
        barrier = key.new_zeros(regions, 1, regions)
        if self.config.own_past:
            barrier.diagonal(dim1=0, dim2=2).fill_(-torch.inf)
        biased = torch.baddbmm(barrier, key.mT, self.bias.permute(1, 2, 0))
        asked = torch.bmm(query, self.target_factor)
        offered = torch.bmm(key.mT, self.source_factor)
        # Made contiguous by window before the product: otherwise a batched product goes window
        # by window and copies each.
        return torch.baddbmm(
            biased.permute(1, 2, 0).contiguous(), _by_window(asked), _by_window(offered).mT
        )


def _by_window(x: Float[Tensor, "region batch d"]) -> Float[Tensor, "batch region d"]:
    return x.transpose(0, 1).contiguous()
