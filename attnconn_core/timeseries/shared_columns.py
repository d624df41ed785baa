"""Regions whose columns are exactly another session's."""

import base64
import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from attnconn_core.records import TimeSeries

__all__ = ["SharedColumns", "column_sketch", "shared_columns"]

# The smallest 32-bit hashes: 0.9 kB of text at most, and all of 160 regions or fewer.
_KEPT = 160
# Fewer changes are the same by chance, or those of a drift or a block design.
_LEAST_CHANGES, _LEAST_TURNS = 50, 20
# One of 32 bits is shared by chance, once in some 10,000 pairs of sessions of 360 regions.
_FEWEST = 2


@dataclass(frozen=True)
class SharedColumns:
    """Two sessions some of whose regions hold the same series.

    Attributes
    ----------
    first, second
        Their keys.
    columns
        How many regions; at least so many if not `exact`.
    exact
        Whether all regions were compared, rather than some of many.
    """

    first: str
    second: str
    columns: int
    exact: bool


def column_sketch(series: TimeSeries) -> str:
    """Return a short text of which sessions share a part for every column they share.

    They are hashes of the signs of each region's changes from frame to frame in all runs, so
    that offset and scale don't matter: of all regions, or of the 160 smallest. Regions that are
    constant or rise and fall fewer than 20 times are left out.
    """
    rising = np.concatenate([np.diff(run, axis=0) > 0 for run in series.runs]).T
    if rising.shape[1] < _LEAST_CHANGES:
        return ""
    turns = (rising[:, 1:] != rising[:, :-1]).sum(axis=1)
    hashes = {_hash(column) for column in np.packbits(rising[turns >= _LEAST_TURNS], axis=1)}
    smallest = heapq.nsmallest(_KEPT, hashes)
    return base64.b64encode(np.array(smallest, dtype="<u4").tobytes()).decode()


def _hash(column: np.ndarray) -> int:
    return int.from_bytes(hashlib.blake2b(column.tobytes(), digest_size=4).digest(), "little")


def shared_columns(sessions: Mapping[str, str]) -> tuple[SharedColumns, ...]:
    """Find the sessions that share two columns or more.

    Parameters
    ----------
    sessions
        Key → what `column_sketch` returned; empty ones are skipped.
    """
    holders: dict[int, list[str]] = defaultdict(list)
    full = set()
    for key, sketch in sessions.items():
        hashes = np.frombuffer(base64.b64decode(sketch), "<u4").tolist()
        if len(hashes) == _KEPT:
            full.add(key)
        for each in hashes:
            holders[each].append(key)
    counts = Counter(pair for keys in holders.values() for pair in combinations(keys, 2))
    return tuple(
        SharedColumns(*pair, count, not full & set(pair))
        for pair, count in counts.items()
        if count >= _FEWEST
    )
