import numpy as np
import pytest
from scipy.signal import lfilter

from attnconn_core.timeseries.drift import drift, explained_by_drift
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean

TIME = np.linspace(-1, 1, 300)[:, None]


def part_of(*runs):
    return usable_part(as_series(*runs))


@pytest.mark.parametrize("seed", range(20))
def test_clean_scans_and_slow_ones_do_not_drift(seed):
    assert drift(part_of(clean(seed=seed))) == ""
    noise = np.random.default_rng(seed).normal(size=(240, 12))
    assert drift(part_of(lfilter([1], [1, -0.9], noise, axis=0)[-120:])) == ""


@pytest.mark.parametrize(
    "added",
    [1e5 * TIME, 100 * TIME**2, 1000 * (TIME > 0), 1000 * (TIME > 0.85)],
    ids=["a line", "a parabola", "a jump", "a late jump"],
)
def test_a_drift_or_a_jump_is_said(added):
    told = drift(part_of(clean() + added))
    assert "of the variance of 20 of 20 regions (rule: 60%)" in told


def test_a_drift_of_half_of_the_variance_is_ordinary():
    values = clean() + 5 * TIME * np.sqrt(3)
    part = part_of(values)
    assert 0.4 < np.median(explained_by_drift(part)) < 0.6
    assert drift(part) == ""


def test_one_region_that_is_nothing_but_drift_is_said():
    values = clean()
    values[:, 7] += 1e4 * TIME[:, 0]
    assert "of 1 of 20 regions (rule: 99%)" in drift(part_of(values))


def test_a_step_from_run_to_run_and_a_spike_are_no_jump():
    assert drift(part_of(clean(), clean(seed=1) + 1000)) == ""
    values = clean()
    values[-2:] += 1e4
    assert drift(part_of(values)) == ""


def test_a_drift_in_each_run_is_one():
    assert "20 of 20" in drift(part_of(clean() + 200 * TIME, clean(seed=1) - 200 * TIME))


def test_few_frames_say_nothing():
    assert drift(part_of(clean(40) + 1e4 * TIME[:40])) == ""
