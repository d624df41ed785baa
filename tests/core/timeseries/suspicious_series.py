"""Series to spoil: correlated regions with memory, as quick to make as they are clean."""

import numpy as np

from attnconn_core.records import TimeSeries


def clean(frames: int = 300, regions: int = 20, seed: int = 0) -> np.ndarray:
    """Values of (time, region) about 100, of deviation 5."""
    rng = np.random.default_rng(seed)
    mixing = np.eye(regions) + rng.standard_normal((regions, regions)) / np.sqrt(regions)
    values = rng.standard_normal((frames + 50, regions))
    for frame in range(1, len(values)):
        values[frame] += 0.6 * values[frame - 1]
    values = values[50:] @ mixing
    return 100 + 5 * (values - values.mean(axis=0)) / values.std(axis=0)


def as_series(*runs: np.ndarray) -> TimeSeries:
    """Name the regions R00, R01, …; repetition time 0.72 s."""
    return TimeSeries(runs, 0.72, tuple(f"R{number:02d}" for number in range(runs[0].shape[1])))
