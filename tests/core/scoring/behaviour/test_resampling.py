import numpy as np
import pytest
from scipy.stats import pearsonr, t

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import CrossValidation
from attnconn_core.scoring.behaviour.resampling import (
    correlations,
    interval_of_r,
    interval_of_r2,
    shuffled_rows,
)


def test_everybody_moves_freely_without_families():
    alone = shuffled_rows(6, 500, 0)
    assert (np.sort(alone, axis=0) == np.arange(6)[:, None]).all()
    assert np.array_equal(alone, shuffled_rows(6, 500, 0, list("abcdef")))
    # Every subject comes to every place about as often.
    counts = [np.bincount(row, minlength=6) for row in alone]
    assert np.abs(np.array(counts) / 500 - 1 / 6).max() < 0.06


def test_families_move_whole_and_only_to_families_of_their_size():
    families = np.array([0, 1, 1, 2, 2, 3, 3, 3, 4, 1])
    size = np.bincount(families)[families]
    moved = shuffled_rows(10, 100, 1, families)
    for column in moved.T:
        assert sorted(column) == list(range(10))
        assert np.array_equal(size[column], size)
        for family in range(5):
            assert len(set(families[column[families == family]])) == 1
    assert (families[moved[1]] == 3).any()
    assert set(families[moved[3]]) == {2}  # no other family has two members


def test_correlations_are_scipys_and_nan_where_constant():
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 15, 3))
    second[:, 2] = 1
    r = correlations(first, second)
    np.testing.assert_allclose(r[:2], [pearsonr(first[:, i], second[:, i])[0] for i in (0, 1)])
    assert np.isnan(r[2])


def test_one_repeat_has_fishers_interval_by_students_t():
    # scipy's is by the normal's quantile.
    rng = np.random.default_rng(3)
    truth = rng.normal(size=5000)
    found = pearsonr(truth, truth + rng.normal(size=5000))
    theirs = found.confidence_interval(0.95)
    np.testing.assert_allclose(interval_of_r(np.array([found[0]]), 5000), theirs, atol=1e-5)


def test_repeats_that_disagree_and_families_widen_the_interval():
    r = np.array([0.4, 0.5, 0.6])
    alone = np.ptp(interval_of_r(np.full(3, 0.5), 80))
    assert np.ptp(interval_of_r(r, 80)) > 1.2 * alone
    families = np.repeat(np.arange(20), 4)
    assert np.ptp(interval_of_r(np.full(3, 0.5), 80, families)) > 1.9 * alone


def test_a_larger_variance_widens_the_interval_and_a_smaller_one_does_not():
    r = np.array([0.4, 0.5, 0.6])
    plain = interval_of_r(r, 80)
    assert interval_of_r(r, 80, least_variance=0.001) == plain
    low, high = np.arctanh(interval_of_r(np.full(3, 0.5), 80, least_variance=0.09))
    assert (high - low) / 2 == pytest.approx(t.isf(0.025, 77) * 0.3)
    assert np.isnan(interval_of_r(r, 80, least_variance=float("nan"))).all()


def test_the_interval_of_r2_is_of_students_t_and_ends_at_1():
    r2 = np.array([0.2, 0.3, 0.4])
    low, high = interval_of_r2(r2, 40, None, 0.01)
    half = t.isf(0.025, 37) * 0.1
    np.testing.assert_allclose((low, high), (0.3 - half, 0.3 + half))
    families = np.repeat(np.arange(10), 4)
    low, high = interval_of_r2(r2, 40, families, 0.01)
    np.testing.assert_allclose(
        (low, high), (0.3 - t.isf(0.025, 7) * 0.1, 0.3 + t.isf(0.025, 7) * 0.1)
    )
    assert interval_of_r2(r2, 40, None, 1.0)[1] == 1
    assert np.isnan(interval_of_r2(r2, 40, None, float("nan"))).all()
    assert np.isnan(interval_of_r2(r2, 4, None, 0.01)).all()
    assert np.isnan(interval_of_r2(np.array([0.2, np.nan]), 40, None, 0.01)).all()


def test_no_interval_without_an_r():
    assert np.isnan(interval_of_r(np.array([0.5, np.nan]), 50)).all()
    assert np.isnan(interval_of_r(np.array([0.5]), 4)).all()
    low, high = interval_of_r(np.array([1.0, 1.0]), 20)
    assert 0.9 < low <= high <= 1


@pytest.mark.parametrize("wrong", [{"folds": 1}, {"repeats": 0}, {"permutations": -1}])
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match=f"{next(iter(wrong))} must be at least"):
        CrossValidation(**wrong)
