"""The jackknife: of a mean the t interval, and of an ICC it covers what it should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from attnconn_core.scoring import intraclass_correlation
from attnconn_core.scoring.comparison.paired_tests import mean_interval
from attnconn_core.scoring.reliability.jackknife import jackknife

SHARES = ((0, 6 / 16), (1, 10 / 16))


def one_pool(n):
    return np.zeros(n, dtype=int)


@pytest.mark.parametrize("n", [5, 30])
def test_of_a_mean_it_is_the_t_interval(n):
    values = np.random.default_rng(n).normal(size=n)
    found = jackknife(lambda kept: values[kept].mean(keepdims=True), one_pool(n))
    assert found.values[0] == pytest.approx(mean_interval(values)[0])
    assert [found.lower[0], found.upper[0]] == pytest.approx(mean_interval(values)[1:])
    np.testing.assert_allclose(found.pseudo[:, 0], values)


def test_many_are_left_out_in_groups():
    values = np.random.default_rng(0).normal(size=1000)
    found = jackknife(lambda kept: values[kept].mean(keepdims=True), one_pool(1000))
    assert found.pseudo.shape == (50, 1)
    half = (found.upper - found.lower)[0] / 2
    assert half == pytest.approx(np.subtract(*mean_interval(values)[:0:-1]) / 2, rel=0.3)


def test_within_pools_it_is_the_interval_of_a_stratified_mean():
    """The closed form: the pools' variances of the mean, weighted by their shares."""
    rng = np.random.default_rng(4)
    pools = np.repeat([0, 1], [6, 10])
    values = rng.normal(size=16) + 100 * pools
    found = jackknife(
        lambda kept: np.array([sum(s * values[kept & (pools == p)].mean() for p, s in SHARES)]),
        pools,
    )
    variance = sum(s**2 * values[pools == p].var(ddof=1) / (pools == p).sum() for p, s in SHARES)
    assert (found.upper - found.lower)[0] / 2 == pytest.approx(t.isf(0.025, 14) * variance**0.5)
    spread = found.pseudo[:, 0].std(ddof=1) / 4
    assert found.pseudo.mean() == pytest.approx(found.values[0])
    assert spread == pytest.approx(variance**0.5)


def test_of_few_subjects_there_is_no_interval():
    found = jackknife(lambda kept: np.array([float(kept.sum())]), one_pool(4))
    assert found.values[0] == 4
    assert np.isnan([*found.lower, *found.upper]).all()


@given(
    statistics=st.lists(st.floats(-1, 1), min_size=8, max_size=8),
    pools=st.sampled_from([(0,) * 7, (0, 0, 0, 1, 1, 1, 1)]),
    smooth=st.booleans(),
)
def test_the_interval_of_a_correlation_holds_it_and_stays_within_its_bounds(
    statistics, pools, smooth
):
    """Whatever the correlation becomes where a subject is left out."""
    whole, *without = statistics

    def correlation(kept):
        return np.array([whole if kept.all() else without[int(np.argmin(kept))]])

    found = jackknife(correlation, np.array(pools), correlations=True, smooth=np.array([smooth]))
    assert -1 <= found.lower[0] <= whole <= found.upper[0] <= 1
    assert found.pseudo.mean() == pytest.approx(whole)


def test_a_correlation_beyond_its_bounds_has_no_interval():
    found = jackknife(lambda _: np.array([-1.5, 0.5]), one_pool(7), correlations=True)
    assert np.isnan([found.lower[0], found.upper[0]]).all()
    assert [found.lower[1], found.upper[1]] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(("n", "truth"), [(7, 0.0), (7, 0.8), (15, 0.5), (30, 0.95)])
def test_the_interval_of_an_icc_covers_it(n, truth):
    """Of 300 cohorts, each with 20 edges."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(300):
        own, noise = rng.normal(size=(n, 1, 20)), rng.normal(size=(n, 2, 20))
        ratings = np.sqrt(truth) * own + np.sqrt(1 - truth) * noise

        def mean(kept, ratings=ratings):
            return intraclass_correlation(ratings[kept], "one_way").mean(keepdims=True)

        found = jackknife(mean, one_pool(n), correlations=True)
        hits += found.lower[0] <= truth <= found.upper[0]
    assert 0.9 < hits / 300 < 0.99
