"""Golden series, and series of a known VAR."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from attnconn_core.records import TimeSeries


def _as_series(*runs: np.ndarray) -> TimeSeries:
    names = tuple(f"region {number}" for number in range(runs[0].shape[1]))
    return TimeSeries(tuple(run.astype(np.float32) for run in runs), 0.72, names)


@pytest.fixture(scope="session")
def as_series() -> Callable[..., TimeSeries]:
    """Build a series from arrays of (time, region)."""
    return _as_series


@pytest.fixture(scope="session")
def figures(golden: Path) -> dict:
    """What golden.json says."""
    return json.loads((golden / "golden.json").read_text())


@pytest.fixture(scope="session")
def matrices(golden: Path) -> dict[str, np.ndarray]:
    """The reference's matrices of subject_000001."""
    with np.load(golden / "baselines.npz") as stored:
        return {name: stored[name] for name in ("pearson", "partial", "granger")}


@pytest.fixture(scope="session")
def scan(golden: Path) -> TimeSeries:
    """The series that the reference's matrices are of."""
    with np.load(golden / "baselines.npz") as stored:
        return _as_series(stored["subject_000001"].T)


@pytest.fixture
def noise() -> np.ndarray:
    """Five correlated regions of 300 frames with memory."""
    rng = np.random.default_rng(4)
    mixing = np.eye(5) + 0.4 * rng.standard_normal((5, 5))
    values = rng.standard_normal((300, 5)) @ mixing
    for frame in range(1, len(values)):
        values[frame] += 0.6 * values[frame - 1]
    return values.astype(np.float32)
