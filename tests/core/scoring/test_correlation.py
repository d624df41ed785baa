import numpy as np
import pytest
from scipy.stats import pearsonr

from attnconn_core.scoring.correlation import correlation


def test_it_is_pearsons():
    one, other = np.random.default_rng(0).standard_normal((2, 50))
    assert correlation(one, other) == pytest.approx(pearsonr(one, other).statistic)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1.0], [2.0]),
        ([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]),
        ([1.0, np.inf, -np.inf], [1.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0], [np.nan, 2.0, 3.0]),
    ],
)
def test_it_is_nan_where_it_is_not_defined(one, other):
    assert np.isnan(correlation(np.array(one), np.array(other)))
