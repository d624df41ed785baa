import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfiltfilt

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import levels, resemblances
from tests.core.timeseries.test_signatures import REGIONS, scan


def of(*runs, repetition_time=0.72):
    names = tuple(f"r{number}" for number in range(REGIONS))
    return levels(TimeSeries(runs, repetition_time, names))


def filtered(values):
    band = [0.01 * 2 * 0.72, 0.1 * 2 * 0.72]
    return sosfiltfilt(butter(2, band, "band", output="sos"), values, axis=0)


def without(values, regressors):
    centred, regressors = values - values.mean(axis=0), regressors - regressors.mean(axis=0)
    return centred - regressors @ np.linalg.lstsq(regressors, centred, rcond=None)[0]


@pytest.mark.parametrize(
    "change",
    [
        filtered,
        lambda each: gaussian_filter1d(each, 4, axis=0),
        lambda each: without(each, each.mean(axis=1, keepdims=True)),
        lambda each: without(each, np.random.default_rng(1).normal(size=(600, 6)).cumsum(axis=0)),
        lambda each: each + 0.5 * each.std() * np.random.default_rng(2).normal(size=each.shape),
        lambda each: filtered(each)[:500],
        lambda each: each / each.std(axis=0),
        lambda each: filtered(without(each, each.mean(axis=1, keepdims=True))),
        lambda each: 1e4 + 3 * each,
    ],
    ids=[
        *("filtered", "smoothed", "global", "motion", "noise", "cut", "scaled", "filtered, global"),
        "other units",
    ],
)
def test_a_recording_that_was_cleaned_otherwise_is_found(change):
    sessions = {f"other-{seed}": of(scan(100 + seed, 600)) for seed in range(5)}
    sessions |= {"a": of(scan(0, 600)), "b": of(scan(1, 600), change(scan(0, 600)))}
    (found,) = resemblances(sessions)
    assert (found.first, found.second) == ("a", "b")
    assert (found.backwards, found.rate) == (False, 1.0)
    assert found.correlation > 0.65


def with_global(seed, frames=300):
    """A short scan half of whose variance all regions share."""
    values = scan(seed, frames)
    shared = scan(1000 + seed, frames)[:, :1]
    return values / values.std() + shared / shared.std()


def test_the_global_signal_hides_no_copy_of_a_short_scan():
    def regressed(values):
        left = without(values, values.mean(axis=1, keepdims=True))
        return left / left.std(axis=0)

    for seed in range(10):
        for change in (regressed, filtered, lambda each: -filtered(each)):
            values = with_global(seed)
            (found,) = resemblances({"a": of(values), "b": of(change(values))})
            assert abs(found.correlation) > 0.7


def resampled(values, repetition_time):
    old = np.arange(len(values)) * 0.72
    return CubicSpline(old, values)(np.arange(0, old[-1], repetition_time))


def test_a_mirror_image_and_one_run_backwards_are_found():
    for seed in range(5):
        values = filtered(scan(seed, 600))
        (mirrored,) = resemblances({"a": of(scan(seed, 600)), "b": of(-values)})
        assert mirrored.correlation < -0.65
        assert not mirrored.backwards
        (turned,) = resemblances({"a": of(scan(seed, 600)), "b": of(values[::-1])})
        assert turned.correlation > 0.65
        assert turned.backwards


@pytest.mark.parametrize("repetition_time", [0.5, 0.8, 1.44])
def test_a_resampled_copy_is_found_by_its_clock_and_by_its_length(repetition_time):
    values = scan(0, 600)
    other = resampled(values, repetition_time)
    (timed,) = resemblances({"a": of(values), "b": of(other, repetition_time=repetition_time)})
    assert timed.correlation > 0.9
    assert timed.rate == 1.0
    (mistimed,) = resemblances({"a": of(values), "b": of(other)})
    assert mistimed.correlation > 0.75
    assert mistimed.rate == pytest.approx(0.72 / repetition_time, rel=0.02)


def test_scans_of_rest_resemble_nobody_filtered_or_not():
    for change in (lambda each: each, filtered):
        for frames in (160, 600):
            sessions = {str(seed): of(change(scan(seed, frames))) for seed in range(60)}
            # Others of another length are compared at two rates.
            sessions |= {
                f"{seed}-": of(change(scan(seed, frames // 5 * 6))) for seed in range(60, 80)
            }
            assert resemblances(sessions) == ()


def test_scans_of_few_regions_resemble_nobody():
    names = ("a", "b", "c", "d")
    sessions = {
        str(seed): levels(TimeSeries((scan(seed, 160)[:, :4],), 0.72, names)) for seed in range(80)
    }
    assert resemblances(sessions) == ()


def test_what_is_too_short_or_of_too_few_regions_has_no_levels():
    names = ("a", "b", "c")
    assert levels(TimeSeries((scan(0)[:, :3],), 0.72, names)) == ("",)
    assert of(scan(0, 135)) == ("",)
    assert of(scan(0, 30), repetition_time=5.0) != ("",)
    assert resemblances({"a": ("",), "b": ("",)}) == ()
    flat = scan(0, 200)
    flat[:, 0], flat[:, 1] = 1.0, np.nan
    assert of(flat) != ("",)


def test_a_signature_is_small():
    (signature,) = of(scan(0, 2400))
    assert len(signature) < 800
