"""Which axis of an array is time: neighbouring frames are alike, neighbouring regions less so."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Num

__all__ = ["Orientation", "orientation"]

# Correlations of fewer values say little.
_LEAST = 10
_ALIKE, _NOT_ALIKE = 0.3, 0.15
_SMOOTH, _CLEAR = 0.7, 0.3
_LEANING, _APART = 0.2, 0.15
_NOTED, _MARGIN = 0.15, 0.1


@dataclass(frozen=True)
class Orientation:
    """How alike neighbours are along each axis of an array that should be (time, region).

    Attributes
    ----------
    first, second
        The lower quartile, over neighbours along that axis, of their correlation over the
        other axis, once each column's mean and scale and each row's mean are taken out; NaN
        for arrays of fewer than ten rows or columns. Time passes evenly, so that along it
        nearly all neighbours are alike; along regions some are, and others lie in another
        lobe. The quartile tells the two apart where a mean wouldn't: atlases that list left
        and right in turn.
    """

    first: float
    second: float

    @property
    def surely_turned(self) -> bool:
        """Whether the second axis must be time: (region, time) was stored.

        In three scans of the Human Connectome Project (94 regions, 0.72 s), as they are,
        filtered, z-scored, at each third and fifth frame and by their first 60 frames, no
        array of (time, region) is taken for turned.
        """
        if self.second >= _ALIKE and self.first <= _NOT_ALIKE:
            return True
        return self.second >= _SMOOTH and self.first <= self.second - _CLEAR

    @property
    def leans(self) -> bool:
        """Whether the second axis looks so much like time that wide arrays aren't believed."""
        return self.second >= _LEANING and self.second >= self.first + _APART

    @property
    def perhaps_turned(self) -> bool:
        """Whether the second axis looks more like time than the first does."""
        return self.second >= _NOTED and self.second >= self.first + _MARGIN

    @property
    def in_words(self) -> str:
        """The two numbers, for a message."""
        return (
            f"the lower quartile of the correlation between neighbours is {self.first:.2f} along "
            f"the first axis and {self.second:.2f} along the second"
        )


def orientation(values: Num[np.ndarray, "first second"]) -> Orientation:
    """Measure how alike neighbours are along both axes."""
    values = np.asarray(values, dtype=np.float64)
    kept = values[:, np.isfinite(values).all(axis=0)]
    if min(kept.shape) < _LEAST:
        return Orientation(float("nan"), float("nan"))
    centred = kept - kept.mean(axis=0)
    # One region in another unit would be all that frames consist of.
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
