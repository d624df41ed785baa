import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import head, split

lengths = st.lists(st.integers(0, 15), min_size=1, max_size=5)


def counted(runs):
    frames = iter(np.split(np.arange(sum(runs), dtype=np.float32)[:, None], np.cumsum(runs)[:-1]))
    return TimeSeries(tuple(frames), 0.5, ("one",))


@settings(deadline=None)
@given(runs=lengths, fraction=st.floats(0.01, 0.99))
def test_a_split_keeps_every_frame_once_and_in_order(runs, fraction):
    series = counted(runs)
    assume(0 < int(series.n_frames * (1 - fraction)) < series.n_frames)
    first, second = split(series, fraction)
    assert first.n_frames == int(series.n_frames * (1 - fraction))
    assert np.array_equal(np.concatenate([first.values, second.values]), series.values)
    # No run is glued to another: every run of a part lies within a run of the whole.
    borders = set(np.cumsum(runs).tolist())
    for run in (*first.runs, *second.runs):
        assert not borders & set(run[1:, 0].astype(int).tolist())
    assert first.repetition_time == second.repetition_time == 0.5
    assert first.regions == second.regions == ("one",)


@settings(deadline=None)
@given(runs=lengths, data=st.data())
def test_a_head_is_the_beginning(runs, data):
    assume(sum(runs))
    keep = data.draw(st.integers(1, sum(runs)))
    series = counted(runs)
    assert np.array_equal(head(series, keep).values, series.values[:keep])
    assert head(series, keep).n_frames == keep


def test_a_border_between_runs_leaves_both_whole():
    first, second = split(counted([6, 4]), 0.4)
    assert [len(run) for run in first.runs] == [6]
    assert [len(run) for run in second.runs] == [4]


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, float("nan")])
def test_a_fraction_lies_between_0_and_1(fraction):
    with pytest.raises(ParameterError, match="test_fraction must lie between 0 and 1; got"):
        split(counted([10]), fraction)


def test_no_part_may_be_empty():
    with pytest.raises(SeriesError, match=r"0\.9 divides 5 frames into 0 and 5"):
        split(counted([5]), 0.9)


@pytest.mark.parametrize("frames", [0, 6])
def test_a_head_is_no_longer_than_its_series(frames):
    with pytest.raises(SeriesError, match=f"must keep 1 to 5 frames; got {frames}"):
        head(counted([5]), frames)
