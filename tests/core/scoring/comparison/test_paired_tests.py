from itertools import product

import numpy as np
import pytest
from scipy.stats import kstest, permutation_test
from scipy.stats import t as student_t
from statsmodels.stats.multitest import multipletests

from attnconn_core.errors import ParameterError
from attnconn_core.scoring.comparison.paired_tests import (
    beats,
    compare_methods,
    holm,
    mean_interval,
)

NAMES = ("a", "b", "c")


def test_with_few_units_every_flip_is_tried():
    values = np.random.default_rng(0).normal(size=(7, 3))
    pairs = compare_methods(values, NAMES)
    difference = values[:, 0] - values[:, 2]
    flips = np.array(list(product((1, -1), repeat=7))) @ difference / 7
    above = (flips >= difference.mean() - 1e-12).mean()
    below = (flips <= difference.mean() + 1e-12).mean()
    row = pairs[(pairs["first"] == "a") & (pairs["second"] == "c")].iloc[0]
    assert row["p"] == pytest.approx(min(1.0, 2 * min(above, below)))
    assert row["difference"] == pytest.approx(difference.mean())
    assert (row["difference"], row["lower"], row["upper"]) == mean_interval(difference)
    np.testing.assert_allclose(pairs["p_holm"], multipletests(pairs["p"], method="holm")[1])
    one_sided = beats(values, np.zeros(7))
    flips = np.array(list(product((1, -1), repeat=7))) @ values / 7
    np.testing.assert_allclose(one_sided, (flips >= values.mean(axis=0) - 1e-12).mean(axis=0))


def test_methods_that_do_not_differ_give_uniform_p():
    # Units have two hundred independent pairs of methods, as if each were of another study.
    differences = np.random.default_rng(0).normal(size=(10, 200))
    assert kstest(beats(differences, np.zeros(10)), "uniform").pvalue > 0.01


def test_a_difference_is_found_and_a_unit_without_a_score_left_out():
    values = np.random.default_rng(0).normal(size=(20, 3)) * 0.1 + [1.0, 0.5, 0.5]
    values[3, 1] = np.nan
    pairs = compare_methods(values, NAMES).set_index(["first", "second"])
    assert pairs.loc[("a", "b"), "p_holm"] < 0.001
    assert pairs.loc[("b", "c"), "p_holm"] > 0.05
    with pytest.raises(ParameterError, match="got 1 of 20"):
        compare_methods(np.where(np.arange(20)[:, None] > 0, np.nan, values), NAMES)
    with pytest.raises(ParameterError, match=r"with 2 methods; got \(20, 3\)"):
        compare_methods(values, ("a", "b"))


def test_the_interval_is_of_the_t_distribution():
    values = np.array([1.0, 2.0, 4.0, np.nan])
    low, high = student_t.interval(0.95, 2, loc=7 / 3, scale=values[:3].std(ddof=1) / np.sqrt(3))
    assert mean_interval(values) == pytest.approx((7 / 3, low, high))
    assert np.isnan(mean_interval(np.array([np.nan]))[0])
    assert np.isnan(mean_interval(np.array([1.0]))[1])


def test_what_has_no_p_counts_for_no_test():
    np.testing.assert_allclose(holm(np.array([0.01, np.nan, 0.04])), [0.02, np.nan, 0.04])


def test_random_flips_are_scipys_and_outlive_the_correction():
    values = np.random.default_rng(0).normal([0.5, 0.2, 0.0], size=(20, 3))
    pairs = compare_methods(values, NAMES)
    for row in pairs.itertuples():
        first, second = (values[:, NAMES.index(name)] for name in (row.first, row.second))
        theirs = permutation_test(
            (first, second), lambda x, y, axis: (x - y).mean(axis=axis), vectorized=True,
            permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(1),
        ).pvalue  # fmt: skip
        assert row.p == pytest.approx(theirs, abs=0.02)
    # 24 methods make 276 pairs: 9,999 flips could never tell two apart.
    many = np.random.default_rng(1).normal(size=(30, 24)) + 9 * (np.arange(24) == 0)
    names = [f"m{number}" for number in range(24)]
    found = compare_methods(many, names)
    assert (found.loc[found["first"] == "m0", "p_holm"] < 0.05).all()
    assert np.isnan(beats(np.array([[1.0], [np.nan]]), np.zeros(2))).all()
