"""Regions with exactly the same series as in another session."""

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

# Number of hashes kept, the smallest: at most 0.9 kB of text, and all regions of 160 or fewer.
_KEPT = 160
# Fewer changes are equal by chance, or come from a drift or a block design.
_LEAST_CHANGES, _LEAST_TURNS = 50, 20
# One shared 32-bit hash happens by chance in some 10,000 pairs of sessions of 360 regions.
_FEWEST = 2


@dataclass(frozen=True)
class SharedColumns:
    """Two sessions with regions that have the same series.

    Attributes
    ----------
    first, second
        Session keys.
    columns
        Number of such regions; a lower bound if not `exact`.
    exact
        Whether all regions were compared, and not a sample of them.
    """

    first: str
    second: str
    columns: int
    exact: bool


def column_sketch(series: TimeSeries) -> str:
    """Return a fingerprint of each column as one short text, to find sessions with equal columns.

    It holds hashes of the signs of each region's changes from frame to frame in all runs, which
    don't depend on offset and scale: for all regions, or the 160 smallest hashes. Regions that
    are constant or change direction fewer than 20 times are left out.
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
    """Return the pairs of sessions that share two columns or more.

    Parameters
    ----------
    sessions
        Session key → result of `column_sketch`; empty ones are skipped.
    """
    holders: dict[int, list[str]] = defaultdict(list)
    full = set()
    for key, sketch in sessions.items():
        hashes = np.frombuffer(base64.b64decode(sketch), "<u4").tolist()
        if len(hashes) == _KEPT:
            full.add(key)
        for column_hash in hashes:
            holders[column_hash].append(key)
    counts = Counter(pair for keys in holders.values() for pair in combinations(keys, 2))
    return tuple(
        SharedColumns(*pair, count, not full & set(pair))
        for pair, count in counts.items()
        if count >= _FEWEST
    )
