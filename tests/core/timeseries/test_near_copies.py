"""Copies that were turned, and parts of a recording that stand in another."""

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from attnconn_core.timeseries import near_copies, shared_stretches
from tests.core.timeseries.test_signatures import of, scan


def others():
    return {f"other-{seed}": of(scan(100 + seed)) for seed in range(5)}


@pytest.mark.parametrize(
    ("change", "correlation", "backwards"),
    [
        (lambda each: -each, -1, False),
        (lambda each: 2 * each.mean(axis=0) - each, -1, False),
        (lambda each: each[::-1], 1, True),
        (lambda each: -3 * each[::-1] + 1e3, -1, True),
    ],
    ids=["sign", "around its mean", "time", "both"],
)
def test_a_copy_that_was_turned_is_found(change, correlation, backwards):
    sessions = others() | {"a": of(scan(0)), "b": of(scan(1), change(scan(0)))}
    (found,) = near_copies(sessions)
    assert (found.first, found.second, found.backwards) == ("a", "b", backwards)
    assert found.correlation == pytest.approx(correlation, abs=0.01)
    assert found.shift == 0
    assert shared_stretches(sessions) == ()


@pytest.mark.parametrize("frames", [40, 120, 150])
@pytest.mark.parametrize("scale", [1.0, 3.0, -1.0])
def test_frames_of_another_scan_are_found_and_where(frames, scale):
    mixed = scan(1)
    mixed[100 : 100 + frames] = scale * scan(0)[30 : 30 + frames]
    sessions = others() | {"a": of(scan(0)), "b": of(scan(2), mixed)}
    assert near_copies(sessions) == ()
    (found,) = shared_stretches(sessions)
    assert (found.first, found.second, found.runs) == ("a", "b", (1, 2))
    assert found.starts == pytest.approx((30, 100), abs=4)
    assert found.frames == pytest.approx(frames, abs=6)
    assert abs(found.correlation) > 0.95
    assert np.sign(found.correlation) == np.sign(scale)


def test_frames_of_another_scan_are_found_backwards():
    mixed = scan(1)
    mixed[200:] = scan(0)[:100][::-1]
    (found,) = shared_stretches({"a": of(scan(0)), "b": of(mixed)})
    assert found.backwards
    assert found.starts == pytest.approx((0, 200), abs=4)
    assert found.frames == pytest.approx(100, abs=6)


def test_a_stretch_between_scans_of_two_lengths_is_found():
    """A copy within a scan of another length is where both say it is."""
    whole = scan(0, 400)
    mixed = np.concatenate([scan(1, 100), whole[250:350], scan(2, 90)])
    (found,) = shared_stretches({"a": of(whole[250:]), "b": of(mixed)})
    assert found.starts == pytest.approx((0, 100), abs=4)


def test_scans_of_their_own_share_no_stretch():
    b, a = butter(2, [0.0144, 0.144], "band")
    drive = scan(1000)
    for change in (
        lambda each: each,
        lambda each: filtfilt(b, a, each, axis=0),
        lambda each: each + drive,
        lambda each: (each / each.std()).round(),
    ):
        sessions = {str(seed): of(change(scan(seed))) for seed in range(60)}
        assert shared_stretches(sessions) == ()
        assert near_copies(sessions) == ()
