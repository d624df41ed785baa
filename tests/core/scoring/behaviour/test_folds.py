import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import KFold

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import assign_folds
from attnconn_core.scoring.behaviour.folds import inner_folds


def test_without_groups_they_are_scikit_learns():
    fold = assign_folds(23, 5, 42)
    for number, (_, tested) in enumerate(KFold(5, shuffle=True, random_state=42).split(fold)):
        assert np.flatnonzero(fold == number).tolist() == tested.tolist()


@settings(deadline=None, max_examples=40)
@given(
    families=st.lists(st.integers(1, 4), min_size=6, max_size=15),
    folds=st.integers(2, 6),
    seed=st.integers(0, 1000),
)
def test_a_family_is_in_one_fold_and_every_fold_is_used(families, folds, seed):
    groups = np.repeat([f"family-{number}" for number in range(len(families))], families)
    fold = assign_folds(len(groups), folds, seed, groups)
    assert set(fold) == set(range(folds))
    for family in set(groups):
        assert len(set(fold[groups == family])) == 1


def test_the_seed_decides():
    assert np.array_equal(assign_folds(30, 5, 1), assign_folds(30, 5, 1))
    assert not np.array_equal(assign_folds(30, 5, 1), assign_folds(30, 5, 2))


@pytest.mark.parametrize(
    ("many", "folds", "groups", "message"),
    [
        (10, 1, None, "folds must be 2 or more, and no more than the 10 subjects; got 1"),
        (3, 4, None, "the 3 subjects; got 4"),
        (4, 3, ["a", "a", "b", "b"], "the 2 groups; got 3"),
        (3, 2, ["a", "b"], "one group for each of 3 subjects; got 2"),
        (3, 2, ["a", None, "b"], "1 have none, the first at index 1"),
        (3, 2, ["a", "b", float("nan")], "1 have none, the first at index 2"),
    ],
)
def test_impossible_folds_are_refused(many, folds, groups, message):
    with pytest.raises(ParameterError, match=message):
        assign_folds(many, folds, 0, groups)


def test_inner_folds_divide_who_trains_and_keep_families_together():
    families = np.repeat(np.arange(20), 2)
    fold = assign_folds(40, 4, 0, families)
    inner = inner_folds(fold, 0, families)
    assert inner.shape == (4, 40)
    for number, row in enumerate(inner):
        assert np.array_equal(row == -1, fold == number)
        assert len(np.unique(row[row >= 0])) == 5
        assert np.array_equal(row[::2], row[1::2])
    alone = inner_folds(fold, 0)
    assert not np.array_equal(alone[:, ::2], alone[:, 1::2])
