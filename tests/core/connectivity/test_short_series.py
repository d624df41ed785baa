"""No method makes a matrix of so few frames that their number decides its values."""

import numpy as np
import pytest

from attnconn_core.connectivity import METHODS, READY
from attnconn_core.errors import SeriesError


@pytest.mark.parametrize("name", READY)
@pytest.mark.parametrize("lengths", [(1,), (2,), (3,), (2, 2)])
def test_too_few_frames_are_refused(as_series, name, lengths):
    rng = np.random.default_rng(0)
    series = as_series(*(rng.standard_normal((length, 3)) for length in lengths))
    with pytest.raises(SeriesError, match=r"needs?|must hold"):
        METHODS[name].make().estimate(series)


@pytest.mark.parametrize(
    ("name", "lags", "enough"),
    [("pearson", None, 4), ("lagged_correlation", 2, 6), ("transfer_entropy", 2, 10)],
)
def test_the_first_length_that_is_enough(as_series, name, lags, enough):
    values = np.random.default_rng(0).standard_normal((enough, 3))
    estimator = METHODS[name].make(**({} if lags is None else {"lags": lags}))
    matrix = np.abs(estimator.estimate(as_series(values)).values)
    assert (matrix[~np.eye(3, dtype=bool)] < 1).all(), "values are decided by the number of frames"
    with pytest.raises(SeriesError, match=rf"got \d+, from runs of {enough - 1} frames"):
        estimator.estimate(as_series(values[:-1]))
