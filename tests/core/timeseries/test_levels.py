import numpy as np
import pytest
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
    ],
    ids=["filtered", "smoothed", "global", "motion", "noise", "cut"],
)
def test_a_recording_that_was_cleaned_otherwise_is_found(change):
    sessions = {f"other-{seed}": of(scan(100 + seed, 600)) for seed in range(5)}
    sessions |= {"a": of(scan(0, 600)), "b": of(scan(1, 600), change(scan(0, 600)))}
    (found,) = resemblances(sessions)
    assert (found.first, found.second) == ("a", "b")
    assert found.correlation > 0.65


def test_scans_of_rest_resemble_nobody_filtered_or_not():
    for change in (lambda each: each, filtered):
        for frames in (160, 600):
            sessions = {str(seed): of(change(scan(seed, frames))) for seed in range(60)}
            assert resemblances(sessions) == ()


def test_what_is_too_short_or_of_too_few_regions_has_no_levels():
    names = ("a", "b", "c")
    assert levels(TimeSeries((scan(0)[:, :3],), 0.72, names)) == ("",)
    assert of(scan(0, 140)) == ("",)
    assert of(scan(0, 30), repetition_time=5.0) != ("",)
    assert resemblances({"a": ("",), "b": ("",)}) == ()
    flat = scan(0, 200)
    flat[:, 0], flat[:, 1] = 1.0, np.nan
    assert of(flat) != ("",)


def test_a_signature_is_small():
    (signature,) = of(scan(0, 2400))
    assert len(signature) < 300
