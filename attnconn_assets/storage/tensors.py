"""Files of arrays with a label of their content: safetensors; equal contents, equal files."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from attnconn_core.errors import StoreError

__all__ = ["arrays_by_group", "arrays_of_group", "read_tensors", "write_tensors"]

_KEY = "attnconn"
_FORMAT = "attnconn {} 1"


def write_tensors(
    path: Path, holds: str, described: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Write named arrays and a JSON description.

    Parameters
    ----------
    path
        Path of the file.
    holds
        Label of the content, such as ``"pooled moments"``.
    described, arrays
        The description and the arrays.
    """
    about = {"format": _FORMAT.format(holds), **described}
    # safetensors writes several keys in random order; with one, equal contents give equal files.
    path.write_bytes(save(dict(arrays), {_KEY: json.dumps(about, sort_keys=True)}))


def read_tensors(path: Path, holds: str) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read a file of `write_tensors`.

    Raises
    ------
    StoreError
        If it isn't such a file, or has another label.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            described = json.loads((file.metadata() or {})[_KEY])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            label = described["format"]
    except (SafetensorError, OSError, KeyError, json.JSONDecodeError) as error:
        raise StoreError(f"{path}: isn't a file of {holds}: {error}") from error
    if label != _FORMAT.format(holds):
        raise StoreError(f"{path}: must hold {_FORMAT.format(holds)}; holds {label}")
    return described, arrays


def arrays_by_group(sums: Mapping[int, Any], names: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the arrays of groups of subjects, named by group and attribute: ``"3/gram"``."""
    return {
        f"{group}/{name}": getattr(of_group, name)
        for group, of_group in sorted(sums.items())
        for name in names
    }


def arrays_of_group(
    arrays: Mapping[str, np.ndarray], group: str, names: Sequence[str]
) -> dict[str, np.ndarray]:
    """Return the arrays of one group, as `arrays_by_group` names them.

    Raises
    ------
    KeyError
        If one is missing.
    """
    return {name: arrays[f"{group}/{name}"] for name in names}
