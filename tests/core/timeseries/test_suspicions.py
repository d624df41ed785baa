from pathlib import Path

import numpy as np
import pytest

from attnconn_core.records import TimeSeries
from attnconn_core.sources import HcpSample, Simulated
from attnconn_core.timeseries import assess, recordings, suspicions
from tests.core.timeseries.suspicious_series import as_series, clean

SCAN = clean(120, 12)
NAMES = tuple(f"r{n}" for n in range(12))


def test_nothing_is_suspicious_about_an_ordinary_scan():
    assert suspicions(TimeSeries((SCAN,), 0.72, NAMES)) == ()


def test_an_unusual_time_and_few_frames_are_said():
    assert suspicions(TimeSeries((SCAN,), 15.0, NAMES)) == (
        "its repetition time of 15 s is unusual",
    )
    wide = clean(60, 100)
    [told] = suspicions(TimeSeries((wide,), 2.0, tuple(map(str, range(100)))))
    assert "fewer frames than regions (60 and 100)" in told


def test_an_array_that_may_lie_on_its_side_is_said():
    time = np.random.default_rng(2).normal(size=(200, 60))
    time[1:] += 0.5 * time[:-1]
    turned = time.T
    names = tuple(map(str, range(200)))
    told = "\n".join(suspicions(TimeSeries((turned,), 0.72, names)))
    assert "taken for (time, region); if so, transpose it. It is read as 60 frames of 200" in told


def test_a_recording_is_known_again_whatever_its_scale():
    one = recordings(TimeSeries((SCAN, SCAN[:50]), 0.72, NAMES))
    scaled = recordings(TimeSeries((3 * SCAN + 7, SCAN[:49]), 0.72, NAMES))
    assert one[0] == scaled[0]
    assert len({*one, *scaled}) == 3
    # Runs too short for signs are compared by their values.
    short = TimeSeries((SCAN[:1], SCAN[1:2]), 0.72, NAMES)
    assert len(set(recordings(short))) == 2


SAMPLE = Path(__file__).parents[3] / ".sample"
TIME = np.linspace(-1, 1, 300)[:, None]
SHARED = np.random.default_rng(9).normal(size=(300, 1))


def spiked():
    values = clean()
    values[[60, 140]] += 1e4 + 10 * SHARED[:20, 0]
    return values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (spiked(), "have values more than 10 robust deviations"),
        (clean() + 1000 * (TIME > 0), "at another level from frame 150"),
        (clean() + 1000 * (TIME > 0.85), "at another level from frame 277"),
        (clean() + 1e5 * TIME, "a drift or a jump"),
        (clean() + 50 * SHARED, "one signal makes up"),
        (clean() * np.where(np.arange(20) == 4, 1e6, 1), "(R04: "),
        (clean()[:, [*range(19), 3]] * ([1] * 19 + [-2.0]), "spans only 19 dimensions"),
    ],
    ids=["spikes", "a jump", "a jump near the end", "a drift", "one signal", "loud", "copy"],
)
def test_each_cause_is_said_once(values, said):
    [told] = suspicions(as_series(values))
    assert said in told


def test_runs_in_different_units_are_said_once():
    [told] = suspicions(as_series(clean(150), 1000 * clean(150, seed=1)))
    assert "are they in one unit?" in told


def test_a_region_times_a_number_is_refused_like_a_copy():
    values = clean()
    values[:, 7] = -3 * values[:, 6]
    values[:, 8] = values[:, 6]
    values[:, 9] = 2 * values[:, 8]
    copied = assess(as_series(values)).copied
    assert copied == ("R08 (as R06)", "R07 (−3 × R06)", "R09 (2 × R06)")
    assert "signal of its own, but 3 region(s)" in assess(as_series(values)).complaint()
    assert assess(as_series(values), repeats=False).copied == ()


@pytest.mark.parametrize("settings", [{}, {"runs": 2}, {"haemodynamic": True}, {"nonlinear": True}])
def test_nothing_is_suspicious_about_simulated_cohorts(settings):
    source = Simulated(subjects=4, **settings)
    for session in source.sessions():
        assert suspicions(source.load(session)) == ()
        assert assess(source.load(session)).sound


def test_nothing_is_suspicious_about_the_sample():
    source = HcpSample(SAMPLE)
    if not source.wheel.exists():
        pytest.skip("needs the sample in .sample/")
    for session in source.sessions():
        series = source.load(session)
        assert suspicions(series) == ()
        assert assess(series).sound


def test_runs_that_share_frames_under_another_scale_are_said():
    first, second = clean(), clean(seed=1)
    second[100:220] = 1.3 * first[100:220] - 30
    (sentence,) = suspicions(as_series(first, second))
    assert "its runs 1 and 2 share some 1" in sentence
    assert "cut them out of one" in sentence
    (turned,) = suspicions(as_series(first, 3 * first[::-1]))
    assert "hold nearly one recording (r = 1.000, backwards)" in turned


def test_stretches_and_levels_are_among_them():
    frozen, odd = clean(), 1e4 + 10 * clean()
    frozen[100:160] = frozen[100] + np.random.default_rng(0).normal(0, 1e-3, (60, 20))
    odd[:, 3] -= odd[:, 3].mean()
    (of_frozen,) = suspicions(as_series(frozen))
    assert "hardly change in frames 100–159" in of_frozen
    (of_odd,) = suspicions(as_series(odd))
    assert "every region's mean should lie within a factor of 100" in of_odd
