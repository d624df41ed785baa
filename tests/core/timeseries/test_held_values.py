import numpy as np
import pytest

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import suspicions
from tests.core.timeseries.suspicious_series import as_series, clean


@pytest.mark.parametrize("value", [0.0, 99.5])
def test_a_stretch_of_one_value_is_said_with_regions_and_frames(value):
    values = clean()
    values[80:110, :3] = value if value else values[:, :3].mean(axis=0)
    told = " ".join(suspicions(as_series(values)))
    assert "3 of 20 regions have one value for 10 frames or more in a row (R00, R01, R02; " in told
    assert "frames 80–109)" in told


def test_the_numbers_of_frames_go_on_over_runs():
    first, second = clean(100), clean(100, seed=1)
    second[5:20, 4] = 100.0
    (told,) = suspicions(as_series(first, second))
    assert "(R04; frames 105–119)" in told


def test_a_few_equal_values_and_frames_known_for_more_are_not_said():
    values = clean()
    values[80:89, 0] = 100.0
    assert suspicions(as_series(values)) == ()
    whole = clean().round(0)  # whole numbers: neighbours are often equal
    assert not any("have one value" in told for told in suspicions(as_series(whole)))


def test_a_run_that_copies_another_is_said():
    one, other = clean(200), clean(200, seed=1)
    noise = 0.005 * np.random.default_rng(0).normal(size=one.shape)
    (told,) = suspicions(as_series(one, one + noise))
    assert "its runs 1 and 2 hold nearly one recording (r = 1.000): remove one of them" in told
    assert suspicions(as_series(one, other)) == ()


def test_a_spike_in_all_regions_at_once_is_said_where_none_is_far_by_itself():
    values = clean()
    values[[40, 150]] += 7 * values.std(axis=0)
    (told,) = suspicions(TimeSeries((values,), 0.72, tuple(f"R{n}" for n in range(20))))
    assert "2 of 300 frames have values more than 10 robust deviations" in told
    assert "or more than 5 in half of the regions" in told
    assert "40, 150" in told
