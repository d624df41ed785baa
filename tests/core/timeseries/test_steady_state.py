import numpy as np
import pytest

from attnconn_core.timeseries import suspicions
from tests.core.timeseries.suspicious_series import as_series, clean


def begun(sizes, sign=1):
    """A scan whose first frames lie so many deviations away, in all regions."""
    values = clean()
    for frame, size in enumerate(sizes):
        values[frame] += sign * size * values.std(axis=0)
    return values


@pytest.mark.parametrize("sign", [1, -1])
def test_frames_before_the_signal_is_steady_are_counted(sign):
    (told,) = suspicions(as_series(begun((40, 15, 6, 0), sign)))
    assert "3 frames, the first " in told
    assert "remove them" in told
    # Nor are they called spikes.
    assert "spike" not in told


def test_every_run_is_looked_at_by_itself():
    (told,) = suspicions(as_series(clean(), begun((12, 5))))
    assert "its first frames lie far from the rest, in all regions alike: 2 frames" in told


def test_a_region_s_own_beginning_or_a_later_frame_is_no_such_thing():
    one = clean()
    one[0, 0] += 7 * one[:, 0].std()
    assert suspicions(as_series(one)) == ()
    assert not any(
        "first frames" in told for told in suspicions(as_series(np.roll(begun((12,)), 9, 0)))
    )
