import numpy as np
import pytest

from attnconn_core.timeseries.independence import (
    effective_frames,
    few_independent_frames,
    interpolated_frames,
)
from attnconn_core.timeseries.usable import usable_part
from tests.core.timeseries.suspicious_series import as_series, clean


def part_of(*runs):
    return usable_part(as_series(*runs))


def band(values, first, last):
    spectrum = np.fft.rfft(values - values.mean(axis=0), axis=0)
    spectrum[:first] = spectrum[last:] = 0
    return np.fft.irfft(spectrum, len(values), axis=0) + 100


def averaged(values, frames):
    kernel = np.ones(frames) / frames
    return np.stack([np.convolve(column, kernel, "valid") for column in values.T], axis=1)


def denser(values, times):
    time = np.arange(len(values) * times - times + 1) / times
    return np.stack([np.interp(time, np.arange(len(values)), column) for column in values.T], 1)


def test_effective_frames_are_bartletts():
    white = np.random.default_rng(0).normal(size=(1000, 200))
    assert effective_frames(part_of(white)) == pytest.approx(1000, rel=0.02)
    assert effective_frames(part_of(white, white)) == pytest.approx(2000, rel=0.02)
    # A tenth of the frequencies, and Σ ρ² = (1 + a²) / (1 − a²) of an autoregression.
    assert effective_frames(part_of(band(white, 100, 150))) == pytest.approx(100, rel=0.02)
    red = np.zeros((4000, 100))
    noise = np.random.default_rng(1).normal(size=red.shape)
    for frame in range(1, len(red)):
        red[frame] = 0.6 * red[frame - 1] + noise[frame]
    expected = 4000 * (1 - 0.36) / (1 + 0.36)
    assert effective_frames(part_of(red)) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_scans_and_an_ordinary_band_have_frames_enough(seed):
    values = clean(600, seed=seed)
    assert few_independent_frames(part_of(values)) == ""
    assert few_independent_frames(part_of(clean(120, seed=seed))) == ""
    # 0.01 to 0.1 Hz, at 0.72 s.
    assert few_independent_frames(part_of(band(values, 5, 44))) == ""
    for frames in (120, 1200):
        walk = np.random.default_rng(seed).normal(size=(frames, 12)).cumsum(axis=0)
        assert few_independent_frames(part_of(walk)) == ""


def test_strong_filters_are_said():
    told = few_independent_frames(part_of(band(clean(200), 2, 8)))
    assert "200 frames count as about 1" in told
    assert "(at least 30 are needed)" in told
    assert few_independent_frames(part_of(averaged(clean(209), 10)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("stored", [np.round, lambda each: each, lambda each: each + 1e5])
def test_nothing_is_interpolated_in_ordinary_scans(seed, stored):
    assert interpolated_frames(part_of(stored(clean(seed=seed)))) == ""
    assert interpolated_frames(part_of(stored(clean(regions=3, seed=seed)))) == ""
    shared = np.random.default_rng(seed).normal(size=(1200, 1))
    assert interpolated_frames(part_of(stored(clean(1200, 3) + 100 * shared))) == ""


@pytest.mark.parametrize(
    "stored",
    [
        lambda each: each,
        lambda each: each + 1e4,
        lambda each: each.round(2),
        lambda each: each * 1e-9,
    ],
    ids=["as is", "with a level", "two decimals", "small"],
)
def test_upsampling_is_said(stored):
    told = interpolated_frames(part_of(stored(denser(clean(150), 2))))
    assert told.startswith("149 of 299 frames are the mean of their neighbours")
    assert "1, 3, 5, 7, 9, …" in told
    assert interpolated_frames(part_of(stored(denser(clean(100), 3)))).startswith("198 of 298")


def test_filled_gaps_are_said_in_frames_of_the_session():
    values = clean(200)
    steps = np.arange(1, 41)[:, None] / 41
    values[80:120] = values[79] + (values[120] - values[79]) * steps
    assert "40 of 300 frames" in interpolated_frames(part_of(values, clean(100)))
    assert ": 180–219;" in interpolated_frames(part_of(clean(100), values))
    scattered = clean(200)
    for frame in (10, 50, 90, 130):
        scattered[frame] = (scattered[frame - 1] + scattered[frame + 1]) / 2
    assert ": 10, 50, 90, 130;" in interpolated_frames(part_of(scattered))
    assert interpolated_frames(part_of(scattered, clean(300))) == ""


def test_frames_that_are_held_are_not_called_interpolated():
    values = clean(200)
    values[50:70] = values[50]
    assert interpolated_frames(part_of(values)) == ""
