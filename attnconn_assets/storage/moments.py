"""The file of a cohort's pooled moments: safetensors, equal moments in equal files."""

from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

from attnconn_assets.storage.tensors import read_tensors, write_tensors
from attnconn_core.errors import StoreError
from attnconn_core.forecasting import PooledMoments
from attnconn_core.forecasting.moments import LaggedMoments

__all__ = ["read_moments", "write_moments"]

_HOLDS = "pooled moments"
_NUMBERS = ("lags", "n_samples")
_ARRAYS = tuple(each.name for each in fields(LaggedMoments) if each.name not in _NUMBERS)


def write_moments(path: Path, pooled: PooledMoments) -> None:
    """Write pooled moments: an array per group and kind of moment, ``"3/gram"``."""
    described = {
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
    write_tensors(path, _HOLDS, described, arrays)


def read_moments(path: Path) -> PooledMoments:
    """Read what `write_moments` wrote.

    Raises
    ------
    StoreError
        If the file doesn't hold pooled moments.
    """
    described, arrays = read_tensors(path, _HOLDS)
    try:
        sums = {
            int(group): LaggedMoments(
                lags=described["lags"],
                n_samples=n_samples,
                **{name: arrays[f"{group}/{name}"] for name in _ARRAYS},
            )
            for group, n_samples in described["n_samples"].items()
        }
        regions, group_of = tuple(described["regions"]), described["group_of"]
    except KeyError as error:
        raise StoreError(f"{path}: isn't a file of {_HOLDS}: {error} is missing") from error
    return PooledMoments(
        described["lags"], regions, MappingProxyType(group_of), MappingProxyType(sums)
    )
