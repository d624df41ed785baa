import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.tsa.tsatools import lagmat

from attnconn_core.errors import ParameterError, SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import lagged_design, windows

REGIONS = 3


def counted(*lengths):
    """Runs whose values say where they stand: 1000 × run + frame, + 0.25 × region."""
    return TimeSeries(
        runs=tuple(
            (1000 * run + np.arange(length)[:, None] + np.arange(REGIONS) / 4).astype(np.float32)
            for run, length in enumerate(lengths)
        ),
        repetition_time=1.0,
        regions=tuple(f"region-{number}" for number in range(REGIONS)),
    )


runs_and_windows = {
    "lengths": st.lists(st.integers(0, 12), min_size=1, max_size=4),
    "w": st.integers(1, 5),
    "h": st.integers(1, 3),
}


@settings(deadline=None, max_examples=60)
@given(**runs_and_windows)
def test_every_window_is_consecutive_and_none_crosses_a_run(lengths, w, h):
    count = sum(max(0, length - w - h + 1) for length in lengths)
    if not count:
        with pytest.raises(SeriesError, match=f"a window needs {w + h} consecutive frames"):
            windows(counted(*lengths), w, h)
        return
    inputs, targets = windows(counted(*lengths), w, h)
    assert inputs.shape == (count, REGIONS, w)
    assert targets.shape == (count, REGIONS, h)
    frames = np.concatenate([inputs, targets], axis=2)
    # A step over a border would be of about 1000.
    assert (np.diff(frames, axis=2) == 1).all()
    assert len(np.unique(frames[:, 0, 0])) == count
    assert (np.diff(frames, axis=1) == 0.25).all()


def test_the_last_lag_is_the_frame_before_the_target():
    inputs, targets = windows(counted(10), 4)
    assert inputs[0, 0].tolist() == [0, 1, 2, 3]
    assert targets[0, 0].tolist() == [4]


def test_one_run_is_not_copied():
    series = counted(50)
    inputs, targets = windows(series, 5)
    assert np.shares_memory(inputs, series.runs[0])
    assert np.shares_memory(targets, series.runs[0])
    assert not inputs.flags.writeable


@pytest.mark.parametrize(("w", "h", "name"), [(0, 1, "input_window"), (3, 0, "output_window")])
def test_a_window_is_a_frame_or_more(w, h, name):
    with pytest.raises(ParameterError, match=f"{name} must be at least 1 frame; got 0"):
        windows(counted(10), w, h)


@settings(deadline=None, max_examples=60)
@given(lengths=st.lists(st.integers(0, 12), min_size=1, max_size=4), lags=st.integers(1, 5))
def test_the_lagged_design_is_the_windows_laid_flat(lengths, lags):
    series = counted(*lengths)
    if max(lengths) <= lags:
        with pytest.raises(SeriesError, match=f"{lags} lags need a run of at least {lags + 1}"):
            lagged_design(series.runs, lags)
        return
    past, present = lagged_design(series.runs, lags)
    inputs, targets = windows(series, lags)
    assert past.dtype == present.dtype == np.float64
    assert np.array_equal(past, inputs.reshape(len(inputs), -1))
    assert np.array_equal(present, targets[..., 0])


def test_the_lagged_design_is_statsmodels_in_our_order_of_columns():
    run = np.random.default_rng(0).normal(size=(30, REGIONS))
    past, present = lagged_design([run], 4)
    theirs = lagmat(run, 4, trim="both")  # all regions one frame ago, then two, …
    ours = past.reshape(-1, REGIONS, 4)[:, :, ::-1].transpose(0, 2, 1).reshape(len(past), -1)
    np.testing.assert_allclose(ours, theirs)
    np.testing.assert_allclose(present, run[4:])
