import numpy as np
import pytest

from attnconn_core.connectivity.with_past import with_past
from attnconn_core.errors import SeriesError


def test_columns_are_the_present_then_each_lag(as_series):
    values = np.random.default_rng(0).standard_normal((30, 3)).astype(np.float32)
    found = with_past(as_series(values), 2)
    expected = np.hstack([values[2:], values[1:-1], values[:-2]]).astype(np.float64)
    expected = (expected - expected.mean(axis=0)) / expected.std(axis=0)
    assert np.allclose(found, expected)


def test_runs_are_centred_apart_and_short_ones_left_out(as_series):
    rng = np.random.default_rng(1)
    runs = [rng.standard_normal((n, 2)) + 100 * n for n in (20, 3, 15)]
    found = with_past(as_series(*runs), 2)
    assert len(found) == 18 + 13
    assert np.allclose(found[:18].mean(axis=0), 0, atol=1e-6)
    assert np.allclose(found[18:].mean(axis=0), 0, atol=1e-6)
    assert np.allclose(found.std(axis=0), 1)


def test_too_few_frames_or_a_still_region_are_named(as_series):
    rng = np.random.default_rng(2)
    with pytest.raises(SeriesError, match=r"4 lags needs at least 3 samples; got 1, "):
        with_past(as_series(rng.standard_normal((6, 2))), 4)
    still = rng.standard_normal((10, 2))
    still[:-1, 0] = 0.3
    with pytest.raises(SeriesError, match="region 0 doesn't"):
        with_past(as_series(still), 1)
