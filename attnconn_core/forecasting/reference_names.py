"""State dict of the original study's code: its names, and their counterparts here.

It has one module per region where this package has one batched tensor, and stores linear
weights as (out, in) instead of (in, out).
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from attnconn_core.forecasting.config import ForecasterConfig

__all__ = ["from_reference", "reference_shapes"]


def reference_shapes(config: ForecasterConfig, regions: int) -> dict[str, tuple[int, ...]]:
    """Return every name in a checkpoint of the original study, with its shape."""
    w, h, d, b = (
        config.input_window,
        config.output_window,
        config.hidden_dim,
        config.bottleneck_dim,
    )
    linear: dict[str, tuple[int, int]] = {
        "attention_module.shared_key_proj": (d, d),
        "attention_module.shared_value_proj": (b, d),
        "attention_module.final_value_reproj": (d, b),
    }
    linear |= dict(
        zip(_shared(config), [(d, w)] + [(d, d)] * (config.input_layers - 1), strict=True)
    )
    for region in range(regions):
        widths = [(d, w)] + [(d, d)] * (config.input_layers - 1)
        linear |= dict(zip(_query(config, region), widths, strict=True))
        widths = [(d, d)] * (config.prediction_layers - 1) + [(h, d)]
        linear |= dict(zip(_head(config, region), widths, strict=True))
    shapes: dict[str, tuple[int, ...]] = {
        "mean": (1, regions, 1),
        "stddev": (1, regions, 1),
        "attention_module.query_weight": (regions, regions, d, d),
        "attention_module.query_bias": (regions, regions, d),
    }
    for name, (n_out, n_in) in linear.items():
        shapes |= {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}
    return shapes


def from_reference(
    config: ForecasterConfig, regions: int, state: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return our state dict from the original study's, checked by `reference_shapes`."""
    ours = {
        "mean": state["mean"].flatten(),
        "std": state["stddev"].flatten(),
        "attention.weight": state["attention_module.query_weight"].mT.contiguous(),
        "attention.bias": state["attention_module.query_bias"],
    }
    for mine, theirs in (
        ("key", "shared_key_proj"),
        ("value", "shared_value_proj"),
        ("output", "final_value_reproj"),
    ):
        for kind in ("weight", "bias"):
            ours[f"attention.{mine}.{kind}"] = state[f"attention_module.{theirs}.{kind}"]
    stacks = {
        "query_encoder": [_query(config, region) for region in range(regions)],
        "shared_encoder": [_shared(config)],
        "head": [_head(config, region) for region in range(regions)],
    }
    for stack, names_by_region in stacks.items():
        for layer, names in enumerate(zip(*names_by_region, strict=True)):
            weights = [state[f"{name}.weight"].T for name in names]
            biases = [state[f"{name}.bias"][None] for name in names]
            ours[f"{stack}.{layer}.weight"] = torch.stack(weights)
            ours[f"{stack}.{layer}.bias"] = torch.stack(biases)
    return ours


# A block alternates ReLU and linear layers, so its linear layers have odd numbers.


def _shared(config: ForecasterConfig) -> list[str]:
    blocks = [f"shared_kv_blocks.{2 * layer + 1}" for layer in range(config.input_layers - 1)]
    return ["shared_kv_input_projection", *blocks]


def _query(config: ForecasterConfig, region: int) -> list[str]:
    blocks = [f"query_blocks.{region}.{2 * layer + 1}" for layer in range(config.input_layers - 1)]
    return [f"query_input_projection.{region}", *blocks]


def _head(config: ForecasterConfig, region: int) -> list[str]:
    layers = range(config.prediction_layers - 1)
    blocks = [f"post_attention_blocks.{region}.{2 * layer + 1}" for layer in layers]
    return [*blocks, f"output_projection_layers.{region}"]
