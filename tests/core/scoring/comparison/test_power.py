import numpy as np
import pytest
from scipy.stats import norm, wilcoxon
from statsmodels.stats.power import TTestPower

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.comparison.power import (
    FEWEST_SUBJECTS,
    FEWEST_UNITS,
    MOST,
    POWER,
    standardised_difference,
    units_for_correlation,
    units_for_difference,
)


@pytest.mark.parametrize("size", [0.1, 0.2, 0.5, 0.8, 1.2])
@pytest.mark.parametrize("level", [0.05, 0.001])
def test_a_difference_needs_what_the_t_test_s_closed_form_says(size, level):
    exact = np.ceil(TTestPower().solve_power(size, alpha=level, power=POWER))
    found = units_for_difference(size, level)
    assert found == pytest.approx(exact, rel=0.05, abs=1)
    assert units_for_difference(-size, level) == found


@pytest.mark.parametrize("r", [0.06, 0.1, 0.2, 0.32, 0.5, 0.8])
def test_a_correlation_needs_what_fisher_s_z_says(r):
    exact = ((norm.isf(0.025) + norm.isf(1 - POWER)) / np.arctanh(r)) ** 2 + 3
    assert units_for_correlation(r) == pytest.approx(exact, rel=0.05, abs=1)


def test_the_fewest_are_those_that_a_large_effect_needs():
    assert np.ceil(TTestPower().solve_power(0.8, alpha=0.05, power=POWER)) == FEWEST_UNITS
    exact = ((norm.isf(0.025) + norm.isf(1 - POWER)) / np.arctanh(0.5)) ** 2 + 3
    # 29.01, which nobody reads as 30.
    assert round(exact) == FEWEST_SUBJECTS


def test_wilcoxon_s_test_sees_it_too():
    n = int(units_for_difference(0.5))
    drawn = np.random.default_rng(1).normal(0.5, 1, size=(500, n))
    seen = wilcoxon(drawn, axis=1).pvalue < 0.05
    assert 0.72 < seen.mean() < 0.88


def test_no_difference_is_never_seen_and_a_tiny_one_by_no_study():
    assert np.isnan(units_for_difference(0.0))
    assert np.isnan(units_for_difference(float("nan")))
    assert np.isnan(units_for_correlation(0.0))
    assert units_for_difference(0.01) == units_for_correlation(0.01) == np.inf
    assert units_for_difference(np.inf) <= 6
    assert units_for_correlation(1.0) <= 6
    assert MOST > 1000


def test_a_size_is_that_of_hedges():
    values = np.random.default_rng(0).normal(1.0, 2.0, size=(2000, 6))
    sizes = np.array([standardised_difference(each) for each in values])
    plain = values.mean(axis=1) / values.std(axis=1, ddof=1)
    assert abs(sizes.mean() - 0.5) < 0.02 < plain.mean() - 0.5
    assert standardised_difference(np.array([1.0, np.nan, 1.0])) == np.inf
    assert standardised_difference(np.array([-1.0, -1.0])) == -np.inf
    assert np.isnan(standardised_difference(np.zeros(5)))
    assert np.isnan(standardised_difference(np.array([1.0, np.nan])))


def test_what_is_out_of_range_is_named():
    with pytest.raises(ParameterError, match=r"level must lie between 0 and 1; got 1\.5"):
        units_for_difference(0.5, 1.5)
    with pytest.raises(ParameterError, match=r"\[-1, 1\]; got 2"):
        units_for_correlation(2.0)
