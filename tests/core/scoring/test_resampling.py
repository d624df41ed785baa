import numpy as np
import pytest
from scipy.stats import bootstrap, pearsonr

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import CrossValidation
from attnconn_core.scoring.resampling import bootstrap_r, correlations, shuffled_rows


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


def test_the_interval_is_that_of_scipys_bootstrap():
    rng = np.random.default_rng(3)
    truth = rng.normal(size=(80, 1))
    predicted = truth + rng.normal(size=(80, 1))
    ours = bootstrap_r(predicted, truth, 4000, 0)
    theirs = bootstrap(
        (predicted[:, 0], truth[:, 0]),
        lambda a, b, axis: correlations(np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)),
        paired=True, n_resamples=4000, method="percentile", rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    np.testing.assert_allclose(ours, theirs, atol=0.02)
    assert ours == bootstrap_r(predicted, truth, 4000, 0)


def test_families_are_drawn_whole():
    rng = np.random.default_rng(4)
    truth = np.repeat(rng.normal(size=(20, 1)), 4, axis=0)
    predicted = np.repeat(truth[::4] + rng.normal(size=(20, 1)), 4, axis=0)
    alone = np.ptp(bootstrap_r(predicted, truth, 2000, 0))
    whole = np.ptp(bootstrap_r(predicted, truth, 2000, 0, np.repeat(np.arange(20), 4)))
    assert whole > 1.6 * alone


def test_no_interval_of_predictions_that_are_all_equal():
    low, high = bootstrap_r(np.ones((5, 1)), np.arange(5.0)[:, None], 50, 0)
    assert np.isnan(low)
    assert np.isnan(high)


@pytest.mark.parametrize(
    "wrong", [{"folds": 1}, {"repeats": 0}, {"permutations": -1}, {"bootstraps": 1}]
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match=f"{next(iter(wrong))} must be at least"):
        CrossValidation(**wrong)
