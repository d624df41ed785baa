"""Define a row of the speed table, and the scan that most rows use."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attnconn_core.records import TimeSeries
from benchmarks.measure import Measured

REGIONS, FRAMES = 100, 4800


@dataclass(frozen=True)
class Row:
    """One computation, by attnconn and by a plain implementation, on sizes of HCP.

    Attributes
    ----------
    what, asked
        What is computed, and the target of the speed-up; 0 if the target is a time.
    ours, plain
        Measure the two sides, and compare their results. Where a plain loop would take
        hours, a stated part of it is timed and scaled up.
    operations, reason
        Number of operations that no implementation can avoid, and what they are.
    float64
        Whether these operations are in double precision, at half the rate.
    read
        Bytes that must be read, where reading sets the lower bound.
    within
        Target in seconds for attnconn, where the target is a time.
    """

    what: str
    asked: float
    ours: Callable[[], Measured]
    plain: Callable[[], Measured]
    reason: str
    operations: float = 0.0
    float64: bool = True
    read: float = 0.0
    within: float = 0.0

    def floor(self, matrix_rate: float, read_rate: float) -> float:
        """Return the lower bound: the least seconds that this machine could need."""
        rate = matrix_rate / 2 if self.float64 else matrix_rate
        return self.operations / rate + self.read / read_rate


@functools.cache
def scan(frames: int = FRAMES) -> TimeSeries:
    """Return a synthetic autoregressive scan of HCP size, with values at the level of raw scans."""
    rng = np.random.default_rng(0)
    mixing = np.eye(REGIONS) + 0.1 * rng.normal(size=(REGIONS, REGIONS))
    signal = rng.normal(size=(frames, REGIONS)) @ mixing
    for frame in range(1, frames):
        signal[frame] += 0.6 * signal[frame - 1]
    values = (1e4 + 100 * signal).astype(np.float32)
    return TimeSeries((values,), 0.72, tuple(f"region-{n:03d}" for n in range(REGIONS)))
