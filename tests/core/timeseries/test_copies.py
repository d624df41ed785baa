import numpy as np
import pytest

from attnconn_core.timeseries.copies import scaled_copies
from tests.core.timeseries.suspicious_series import as_series, clean


@pytest.mark.parametrize("frames", [15, 21, 60, 300])
def test_a_clean_scan_has_none(frames):
    for seed in range(10):
        assert scaled_copies(as_series(clean(frames, seed=seed) + 1e4)) == ()


def test_a_few_frames_say_nothing():
    values = clean(9)
    assert scaled_copies(as_series(values[:, [*range(19), 0]] * 2)) == ()


def test_a_region_times_a_number_is_named():
    one, two = clean(), clean(150, seed=1)
    for run in (one, two):
        run[:, 7] = -3 * run[:, 6] + 1
        run[:, 9] = 1e-3 * run[:, 2]
    assert scaled_copies(as_series(one, two)) == ("R07 (−3 × R06)", "R09 (0.001 × R02)")
    assert scaled_copies(as_series(one.round(3)))[0].startswith("R07 (−3")


@pytest.mark.parametrize(
    "added",
    [
        1e5 * np.linspace(-1, 1, 300)[:, None],
        1e5 * (np.arange(300) == 60)[:, None],
        1e5 * (np.arange(300) > 60)[:, None],
    ],
    ids=["a ramp", "a spike", "a jump"],
)
def test_what_all_regions_share_makes_no_copies(added):
    values = clean() + added
    assert np.abs(np.corrcoef(values.T)).min() > 0.99999
    assert scaled_copies(as_series(values)) == ()
