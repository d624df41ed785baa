import numpy as np
import pytest

from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import assess, require_sound, suspicions
from attnconn_core.timeseries.frames import look_at_frames
from tests.core.timeseries.suspicious_series import clean

RNG = np.random.default_rng(0)
SCAN = clean(300, 6)
CENSORED = [*range(20, 26), 150, 281]


def series(values, *more):
    return TimeSeries((values, *more), 0.72, tuple("abcdef"))


def without(frames, value=0.0):
    changed = SCAN.copy()
    changed[frames] = value
    return changed


@pytest.mark.parametrize(
    "values",
    [
        without(CENSORED),
        without(CENSORED, -0.002),
        without(CENSORED) + 1e-6 * RNG.normal(size=SCAN.shape),
        without([0, 1]),
        without([298, 299]),
    ],
)
def test_frames_of_one_value_in_all_regions_are_refused(values):
    found = assess(series(values))
    assert not found.sound
    assert found.frames.flat
    assert "have one value in all of them" in found.complaint()


@pytest.mark.parametrize("scaled", ["mean", "z"])
def test_censored_frames_are_found_after_scaling(scaled):
    values = without(CENSORED)
    values = values - values.mean(axis=0)
    values = values / values.std(axis=0) if scaled == "z" else values
    found = assess(series(values))
    assert not found.sound
    assert found.frames.copies == len(CENSORED)
    assert "7 of 300 frames hold exactly the values of an earlier one: 21–25" in found.complaint()


def test_a_frame_that_is_held_and_a_run_read_twice_are_refused():
    held = SCAN.copy()
    held[100:150] = held[99]
    assert "100–149" in assess(series(held)).complaint()
    assert not assess(series(SCAN, SCAN)).sound
    # Estimators take resampled scans.
    assert require_sound(series(SCAN, SCAN), "it")
    with pytest.raises(SeriesError, match="it: every frame must differ between regions"):
        require_sound(series(without(CENSORED)), "it")


def test_a_single_repeat_is_only_suspicious():
    once = SCAN.copy()
    once[7] = once[6]
    assert assess(series(once)).sound
    assert any("1 of 300 frames hold exactly" in told for told in suspicions(series(once)))


def test_a_single_frame_without_a_picture_is_only_suspicious():
    """Simulations begin at zero."""
    first = series(without([0]))
    assert assess(first).sound
    assert suspicions(first) == ("frame 0 has one value in all regions",)


def test_ordinary_scans_have_no_such_frames():
    for values in (SCAN, SCAN.round(2), SCAN - SCAN.mean(axis=0), SCAN * 1e-6):
        frames = look_at_frames(series(values))
        assert not frames.complaint()
        assert not frames.repeated
    # Two regions, or whole runs without a signal, aren't judged by their frames.
    assert not look_at_frames(TimeSeries((np.zeros((9, 2)),), 1.0, ("a", "b"))).complaint()
    assert not look_at_frames(series(np.full((20, 6), 3.0))).complaint()


def test_frames_without_a_finite_value_are_named():
    values = np.random.default_rng(0).normal(size=(40, 5))
    values[35:] = np.nan
    values[3, 2] = np.inf
    found = look_at_frames(TimeSeries((values,), 0.72, tuple("abcde")))
    assert found.missing == tuple(range(35, 40))
    assert "5 of 40 frames are NaN or infinite in all regions: 35–39" in found.complaint()


def test_rounding_is_the_cause_of_flat_and_equal_frames_and_is_said_once():
    told = assess(series(np.trunc(0.9 * SCAN / SCAN.std()))).frames
    assert told.rounded
    assert told.complaint().startswith("half of the regions take ")
    assert "saved as whole numbers. Save it anew, with decimals" in told.complaint()
    assert "cut them out" not in told.complaint()


def test_padding_and_whole_numbers_of_many_values_are_not_called_rounding():
    padded = SCAN.copy()
    padded[10:] = 0
    assert "cut them out" in assess(series(padded)).frames.complaint()
    assert not assess(series(np.round(1000 * SCAN))).frames.complaint()
    whole = np.round(1000 * SCAN)
    whole[CENSORED] = 0
    assert "cut them out" in assess(series(whole)).frames.complaint()


def test_a_run_that_is_a_copy_is_named():
    found = assess(series(SCAN, clean(300, 6, seed=5), SCAN)).frames
    assert found.copied_runs == ((3, 1),)
    assert "run 3 is a copy of run 1" in found.complaint()
    assert "cut them out" not in found.complaint()
