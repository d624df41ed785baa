"""Checkpoints: forecasters in files, stored and read without running code."""

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
_KEY = "attnconn"  # of all that is said in a file beside the weights


def save_forecaster(
    path: str | os.PathLike[str],
    forecaster: AttentionForecaster,
    regions: Sequence[str],
    note: Mapping[str, str] | None = None,
) -> None:
    """Write weights, scale, architecture and region names to one safetensors file.

    The file appears whole or not at all.

    Parameters
    ----------
    path
        Replaced if it exists.
    forecaster
        On any device.
    regions
        Their names, in order.
    note
        Anything worth keeping beside the weights, such as whom it was trained on.

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
    # safetensors writes several keys in a random order: one, and an equal model is an equal file.
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
    """Return what a file says; earlier versions said each thing under a key of its own."""
    try:
        return dict(json.loads(metadata[_KEY])) if _KEY in metadata else dict(metadata)
    except (ValueError, TypeError):
        return {}


def load_forecaster(
    path: str | os.PathLike[str],
) -> tuple[AttentionForecaster, tuple[str, ...], dict[str, str]]:
    """Read what `save_forecaster` wrote: the forecaster, its regions' names and the note.

    The forecaster comes in evaluation mode, on the CPU.

    Raises
    ------
    CheckpointError
        If the file isn't there, isn't whole, or isn't a forecaster's.

    Examples
    --------
    >>> from attnconn_core.errors import CheckpointError
    >>> try:
    ...     load_forecaster("lost.safetensors")
    ... except CheckpointError as error:
    ...     print(str(error)[:63])
    a checkpoint must be a whole safetensors file; lost.safetensors
    """
    path = Path(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = _unpacked(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"a checkpoint must be a whole safetensors file; {path}: {error}"
        ) from error
    if metadata.get("format") != _FORMAT:
        raise CheckpointError(
            f"a forecaster's checkpoint says {_FORMAT!r} as its format; "
            f"{path} says {metadata.get('format')!r}"
        )
    config, regions, note = _described(metadata, path)
    members = metadata.get("members", "1")  # earlier versions have no ensembles
    if not (members.isascii() and members.isdigit() and 0 < int(members) <= _MOST_MEMBERS):
        raise CheckpointError(
            f"a checkpoint's members must be a number from 1 to {_MOST_MEMBERS}; "
            f"{path} says {members!r}"
        )
    if len(tensors.get("mean", ())) != len(regions):
        raise CheckpointError(
            f"a checkpoint needs a mean for each of its {len(regions)} regions; "
            f"{path} has {len(tensors.get('mean', ()))}"
        )
    return _filled(config, len(regions), tensors, path, int(members)), regions, note


def load_reference_checkpoint(
    path: str | os.PathLike[str], config: ForecasterConfig
) -> AttentionForecaster:
    """Read a state dict of the reference implementation.

    Only tensors are unpickled; a file that would run code is refused.

    Parameters
    ----------
    path
        Written by ``torch.save``.
    config
        The architecture it was trained with, which the file doesn't say.

    Raises
    ------
    CheckpointError
        If it isn't a file of tensors, or names or shapes aren't those of `config`.
    ParameterError
        If `config` asks for what the reference doesn't have.
    """
    path = Path(path)
    if config.own_past or config.query_rank is not None or config.values != "embedding":
        raise ParameterError(
            "a reference checkpoint has neither own_past nor query_rank nor values of the past; "
            f"got own_past {config.own_past}, query_rank {config.query_rank}, "
            f"values {config.values!r}"
        )
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("not the archive that torch.save writes")
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise CheckpointError(
            f"a reference checkpoint must be a file of tensors and nothing else; {path}: {error}"
        ) from error
    if not isinstance(state, dict) or not isinstance(state.get("mean"), Tensor):
        raise CheckpointError(f"a reference checkpoint must be a state dict with a mean; {path}")
    regions = state["mean"].numel()
    _require(state, reference_shapes(config, regions), path)
    return _filled(config, regions, from_reference(config, regions, state), path)


def _described(
    metadata: Mapping[str, str], path: Path
) -> tuple[ForecasterConfig, tuple[str, ...], dict[str, str]]:
    """Architecture, region names and note, out of a file's metadata."""
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
    """Build a forecaster that has these tensors as its weights.

    It is built on the meta device, so a false config in a file asks for no memory.
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
    """Refuse a state whose names, shapes or number type aren't the expected ones."""
    complaints = {
        "missing": sorted(shapes.keys() - state.keys()),
        "unexpected": sorted(str(name) for name in state.keys() - shapes.keys()),
        "of another shape or type": [
            f"{name} ({_kind(state[name])}, not float32 {shape})"
            for name, shape in shapes.items()
            if name in state and _kind(state[name]) != f"float32 {shape}"
        ],
    }
    found = [
        f"{what}: {', '.join(names[:4])}{', …' if len(names) > 4 else ''}"
        for what, names in complaints.items()
        if names
    ]
    if found:
        raise CheckpointError(
            f"a checkpoint's tensors must be those of its config; {path}: {'; '.join(found)}"
        )


def _kind(value: object) -> str:
    if not isinstance(value, Tensor):
        return type(value).__name__
    return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
