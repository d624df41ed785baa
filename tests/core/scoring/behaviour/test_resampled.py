import numpy as np
import pytest
from scipy.stats import t as student_t
from scipy.stats import ttest_1samp

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import corrected_resampled_t


def test_it_is_the_published_formula_by_hand():
    # Mean 0.2, s² = 0.02 / 3; 1/J + n2/n1 = 1/4 + 1/9 = 13/36.
    differences = np.array([0.1, 0.2, 0.2, 0.3])
    t, p, df = corrected_resampled_t(differences, 1 / 9)
    by_hand = 0.2 / np.sqrt(13 / 36 * 0.02 / 3)
    assert (t, df) == (pytest.approx(by_hand, abs=1e-12), 3)
    assert p == pytest.approx(2 * student_t.sf(by_hand, 3), abs=1e-12)


def test_without_overlap_it_is_the_usual_t():
    differences = np.random.default_rng(0).normal(0.3, 1, size=20)
    t, p, _ = corrected_resampled_t(differences, 1e-15)
    assert (t, p) == pytest.approx(tuple(ttest_1samp(differences, 0)))
    assert corrected_resampled_t(differences, 1 / 9)[1] > p


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0.0, 0.0, 0.0], (0, 1, 2)),
        ([1.0, 1.0], (np.inf, 0, 1)),
        ([1.0, np.nan], (np.nan, np.nan, 0)),
    ],
)
def test_differences_without_spread(differences, expected):
    found = corrected_resampled_t(np.array(differences), 0.1)
    np.testing.assert_array_equal(found, expected)


def test_a_ratio_must_be_positive():
    with pytest.raises(ParameterError, match="test_to_train must be a number above 0; got 0"):
        corrected_resampled_t(np.ones(3), 0.0)
