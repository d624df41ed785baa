"""Stacks of one method's matrices of all pairs, by scan length."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from attnconn_core.records import Connectivity, Session

__all__ = ["ReadPairs", "length_notes", "mean_metric", "read_pairs", "stack_by_length"]

#: For every pair, the test and retest matrices by number of frames.
ReadPairs = Sequence[Sequence[Mapping[int, Connectivity]]]


def read_pairs(
    matrices: Callable[[str], Mapping[int, Connectivity]], pairs: Sequence[tuple[Session, Session]]
) -> ReadPairs:
    """Return both sessions' matrices of every pair; `matrices` reads those of a session."""
    return [[matrices(session.key) for session in pair] for pair in pairs]


def mean_metric(matrix_pairs: ReadPairs, name: str) -> float:
    """Return the mean of a metric over the complete scans that have it; NaN if none does."""
    complete = [matrices[max(matrices)] for pair in matrix_pairs for matrices in pair]
    values = [matrix.metrics[name] for matrix in complete if name in matrix.metrics]
    return float(np.mean(values)) if values else float("nan")


def length_notes(
    matrix_pairs: ReadPairs, pairs: Sequence[tuple[Session, Session]]
) -> tuple[str, ...]:
    """Return a note on the scan lengths that aren't scored because a session is too short."""
    complete = {
        session.key: matrices
        for sessions, both in zip(pairs, matrix_pairs, strict=True)
        for session, matrices in zip(sessions, both, strict=True)
    }
    shortest = min(complete, key=lambda key: max(complete[key]))
    frames = max(complete[shortest])
    asked = {n for matrices in complete.values() for n in matrices if n < max(matrices)}
    dropped = sorted(n for n in asked if n >= frames)
    if not dropped:
        return ()
    return (
        f"identification from {', '.join(map(str, dropped))} frames isn't scored, because "
        f"{shortest} has only {frames}",
    )


def stack_by_length(
    matrix_pairs: ReadPairs,
) -> dict[int, tuple[Float[np.ndarray, "subject target source"], np.ndarray]]:
    """Return test and retest matrices stacked, for every scan length that all sessions have.

    The largest key stands for complete scans; it is the number of frames of the shortest scan.
    """
    everyone = [matrices for pair in matrix_pairs for matrices in pair]
    shortest = min(max(matrices) for matrices in everyone)
    shared = set.intersection(*(set(matrices) for matrices in everyone))
    lengths: list[int | None] = [*sorted(n for n in shared if n < shortest), None]

    def stack(side: int, frames: int | None) -> np.ndarray:
        return np.stack([pair[side][frames or max(pair[side])].values for pair in matrix_pairs])

    return {n or shortest: (stack(0, n), stack(1, n)) for n in lengths}
