import numpy as np

from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import recordings, suspicions

SCAN = np.random.default_rng(0).normal(size=(120, 12)).cumsum(axis=0)
NAMES = tuple(f"r{n}" for n in range(12))


def test_nothing_is_suspicious_about_an_ordinary_scan():
    assert suspicions(TimeSeries((SCAN,), 0.72, NAMES)) == ()


def test_an_unusual_time_and_few_frames_are_said():
    assert suspicions(TimeSeries((SCAN,), 15.0, NAMES)) == (
        "its repetition time of 15 s is unusual",
    )
    wide = np.random.default_rng(1).normal(size=(60, 100)).cumsum(axis=0)
    [told] = suspicions(TimeSeries((wide,), 2.0, tuple(map(str, range(100)))))
    assert "fewer frames than regions (60 and 100)" in told


def test_an_array_that_may_lie_on_its_side_is_said():
    time = np.random.default_rng(2).normal(size=(200, 60))
    time[1:] += 0.5 * time[:-1]
    turned = time.T
    names = tuple(map(str, range(200)))
    assert any(
        "(region, time) taken for" in told
        for told in suspicions(TimeSeries((turned,), 0.72, names))
    )


def test_a_recording_is_known_again_whatever_its_scale():
    one = recordings(TimeSeries((SCAN, SCAN[:50]), 0.72, NAMES))
    scaled = recordings(TimeSeries((3 * SCAN + 7, SCAN[:49]), 0.72, NAMES))
    assert one[0] == scaled[0]
    assert len({*one, *scaled}) == 3
    # Runs too short for signs are compared by their values.
    short = TimeSeries((SCAN[:1], SCAN[1:2]), 0.72, NAMES)
    assert len(set(recordings(short))) == 2
