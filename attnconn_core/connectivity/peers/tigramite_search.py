"""A series as tigramite takes it, and tigramite's results as a test of links."""

from typing import Any

import numpy as np

from attnconn_core.checks import require_share
from attnconn_core.connectivity.centring import standardised
from attnconn_core.connectivity.link_test import LinkTest
from attnconn_core.connectivity.peers.library import require
from attnconn_core.errors import SeriesError
from attnconn_core.records import TimeSeries
from attnconn_core.timeseries import require_lags, require_sound

__all__ = ["LIBRARY", "check_settings", "links_of", "prepared"]

LIBRARY = "tigramite"

# Frames that a partial correlation needs beyond its conditions.
_SPARE = 3


def check_settings(lags: int, alpha: float) -> None:
    """Check what the searches have in common.

    Raises
    ------
    ParameterError
        If `lags` is below 1, or `alpha` isn't between 0 and 1.
    """
    require_lags(lags)
    require_share("alpha", alpha)


def prepared(series: TimeSeries, method: str, lags: int, conditions: int = 0) -> Any:
    """Make tigramite's PCMCI of a series, with linear partial correlation as its test.

    Runs are data sets of one process, as tigramite has them: no lag crosses their border.

    Parameters
    ----------
    series
        Standardised here.
    method
        Named in errors.
    lags
        Frames of the past that will be asked for.
    conditions
        Conditions that every test will have at least.

    Raises
    ------
    ParameterError
        If tigramite isn't installed.
    SeriesError
        If a region holds a NaN, an infinite value or a constant signal, or there are too few
        frames for the lags and conditions.
    """
    require_sound(series, method)
    # tigramite leaves out twice the lags at the start, so that every test has the same frames.
    n_samples = sum(max(len(run) - 2 * lags, 0) for run in series.runs)
    if n_samples < conditions + _SPARE:
        raise SeriesError(
            f"{method} with {lags} lags of {series.n_regions} regions needs at least "
            f"{conditions + _SPARE} frames beyond the first {2 * lags} of each run; "
            f"got {n_samples} of {series.n_frames}"
        )
    searches = require(LIBRARY, method, "tigramite.pcmci")
    tests = require(LIBRARY, method, "tigramite.independence_tests.parcorr")
    data = require(LIBRARY, method, "tigramite.data_processing")
    borders = np.cumsum([len(run) for run in series.runs])[:-1]
    runs = np.split(standardised(series), borders)
    runs = [run for run in runs if len(run) > 2 * lags]
    frame = (
        data.DataFrame(runs[0])
        if len(runs) == 1
        else data.DataFrame(dict(enumerate(runs)), analysis_mode="multiple")
    )
    return searches.PCMCI(frame, tests.ParCorr(significance="analytic"), verbosity=0)


def links_of(results: dict[str, Any], lags: tuple[int, ...]) -> LinkTest:
    """Turn tigramite's arrays of [source, target, lag] into a test of links."""
    taken = list(lags)
    partial, p = (
        np.ascontiguousarray(np.moveaxis(results[key], -1, 0)[taken].transpose(0, 2, 1))
        for key in ("val_matrix", "p_matrix")
    )
    return LinkTest(lags, partial.astype(np.float64), np.nan_to_num(p.astype(np.float64), nan=1.0))
