"""Checkpoints: forecasters stored in files and read without running code from them."""

import json
import os
import pickle
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from attnconn_core.errors import CheckpointError, ParameterError
from attnconn_core.forecasting.config import ForecasterConfig
from attnconn_core.forecasting.ensemble import Ensemble, members_of
from attnconn_core.forecasting.network import AttentionForecaster
from attnconn_core.forecasting.reference_names import from_reference, reference_shapes

__all__ = ["load_forecaster", "load_reference_checkpoint", "save_forecaster"]

_FORMAT = "attnconn forecaster 1"
_MOST_MEMBERS = 100
_KEY = "attnconn"  # the only metadata key, with everything besides the weights


def save_forecaster(
    path: str | os.PathLike[str],
    forecaster: AttentionForecaster,
    regions: Sequence[str],
    note: Mapping[str, str] | None = None,
) -> None:
    """Write weights, scale, architecture and region names to one safetensors file.

    The file is written completely or not at all.

    Parameters
    ----------
    path
        Path of the file; an existing file is replaced.
    forecaster
        Forecaster to save, on any device.
    regions
        Region names, in order.
    note
        Further strings to store, such as the subjects that were trained on.

    Raises
    ------
    ParameterError
        Unless there is one name per region.

    Examples
    --------
    >>> import pathlib, tempfile, torch
    >>> from attnconn_core.forecasting import AttentionForecaster, ForecasterConfig
    >>> forecaster = AttentionForecaster(ForecasterConfig(), torch.zeros(6), torch.ones(6))
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "forecaster.safetensors"
    >>> save_forecaster(file, forecaster, regions=[f"region {n}" for n in range(6)])
    >>> loaded, regions, note = load_forecaster(file)
    >>> loaded.config == forecaster.config, regions[0]
    (True, 'region 0')
    """
    if len(regions) != forecaster.regions:
        raise ParameterError(
            f"a checkpoint needs one name for each of its {forecaster.regions} regions; "
            f"got {len(regions)}"
        )
    path = Path(path)
    described = {
        "format": _FORMAT,
        "config": forecaster.config.model_dump_json(),
        "regions": json.dumps([str(name) for name in regions]),
        "members": str(len(members_of(forecaster))),
        "note": json.dumps({str(key): str(value) for key, value in sorted((note or {}).items())}),
    }
    # safetensors writes several keys in random order; with one key, equal models give equal files.
    metadata = {_KEY: json.dumps(described, sort_keys=True)}
    tensors = {
        name: tensor.detach().cpu().contiguous() for name, tensor in forecaster.state_dict().items()
    }
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        # safetensors' own writer makes a file that only its owner can read.
        partial.write_bytes(save(tensors, metadata))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _unpacked(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return a file's metadata; earlier versions used one key per entry."""
    try:
        return dict(json.loads(metadata[_KEY])) if _KEY in metadata else dict(metadata)
    except (ValueError, TypeError):
        return {}


def load_forecaster(
    path: str | os.PathLike[str],
) -> tuple[AttentionForecaster, tuple[str, ...], dict[str, str]]:
    """Return the forecaster, region names and note that `save_forecaster` wrote.

    The forecaster is in evaluation mode, on the CPU.

    Raises
    ------
    CheckpointError
        If the file is missing, incomplete, or not a forecaster's checkpoint.

    Examples
    --------
    >>> from attnconn_core.errors import CheckpointError
    >>> try:
    ...     load_forecaster("lost.safetensors")
    ... except CheckpointError as error:
    ...     print(str(error)[:66])
    a checkpoint must be a complete safetensors file; lost.safetensors
    """
    path = Path(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = _unpacked(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"a checkpoint must be a complete safetensors file; {path}: {error}"
        ) from error
    if metadata.get("format") != _FORMAT:
        raise CheckpointError(
            f"a forecaster's checkpoint must have the format {_FORMAT!r}; "
            f"{path} has {metadata.get('format')!r}"
        )
    config, regions, note = _described(metadata, path)
    members = metadata.get("members", "1")  # earlier versions had no ensembles
    if not (members.isascii() and members.isdigit() and 0 < int(members) <= _MOST_MEMBERS):
        raise CheckpointError(
            f"a checkpoint's members must be a number from 1 to {_MOST_MEMBERS}; "
            f"{path} has {members!r}"
        )
    if len(tensors.get("mean", ())) != len(regions):
        raise CheckpointError(
            f"a checkpoint needs one mean for each of its {len(regions)} regions; "
            f"{path} has {len(tensors.get('mean', ()))}"
        )
    return _filled(config, len(regions), tensors, path, int(members)), regions, note


def load_reference_checkpoint(
    path: str | os.PathLike[str], config: ForecasterConfig
) -> AttentionForecaster:
    """Return the forecaster of a state dict written by the original study's code.

    Only tensors are unpickled; a file that would run code is rejected.

    Parameters
    ----------
    path
        File written by ``torch.save``.
    config
        Architecture that the model was trained with; the file doesn't contain it.

    Raises
    ------
    CheckpointError
        If it isn't a file of tensors, or their names or shapes don't match `config`.
    ParameterError
        If `config` uses settings that the original study doesn't have.
    """
    path = Path(path)
    if config.own_past or config.query_rank is not None or config.values != "embedding":
        raise ParameterError(
            "a checkpoint of the original study has no own_past, query_rank or values of the past; "
            f"got own_past {config.own_past}, query_rank {config.query_rank}, "
            f"values {config.values!r}"
        )
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("not the archive that torch.save writes")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise CheckpointError(
            f"a checkpoint of the original study must contain only tensors; {path}: {error}"
        ) from error
    if not isinstance(state, dict) or not isinstance(state.get("mean"), Tensor):
        raise CheckpointError(f"a reference checkpoint must be a state dict with a mean; {path}")
    regions = state["mean"].numel()
    _require(state, reference_shapes(config, regions), path)
    return _filled(config, regions, from_reference(config, regions, state), path)


def _described(
    metadata: Mapping[str, str], path: Path
) -> tuple[ForecasterConfig, tuple[str, ...], dict[str, str]]:
    """Return architecture, region names and note from a file's metadata."""
    try:
        config = ForecasterConfig.model_validate_json(metadata["config"])
        regions, note = json.loads(metadata["regions"]), json.loads(metadata["note"])
    except (KeyError, ValidationError, json.JSONDecodeError) as error:
        raise CheckpointError(
            f"a checkpoint must hold its config, regions and note; {path}: {error}"
        ) from error
    if not (isinstance(regions, list) and isinstance(note, dict)):
        raise CheckpointError(
            f"a checkpoint's regions must be a list and its note a mapping; {path} has "
            f"{type(regions).__name__} and {type(note).__name__}"
        )
    return config, tuple(str(name) for name in regions), note


def _filled(
    config: ForecasterConfig,
    regions: int,
    tensors: Mapping[str, Tensor],
    path: Path,
    members: int = 1,
) -> AttentionForecaster:
    """Return a forecaster with these tensors as its weights.

    It is built on the meta device, so a wrong config in a file allocates no memory.
    """
    with torch.device("meta"):
        nothing = torch.empty(regions)
        empty = [
            AttentionForecaster(config, nothing, nothing, initialise=False) for _ in range(members)
        ]
        forecaster = empty[0] if members == 1 else Ensemble(empty)
    shapes = {name: tuple(tensor.shape) for name, tensor in forecaster.state_dict().items()}
    _require(tensors, shapes, path)
    forecaster.load_state_dict(tensors, assign=True)
    return forecaster.requires_grad_(True).eval()


def _require(
    state: Mapping[str, object], shapes: Mapping[str, tuple[int, ...]], path: Path
) -> None:
    """Raise unless names, shapes and number types of a state are the expected ones."""
    complaints = {
        "missing": sorted(shapes.keys() - state.keys()),
        "unexpected": sorted(str(name) for name in state.keys() - shapes.keys()),
        "of another shape or type": [
            f"{name} ({_kind(state[name])}, not float32 {shape})"
            for name, shape in shapes.items()
            if name in state and _kind(state[name]) != f"float32 {shape}"
        ],
    }
    differences = [
        f"{what}: {', '.join(names[:4])}{', …' if len(names) > 4 else ''}"
        for what, names in complaints.items()
        if names
    ]
    if differences:
        raise CheckpointError(
            f"a checkpoint's tensors must be those of its config; {path}: {'; '.join(differences)}"
        )


def _kind(value: object) -> str:
    if not isinstance(value, Tensor):
        return type(value).__name__
    return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
