"""One method's matrices of all pairs, stacked by the length of the scans."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from attnconn_core.records import Connectivity, Session

__all__ = ["ReadPairs", "mean_metric", "read_pairs", "stack_by_length"]

#: Of every pair, test and retest matrices by number of frames.
ReadPairs = Sequence[Sequence[Mapping[int, Connectivity]]]


def read_pairs(
    matrices: Callable[[str], Mapping[int, Connectivity]], pairs: Sequence[tuple[Session, Session]]
) -> ReadPairs:
    """Read both sessions' matrices of every pair: what is given reads those of a session."""
    return [[matrices(session.key) for session in pair] for pair in pairs]


def mean_metric(read: ReadPairs, name: str) -> float:
    """Return the mean of a metric over the whole scans that have it; NaN if none does."""
    whole = [matrices[max(matrices)] for pair in read for matrices in pair]
    found = [each.metrics[name] for each in whole if name in each.metrics]
    return float(np.mean(found)) if found else float("nan")


def stack_by_length(
    read: ReadPairs,
) -> dict[int, tuple[Float[np.ndarray, "subject target source"], np.ndarray]]:
    """Stack test and retest matrices for every scan length that all sessions have.

    The largest key is of whole scans; it is the shortest scan's number of frames.
    """
    everyone = [matrices for pair in read for matrices in pair]
    whole = min(max(matrices) for matrices in everyone)
    shared = set.intersection(*(set(matrices) for matrices in everyone))
    lengths: list[int | None] = [*sorted(n for n in shared if n < whole), None]

    def stack(side: int, frames: int | None) -> np.ndarray:
        return np.stack([pair[side][frames or max(pair[side])].values for pair in read])

    return {n or whole: (stack(0, n), stack(1, n)) for n in lengths}
