"""The file of a cohort's pooled moments: safetensors, equal moments in equal files."""

import json
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from attnconn_core.errors import StoreError
from attnconn_core.forecasting import PooledMoments
from attnconn_core.forecasting.moments import LaggedMoments

__all__ = ["read_moments", "write_moments"]

_FORMAT = "attnconn pooled moments 1"
_KEY = "attnconn"
_NUMBERS = ("lags", "n_samples")
_ARRAYS = tuple(each.name for each in fields(LaggedMoments) if each.name not in _NUMBERS)


def write_moments(path: Path, pooled: PooledMoments) -> None:
    """Write pooled moments: an array per group and kind of moment, ``"3/gram"``."""
    described = {
        "format": _FORMAT,
        "lags": pooled.lags,
        "regions": pooled.regions,
        "group_of": dict(pooled.group_of),
        "n_samples": {str(group): sums.n_samples for group, sums in pooled.sums.items()},
    }
    arrays = {
        f"{group}/{name}": getattr(sums, name)
        for group, sums in sorted(pooled.sums.items())
        for name in _ARRAYS
    }
    # safetensors writes several keys in a random order: one, and equal moments are equal files.
    path.write_bytes(save(arrays, {_KEY: json.dumps(described, sort_keys=True)}))


def read_moments(path: Path) -> PooledMoments:
    """Read what `write_moments` wrote.

    Raises
    ------
    StoreError
        If the file doesn't hold pooled moments.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            described = json.loads((file.metadata() or {})[_KEY])
            if described["format"] != _FORMAT:
                raise StoreError(f"{path}: must hold {_FORMAT}; holds {described['format']}")
            sums = {
                int(group): LaggedMoments(
                    lags=described["lags"],
                    n_samples=n_samples,
                    **{name: file.get_tensor(f"{group}/{name}") for name in _ARRAYS},
                )
                for group, n_samples in described["n_samples"].items()
            }
    except (SafetensorError, OSError, KeyError, json.JSONDecodeError) as error:
        raise StoreError(f"{path}: isn't a file of pooled moments: {error}") from error
    return PooledMoments(
        described["lags"],
        tuple(described["regions"]),
        MappingProxyType(described["group_of"]),
        MappingProxyType(sums),
    )
