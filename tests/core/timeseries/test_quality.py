"""What a series tells of its quality."""

import numpy as np
import pytest

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import series_quality


def of(*runs: np.ndarray) -> dict[str, float]:
    names = tuple(f"r{number}" for number in range(runs[0].shape[1]))
    return dict(series_quality(TimeSeries(runs, 0.5, names)))


def test_sizes_and_level():
    rng = np.random.default_rng(0)
    found = of(rng.normal(100, 1, (60, 8)), rng.normal(100, 1, (180, 8)))
    assert (found["frames"], found["longest_run"], found["minutes"]) == (240, 180, 2)
    assert found["dead_regions"] == 0
    assert found["mean_level"] == pytest.approx(100, abs=0.2)


def test_dead_and_broken_regions_are_counted_and_spoil_nothing_else():
    values = np.random.default_rng(0).normal(size=(100, 8))
    values[:, 2] = 5.0
    values[3, 4] = np.nan
    found = of(values)
    assert found["dead_regions"] == 2
    assert np.isfinite(list(found.values())).all()


def test_jumps_are_those_of_the_whole_picture():
    rng = np.random.default_rng(0)
    calm = rng.normal(size=(400, 50)).cumsum(axis=0)
    jumpy = calm.copy()
    for frame in (50, 150, 250, 350):
        jumpy[frame:] += 15 * rng.choice([-1, 1], 50)
    assert of(calm)["jumps"] < 0.02
    assert of(jumpy)["jumps"] == pytest.approx(4 / 399, abs=0.005)


def test_a_change_between_runs_is_no_jump():
    rng = np.random.default_rng(1)
    first, second = (rng.normal(size=(100, 50)).cumsum(axis=0) for _ in range(2))
    assert of(first, second + 1000)["jumps"] < 0.03
