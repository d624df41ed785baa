"""A row of the speed table, and the scan that most of them work on."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attnconn_core.records import TimeSeries
from benchmarks.measure import Measured

REGIONS, FRAMES = 100, 4800


@dataclass(frozen=True)
class Row:
    """The same thing computed twice, on sizes of HCP.

    Attributes
    ----------
    what, asked
        What is computed, and the least ratio that is wanted; 0 where a time is.
    ours, plain
        The two sides. Where a plain loop would take hours, a stated part of it is timed
        and scaled; what both find is compared before either counts.
    operations, reason
        What no way of computing it could do without.
    float64
        Whether those are in double precision, at half the rate.
    read
        Bytes that must be read, where that and not the operations sets the floor.
    within
        Seconds that ours may take, where that is what is asked.
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
        """Least seconds that this machine could need."""
        rate = matrix_rate / 2 if self.float64 else matrix_rate
        return self.operations / rate + self.read / read_rate


@functools.cache
def scan(frames: int = FRAMES) -> TimeSeries:
    """An autoregressive scan of HCP size, at the levels of raw scans."""
    rng = np.random.default_rng(0)
    mixing = np.eye(REGIONS) + 0.1 * rng.normal(size=(REGIONS, REGIONS))
    signal = rng.normal(size=(frames, REGIONS)) @ mixing
    for frame in range(1, frames):
        signal[frame] += 0.6 * signal[frame - 1]
    values = (1e4 + 100 * signal).astype(np.float32)
    return TimeSeries((values,), 0.72, tuple(f"region-{n:03d}" for n in range(REGIONS)))
