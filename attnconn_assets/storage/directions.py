"""File format of a cohort's evidence of directions, by groups of subjects."""

from pathlib import Path
from types import MappingProxyType

from attnconn_assets.storage.tensors import (
    arrays_by_group,
    arrays_of_group,
    read_tensors,
    write_tensors,
)
from attnconn_core.connectivity.cohort_directed import DirectionSums
from attnconn_core.connectivity.pooled_directions import PooledDirections
from attnconn_core.errors import StoreError

__all__ = ["read_directions", "write_directions"]

_HOLDS = "pooled directions"
_ARRAYS = ("log_odds", "partial", "first", "second")
_NUMBERS = tuple(name for name in DirectionSums._fields if name not in _ARRAYS)


def write_directions(path: Path, pooled: PooledDirections) -> None:
    """Write sums: one matrix per group and kind, such as ``"3/log_odds"``."""
    described = {
        "regions": pooled.regions,
        "group_of": dict(pooled.group_of),
        "numbers": {
            str(group): {name: getattr(sums, name) for name in _NUMBERS}
            for group, sums in pooled.sums.items()
        },
    }
    write_tensors(path, _HOLDS, described, arrays_by_group(pooled.sums, _ARRAYS))


def read_directions(path: Path) -> PooledDirections:
    """Read a file of `write_directions`.

    Raises
    ------
    StoreError
        If the file doesn't hold evidence of directions.
    """
    described, arrays = read_tensors(path, _HOLDS)
    try:
        sums = {
            int(group): DirectionSums(**{**numbers, **arrays_of_group(arrays, group, _ARRAYS)})
            for group, numbers in described["numbers"].items()
        }
        regions, group_of = tuple(described["regions"]), described["group_of"]
    except (KeyError, TypeError) as error:
        raise StoreError(f"{path}: isn't a file of {_HOLDS}: {error}") from error
    return PooledDirections(regions, MappingProxyType(group_of), MappingProxyType(sums))
