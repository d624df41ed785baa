"""Attention between regions, with a query of its own for every ordered pair."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from attnconn_core.forecasting.config import DEFAULT_SEED, ForecasterConfig
from attnconn_core.forecasting.layers import RegionalLinear
from attnconn_core.forecasting.pairwise import biased_score, weighted_score

__all__ = ["PairwiseAttention"]

_EPSILON = 1e-8


class PairwiseAttention(nn.Module):
    """Scores, attention, and the values that it brings each region.

    Attributes
    ----------
    weight
        W, (target, source, key, query), as `weighted_score` takes it; absent with
        `query_rank`.
    target_factor, source_factor
        U and V, (region, d, rank); only with `query_rank`.
    bias
        c, (target, source, d).
    dropout_generator
        Draws the dropout; made on first use unless someone sets it.
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
        self.output = nn.utils.skip_init(nn.Linear, config.bottleneck_dim, d)
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
    ) -> tuple[Float[Tensor, "region batch d"], Float[Tensor, "region batch region"]]:
        """Return what each region learns from the others, and from whom.

        Parameters
        ----------
        query
            From each region's own encoder.
        embedding
            From the shared encoder; keys are made of it, and values unless they are of
            the past.
        past
            Standardised.

        Returns
        -------
        informed, attention
            Attention is (target, batch, source).
        """
        key, value = self.offer(embedding, past)
        return self.inform(self._score(query, key), value)

    def offer(
        self,
        embedding: Float[Tensor, "region batch d"],
        past: Float[Tensor, "region batch lag"],
    ) -> tuple[Float[Tensor, "region d batch"], Float[Tensor, "batch region b"]]:
        """Make every region's key, and the value that it hands to whoever asks."""
        if self.config.values == "embedding":
            value = functional.normalize(self.value(embedding), dim=-1, eps=1e-12)
        else:
            value = self.value(past)
        return self.key(embedding).mT.contiguous(), _by_window(value)

    def inform(
        self,
        score: Float[Tensor, "target batch source"],
        value: Float[Tensor, "batch source b"],
        first: int = 0,
    ) -> tuple[Float[Tensor, "target batch d"], Float[Tensor, "target batch source"]]:
        """Turn scores into attention, and gather the values by it.

        The targets may be a range of the regions that begins at `first`.
        """
        if self.config.own_past:
            target = torch.arange(first, first + len(score), device=score.device)
            source = torch.arange(score.shape[-1], device=score.device)
            itself = (target[:, None] == source)[:, None]
            score = score.masked_fill(itself, 0.0)
        attention = torch.relu(score)
        attention = attention / (_EPSILON + attention.sum(dim=-1, keepdim=True))
        gathered = torch.bmm(self._drop(attention).transpose(0, 1), value)
        return self.output(gathered.transpose(0, 1)), attention

    def release(self) -> None:
        """Let go of what only training needs."""
        self.dropout_generator = None

    @torch.no_grad()
    def draw_pairs(self, generator: torch.Generator) -> None:
        """Draw what belongs to pairs of regions: W, or U and V, and c."""
        d, rank = self.config.hidden_dim, self.config.query_rank
        deviation = 1.0 if self.config.initialisation == "reference" else 1 / math.sqrt(d)
        self.bias.normal_(0.0, deviation, generator=generator)
        if rank is None:
            self.weight.normal_(0.0, deviation, generator=generator)
        else:
            # A number of U Vᵀ sums `rank` products, each with this deviation squared.
            factor = math.sqrt(deviation) / rank**0.25
            self.target_factor.normal_(0.0, factor, generator=generator)
            self.source_factor.normal_(0.0, factor, generator=generator)

    def _score(
        self, query: Float[Tensor, "region batch d"], key: Float[Tensor, "region d batch"]
    ) -> Float[Tensor, "target batch source"]:
        biased = biased_score(key, self.bias)
        if self.config.query_rank is None:
            return weighted_score(query, key, self.weight) + biased
        asked = torch.bmm(query, self.target_factor)
        offered = torch.bmm(key.mT, self.source_factor)
        # Laid out by window before they are multiplied: a batched product of anything else
        # goes window by window, with a copy for each.
        return torch.bmm(_by_window(asked), _by_window(offered).mT).transpose(0, 1) + biased

    def _drop(self, attention: Tensor) -> Tensor:
        """Dropout on the attention; `torch.dropout` would draw from the global generator."""
        rate = self.config.attention_dropout
        if not self.training or rate == 0:
            return attention
        if self.dropout_generator is None or self.dropout_generator.device != attention.device:
            self.dropout_generator = torch.Generator(attention.device).manual_seed(DEFAULT_SEED)
        drawn = torch.rand(
            attention.shape, generator=self.dropout_generator, device=attention.device
        )
        return attention * (drawn >= rate) / (1 - rate)


def _by_window(x: Float[Tensor, "region batch d"]) -> Float[Tensor, "batch region d"]:
    return x.transpose(0, 1).contiguous()
