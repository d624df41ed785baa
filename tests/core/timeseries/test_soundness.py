import numpy as np
import pytest

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import assess, require_sound

REGIONS = tuple(f"region-{number}" for number in range(8))


def series(*breakages):
    """Two runs of noise; each breakage is (run, frames, region, value)."""
    runs = np.random.default_rng(0).normal(size=(2, 20, 8)).astype(np.float32)
    for run, frames, region, value in breakages:
        runs[run, frames, region] = value
    return TimeSeries(tuple(runs), 1.0, REGIONS)


def test_noise_is_sound():
    sound = series()
    assert assess(sound).sound
    assert assess(sound).complaint() == ""
    assert require_sound(sound, "here") is sound


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_value_that_is_not_finite_spoils_its_region(value):
    soundness = assess(series((1, 3, 5, value)))
    assert soundness.not_finite == ("region-5",)
    assert soundness.dead == ()


@pytest.mark.parametrize("level", [0.0, 1e4])
def test_a_region_constant_in_one_run_is_dead(level):
    assert assess(series((1, slice(None), 2, level))).dead == ("region-2",)
    assert assess(series((1, slice(1, None), 2, level))).dead == ()


def test_a_region_of_nans_is_not_called_dead_as_well():
    soundness = assess(series((0, slice(None), 1, np.nan)))
    assert soundness.not_finite == ("region-1",)
    assert soundness.dead == ()


def test_a_level_that_differs_between_runs_does_not_hide_a_dead_region():
    assert assess(series((0, slice(None), 4, 1.0), (1, slice(None), 4, 2.0))).dead == ("region-4",)


def test_the_complaint_names_the_scan_the_rules_and_five_regions():
    broken = [(0, slice(None), region, 7.0) for region in range(6)]
    with pytest.raises(SeriesError) as problem:
        require_sound(series((0, 0, 7, np.nan), *broken), "sub-01_ses-test")
    assert str(problem.value) == (
        "sub-01_ses-test: every value must be finite, but 1 region(s) have NaN or infinite "
        "values: region-7; every region must change over time, but 6 region(s) have a constant "
        "signal: region-0, region-1, region-2, region-3, region-4, …"
    )


def test_empty_runs_say_nothing():
    assert assess(TimeSeries((np.zeros((0, 8), np.float32),), 1.0, REGIONS)).sound
