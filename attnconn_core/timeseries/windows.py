"""Windows: all stretches of consecutive frames that a forecaster is trained on."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from attnconn_core.checks import require_whole
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries

__all__ = ["FEWEST_SAMPLES", "lagged_design", "require_lags", "require_samples", "windows"]

#: Fewest samples of a measure. Of two samples, once their mean is subtracted, any two regions
#: correlate by ±1 or not at all.
FEWEST_SAMPLES = 3


def windows(
    series: TimeSeries, input_window: int, output_window: int = 1
) -> tuple[Float[np.ndarray, "window region lag"], Float[np.ndarray, "window region horizon"]]:
    """Return the inputs and targets of a series, with stride 1, never across a run's border.

    Parameters
    ----------
    series
        Series with runs of any length.
    input_window, output_window
        Number of input frames, and of predicted frames.

    Returns
    -------
    inputs, targets
        Read-only views if the series is one run. `lag` runs forward in time: the
        last is the frame before the target.

    Raises
    ------
    ParameterError
        If a window is shorter than one frame.
    SeriesError
        If no run is long enough for one window.
    """
    for name, length in (("input_window", input_window), ("output_window", output_window)):
        require_whole(name, length, 1, "frame")
    span = input_window + output_window
    cut = [
        np.lib.stride_tricks.sliding_window_view(run, span, axis=0)
        for run in series.runs
        if len(run) >= span
    ]
    if not cut:
        raise SeriesError(
            f"a window needs {span} consecutive frames ({input_window} in, {output_window} out); "
            f"the longest run has {max(len(run) for run in series.runs)}"
        )
    joined: np.ndarray = cut[0] if len(cut) == 1 else np.concatenate(cut)
    return joined[..., :input_window], joined[..., input_window:]


def require_lags(lags: int) -> None:
    """Raise ParameterError unless `lags` is at least 1."""
    require_whole("lags", lags, 1, "frame")


def require_samples(
    series: TimeSeries, what: str, *, lags: int = 0, least: int = FEWEST_SAMPLES
) -> None:
    """Raise SeriesError if a series is too short for a measure of it.

    Each run gives one sample per frame that has `lags` frames before it, less one for the run's
    mean.

    Parameters
    ----------
    series
        Series with runs of any length.
    what
        What is measured, for the error, such as a method's name.
    lags
        Number of past frames that the measure uses.
    least
        Fewest samples with which it isn't decided by their number.

    Examples
    --------
    >>> from attnconn_core.records import TimeSeries
    >>> series = TimeSeries.from_array(np.zeros((9, 4)), repetition_time=1.0)
    >>> require_samples(series, "pearson")
    """
    lost = lags + 1
    samples = sum(max(0, len(run) - lost) for run in series.runs)
    if samples < least:
        lengths = ", ".join(str(len(run)) for run in series.runs)
        raise SeriesError(
            f"{what} needs at least {least} samples; got {samples}, from runs of {lengths} "
            f"frames: a run of n frames gives n − {lost}. Use a longer scan"
        )


def lagged_design(
    runs: Sequence[Float[np.ndarray, "_ region"]], lags: int
) -> tuple[Float[np.ndarray, "sample {lags}*region"], Float[np.ndarray, "sample region"]]:
    """Return the past and present of every region, for a linear forecast.

    Column ``region * lags + lag`` holds the region `lags - lag` frames earlier, so
    that the columns of one region lie together, in the order of time.

    Parameters
    ----------
    runs
        Arrays of (time, region); runs of `lags` frames or fewer give no sample.
    lags
        Number of past frames.

    Returns
    -------
    past, present
        float64.

    Raises
    ------
    SeriesError
        If no run is longer than `lags`.
    """
    long_enough = [np.asarray(run) for run in runs if len(run) > lags]
    if not long_enough:
        raise SeriesError(
            f"{lags} lags need a run of at least {lags + 1} frames; "
            f"the longest has {max((len(run) for run in runs), default=0)}"
        )
    # Built once, in place: the design of a scan is the largest array of a linear fit.
    n_regions, n_samples = long_enough[0].shape[1], [len(run) - lags for run in long_enough]
    past = np.empty((sum(n_samples), n_regions, lags))
    present = np.empty((sum(n_samples), n_regions))
    start = 0
    for run, length in zip(long_enough, n_samples, strict=True):
        part = slice(start, start + length)
        past[part] = np.lib.stride_tricks.sliding_window_view(run[:-1], lags, axis=0)
        present[part] = run[lags:]
        start += length
    return past.reshape(len(past), -1), present
