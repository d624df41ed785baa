import re

import numpy as np
import pytest

from attnconn_core.timeseries.amplitude import louder_regions, spikes, units_of_runs
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean


def part_of(*runs):
    return usable_part(as_series(*runs))


def test_a_clean_scan_is_of_one_amplitude():
    for seed in range(5):
        part = part_of(clean(seed=seed), clean(seed=seed + 10))
        assert spikes(part) == ("", ())
        assert louder_regions(part) == units_of_runs(part) == ""


def test_spikes_are_counted_over_runs():
    one, two = clean(100), clean(120, seed=1)
    one[[60, 61]] += 1e4
    two[20, 3] = -999
    told, frames = spikes(part_of(one, two))
    assert frames == (60, 61, 120)
    assert told.startswith(
        "3 of 220 frames have values more than 10 robust deviations from the region's median, or "
        "more than 5 in half of the regions, up to "
    )
    assert " in 20 of 20 regions: 60–61, 120; such spikes" in told


def test_frames_that_are_said_otherwise_are_left_out():
    one, two = clean(100), clean(120, seed=1)
    one[60] = two[20] = -999
    assert spikes(part_of(one, two), known=[60])[1] == (120,)
    assert spikes(part_of(one, two), known=[60, 120]) == ("", ())


def test_the_region_of_a_spike_is_named():
    values = clean()
    values[60, 3] += 1e5
    told, _ = spikes(part_of(values))
    assert "1 of 20 regions (R03): 60" in told


@pytest.mark.parametrize("by", [1e-12, 1e-3, 1e6])
def test_the_unit_of_the_scan_does_not_matter(by):
    values = clean()
    assert spikes(part_of(values * by))[1] == ()
    values[60] += 150
    assert spikes(part_of(values * by))[1] == (60,)


@pytest.mark.parametrize("by", [1e6, 1e-5])
def test_a_region_in_another_unit_is_named(by):
    values = clean()
    values[:, 4] *= by
    told = louder_regions(part_of(values))
    assert "of 1 of 20 regions (R04) doesn't" in told
    times = re.search(r"R04: (\S+) times\): were all regions scaled alike", told)
    assert float(times[1]) == pytest.approx(by, rel=0.1)
    assert louder_regions(part_of(values * np.where(np.arange(20) == 4, 500 / by, 1))) == ""


def test_a_spike_makes_no_region_loud():
    values = clean()
    values[60, 3] += 1e7
    assert louder_regions(part_of(values)) == ""


def test_runs_in_different_units_are_named():
    told = units_of_runs(part_of(clean(150), clean(100, seed=1) * 1000, clean(5) * 1e9))
    times = re.search(r"run 2 is (\S+) times that of run 1", told)
    assert float(times[1].replace(",", "")) == pytest.approx(1000, rel=0.1)
    assert units_of_runs(part_of(clean(150), clean(100, seed=1) * 20)) == ""
