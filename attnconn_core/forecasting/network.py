"""The attention forecaster: predicts every region's next frames from all regions' past."""

import copy
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from attnconn_core.errors import ParameterError
from attnconn_core.forecasting.attention import PairwiseAttention
from attnconn_core.forecasting.config import DEFAULT_SEED, ForecasterConfig
from attnconn_core.forecasting.layers import (
    RegionalHead,
    RegionalLinear,
    RegionalStack,
    draw_linear,
)
from attnconn_core.timeseries import Scale

__all__ = ["AttentionForecaster"]

PerRegion = Float[np.ndarray, " region"] | Float[Tensor, " region"]


class AttentionForecaster(nn.Module):
    """Predict each region from all regions, through attention that can be read as connectivity.

    A region's own past gives its query; every region's past gives a key and a value. The
    attention a[s, t] of region s on region t weights t's value, and s's own head maps the
    weighted sum to s's next frames.

    Parameters
    ----------
    config
        Architecture.
    mean, std
        Mean and deviation of each region, in the units of the series that will be predicted;
        their length is the number of regions.
    generator
        Random generator of the weights; by default one with the original study's seed. torch's
        global generator is never used.
    initialise
        False leaves the weights uninitialised, if they are about to be loaded.

    Raises
    ------
    ParameterError
        Unless `mean` and `std` are two vectors of the same length.

    Examples
    --------
    >>> import torch
    >>> forecaster = AttentionForecaster(ForecasterConfig(), torch.zeros(6), torch.ones(6))
    >>> prediction, attention = forecaster(torch.randn(4, 6, 5))  # (batch, region, lag)
    >>> tuple(prediction.shape), tuple(attention.shape)
    ((4, 6, 1), (4, 6, 6))
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        config: ForecasterConfig,
        mean: PerRegion,
        std: PerRegion,
        *,
        generator: torch.Generator | None = None,
        initialise: bool = True,
    ) -> None:
        super().__init__()
        self.config = config
        self._set_scale(mean, std)
        regions, d = self.regions, config.hidden_dim
        encoder = [config.input_window] + [d] * config.input_layers
        self.query_encoder = RegionalStack(regions, encoder)
        self.shared_encoder = RegionalStack(1, encoder)
        self.attention = PairwiseAttention(config, regions)
        self.head = RegionalHead(
            regions, [config.head_dim] * config.prediction_layers + [config.output_window]
        )
        self.own_past = (
            RegionalLinear(regions, config.input_window, config.output_window)
            if config.own_past
            else None
        )
        if initialise:
            self._draw(generator or torch.Generator().manual_seed(DEFAULT_SEED))

    @property
    def regions(self) -> int:
        """Number of regions."""
        return len(self.mean)

    def forward(
        self, x: Float[Tensor, "batch region lag"]
    ) -> tuple[Float[Tensor, "batch region horizon"], Float[Tensor, "batch target source"]]:
        """Return predictions of the frames after each window, in raw units, and the attention.

        Parameters
        ----------
        x
            Raw values; the last lag is the frame before the first one predicted.

        Returns
        -------
        prediction, attention
            Each attention row sums to 1, or to 0 if no score was positive.

        Raises
        ------
        ParameterError
            If the numbers of regions or lags aren't the forecaster's.
        """
        expected = (self.regions, self.config.input_window)
        if tuple(x.shape[1:]) != expected:
            raise ParameterError(
                f"windows must have shape (batch, {expected[0]}, {expected[1]}), "
                f"(batch, region, lag); got {tuple(x.shape)}"
            )
        prediction, attention = self.predict_standardised(self.standardise(x))
        return prediction * self.std[:, None] + self.mean[:, None], attention

    def predict_standardised(
        self, z: Float[Tensor, "batch region lag"]
    ) -> tuple[Float[Tensor, "batch region horizon"], Float[Tensor, "batch target source"]]:
        """Return predictions of standardised frames: `forward` without scaling."""
        past, embedding = self.embed(z)
        query = self.query_encoder(past)
        if self.config.initialisation == "linear" and self.config.query_rank is not None:
            prediction, attention = self._predict_by_pairs(query, embedding, past)
        else:
            informed, attention = self.attention(query, embedding, past)
            prediction = self.head(informed)
        if self.own_past is not None:
            prediction = prediction + self.own_past(past)
        return prediction.transpose(0, 1), attention.permute(2, 0, 1)

    def _predict_by_pairs(
        self,
        query: Float[Tensor, "region batch d"],
        embedding: Float[Tensor, "region batch d"],
        past: Float[Tensor, "region batch lag"],
    ) -> tuple[Float[Tensor, "region batch 1"], Float[Tensor, "region region batch"]]:
        """Return predictions as weighted sums of the sources' `contributions`.

        Same forecast as from the sum of the values, with a tenth of the products.
        """
        module = self.attention
        attention = module.attend(query, module.key(embedding).mT.contiguous())
        kept = module.draw_kept(len(attention))
        contributions, level = self.contributions(past)
        prediction = (module.thin(attention, kept) * contributions).sum(dim=-1) + level
        return prediction.T.unsqueeze(-1), attention.permute(1, 2, 0)

    def contributions(
        self, past: Float[Tensor, "region batch lag"]
    ) -> tuple[Float[Tensor, "batch target source"], Float[Tensor, " target"]]:
        """Return each source's contribution before attention, for values of the past and one head.

        Target s then reads the value of source t as K[s, t] · past[t]. The forecast is the
        attention-weighted sum of these numbers plus a constant per target.
        """
        head = cast(RegionalLinear, self.head[0])
        value, output = cast(RegionalLinear, self.attention.value), self.attention.output
        by_target = head.weight[..., 0] @ output.weight
        slope = value.weight @ by_target.T
        contributions = torch.baddbmm(value.bias @ by_target.T, past, slope)
        level = head.weight[..., 0] @ output.bias + head.bias[:, 0, 0]
        return contributions.permute(1, 2, 0), level

    def embed(
        self, z: Float[Tensor, "batch region lag"]
    ) -> tuple[Float[Tensor, "region batch lag"], Float[Tensor, "region batch d"]]:
        """Return pasts and embeddings of standardised windows, in the layers' axis order."""
        past = z.transpose(0, 1).contiguous()
        flat = self.shared_encoder(past.reshape(1, -1, past.shape[-1]))
        return past, flat.view(*past.shape[:2], -1)

    def standardise(
        self, x: Float[Tensor, "batch region time"]
    ) -> Float[Tensor, "batch region time"]:
        """Subtract each region's mean and divide by its deviation; zeros where that is 0.

        As `attnconn_core.timeseries.standardise` does.
        """
        divisor = torch.where(self.std > 0, self.std, 1.0)
        return (x - self.mean[:, None]) / divisor[:, None]

    def with_scale(self, scale: Scale) -> "AttentionForecaster":
        """Return a forecaster with the same weights (shared, not copied) and another scale.

        Raises
        ------
        ParameterError
            If the scale has a different number of regions.
        """
        if len(scale.mean) != self.regions:
            raise ParameterError(
                f"a scale for this forecaster must have {self.regions} regions; "
                f"got {len(scale.mean)}"
            )
        twin = copy.copy(self)
        twin._buffers = dict(self._buffers)
        twin._set_scale(scale.mean, scale.std)
        return twin

    def _set_scale(self, mean: PerRegion, std: PerRegion) -> None:
        device = self.mean.device if "mean" in self._buffers else None
        vectors = {}
        for name, values in (("mean", mean), ("std", std)):
            vector = torch.as_tensor(values, dtype=torch.float32, device=device).detach().clone()
            if vector.ndim != 1 or not len(vector):
                raise ParameterError(
                    f"{name} must be one number per region; got shape {tuple(vector.shape)}"
                )
            vectors[name] = vector
        if len(vectors["mean"]) != len(vectors["std"]):
            raise ParameterError(
                "mean and std must have the same number of regions; got "
                f"{len(vectors['mean'])} and {len(vectors['std'])}"
            )
        for name, vector in vectors.items():
            self.register_buffer(name, vector)

    @torch.no_grad()
    def _draw(self, generator: torch.Generator) -> None:
        for module in self.modules():
            if isinstance(module, RegionalLinear | nn.Linear):
                draw_linear(module, generator)
        self.attention.draw_pairs(generator)
        if self.own_past is not None:
            self.own_past.weight.zero_()
            self.own_past.bias.zero_()
