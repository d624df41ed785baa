"""File format of a cohort's pooled moments: safetensors; equal moments give equal files."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

from attnconn_assets.storage.tensors import (
    arrays_by_group,
    arrays_of_group,
    read_tensors,
    write_tensors,
)
from attnconn_core.errors import StoreError
from attnconn_core.forecasting import PooledMoments
from attnconn_core.forecasting.moments import ByColumn, LaggedMoments

__all__ = ["read_moments", "read_prior", "write_moments", "write_priors"]

_HOLDS, _PRIORS = "pooled moments", "priors"
_NUMBERS = ("lags", "n_samples")
_ARRAYS = tuple(field.name for field in fields(LaggedMoments) if field.name not in _NUMBERS)


def write_moments(path: Path, pooled: PooledMoments) -> None:
    """Write pooled moments: one array per group and kind of moment, such as ``"3/gram"``."""
    described = {
        "lags": pooled.lags,
        "regions": pooled.regions,
        "group_of": dict(pooled.group_of),
        "n_samples": {str(group): sums.n_samples for group, sums in pooled.sums.items()},
    }
    write_tensors(path, _HOLDS, described, arrays_by_group(pooled.sums, _ARRAYS))


def read_moments(path: Path) -> PooledMoments:
    """Read a file of `write_moments`.

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
                **arrays_of_group(arrays, group, _ARRAYS),
            )
            for group, n_samples in described["n_samples"].items()
        }
        regions, group_of = tuple(described["regions"]), described["group_of"]
    except KeyError as error:
        raise StoreError(f"{path}: isn't a file of {_HOLDS}: {error} is missing") from error
    return PooledMoments(
        described["lags"], regions, MappingProxyType(group_of), MappingProxyType(sums)
    )


def write_priors(path: Path, priors: Sequence[ByColumn]) -> None:
    """Write the coefficients towards which linear starts are shrunk, one array per fold."""
    write_tensors(path, _PRIORS, {}, {str(place): prior for place, prior in enumerate(priors)})


def read_prior(path: Path, place: int) -> ByColumn:
    """Read the coefficients of one fold.

    Raises
    ------
    StoreError
        If the file doesn't hold the fold.
    """
    _, arrays = read_tensors(path, _PRIORS)
    if str(place) not in arrays:
        raise StoreError(
            f"{path}: must hold {_PRIORS} of fold {place + 1}; it holds {len(arrays)} folds"
        )
    return arrays[str(place)]
