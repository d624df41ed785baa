"""Which axis of an array is time: neighbouring frames resemble each other more than regions do."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Num

__all__ = ["Orientation", "orientation"]

# Fewer values give unreliable correlations.
_LEAST = 10
_ALIKE, _NOT_ALIKE = 0.3, 0.15
_SMOOTH, _CLEAR = 0.7, 0.3
_LEANING, _APART = 0.2, 0.15
_NOTED, _MARGIN = 0.15, 0.1


@dataclass(frozen=True)
class Orientation:
    """Similarity of neighbours along each axis of an array that should be (time, region).

    Attributes
    ----------
    first, second
        Lower quartile of the correlations between neighbours along that axis. Correlations are
        computed over the other axis, after each column is standardised and each row's mean is
        removed. NaN for arrays with fewer than ten rows or columns. Along time, nearly all
        neighbours are similar. Along regions, some neighbours are similar and others lie in
        different lobes. The quartile, unlike the mean, also separates the two cases for atlases
        that list left and right regions alternately.
    """

    first: float
    second: float

    @property
    def surely_turned(self) -> bool:
        """Whether the second axis must be time: (region, time) was stored.

        Three scans of the Human Connectome Project (94 regions, 0.72 s) are never taken for
        (region, time), whether they are unchanged, filtered, z-scored, reduced to every third or
        fifth frame, or cut to the first 60 frames.
        """
        if self.second >= _ALIKE and self.first <= _NOT_ALIKE:
            return True
        return self.second >= _SMOOTH and self.first <= self.second - _CLEAR

    @property
    def leans(self) -> bool:
        """Whether the second axis resembles time so much that wide arrays are rejected."""
        return self.second >= _LEANING and self.second >= self.first + _APART

    @property
    def shows_time_first(self) -> bool:
        """Whether neighbours along the first axis resemble each other, as frames do."""
        return self.first >= _NOTED and not self.perhaps_turned

    @property
    def perhaps_turned(self) -> bool:
        """Whether the second axis resembles time more than the first does."""
        return self.second >= _NOTED and self.second >= self.first + _MARGIN

    @property
    def in_words(self) -> str:
        """Why the second axis is taken for time, with both numbers, for a message."""
        return (
            "neighbours along the second axis are more alike, as frames are (three quarters of "
            f"them correlate above {self.second:.2f}; along the first axis, above {self.first:.2f})"
        )


def orientation(values: Num[np.ndarray, "first second"]) -> Orientation:
    """Return how similar neighbours are along both axes, which shows which axis is time."""
    values = np.asarray(values, dtype=np.float64)
    kept = values[:, np.isfinite(values).all(axis=0)]
    if min(kept.shape) < _LEAST:
        return Orientation(float("nan"), float("nan"))
    centred = kept - kept.mean(axis=0)
    # Otherwise, one region in a larger unit would dominate every frame.
    deviation = centred.std(axis=0)
    centred /= np.where(deviation > 0, deviation, 1.0)
    centred -= centred.mean(axis=1, keepdims=True)
    return Orientation(_alike(centred), _alike(centred.T))


def _alike(rows: np.ndarray) -> float:
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    rows = rows[length > 0] / length[length > 0][:, None]
    if len(rows) < _LEAST:
        return float("nan")
    return float(np.percentile(np.einsum("ij,ij->i", rows[:-1], rows[1:]), 25))
