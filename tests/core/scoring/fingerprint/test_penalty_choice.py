import numpy as np
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import cross_fitted_identification, fingerprint

PENALTIES = (0.1, 1.0, 10.0)


def stacks(signal, subjects=8, regions=8, seed=0):
    """Every penalty's matrices: those of subjects, with as much noise as it leaves."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(subjects, regions, regions))
    return {
        penalty: tuple(strength * own + rng.normal(size=own.shape) for _ in range(2))
        for penalty, strength in zip(PENALTIES, signal, strict=True)
    }


def test_the_penalty_that_identifies_is_chosen_and_scored():
    matrices = stacks((0.0, 2.0, 0.1))
    found = cross_fitted_identification(matrices, symmetric=False)
    assert found.penalties.tolist() == [1.0] * 8
    whole = fingerprint(*matrices[1.0], symmetric=False, permutations=0)
    assert found.hits.tolist() == whole.hits.tolist()
    assert found.margin.tolist() == whole.margin.tolist()
    assert found.accuracy == whole.hits.mean() == 1


def test_a_subject_s_data_have_no_part_in_its_own_penalty():
    matrices = stacks((0.3, 0.35, 0.4), seed=2)
    before = cross_fitted_identification(matrices, symmetric=False).penalties
    assert len(set(before)) > 1  # a choice that hangs by a thread
    changed = False
    rng = np.random.default_rng(3)
    for subject in range(8):
        again = {p: tuple(each.copy() for each in pair) for p, pair in matrices.items()}
        for pair in again.values():
            for each in pair:
                each[subject] = 100 * rng.normal(size=each[subject].shape)
        after = cross_fitted_identification(again, symmetric=False).penalties
        assert after[subject] == before[subject]
        changed |= bool((after != before).any())
    assert changed  # of others it has


def test_of_many_subjects_a_tenth_is_judged_at_what_the_others_choose():
    matrices = stacks((0.1, 0.12, 0.14), subjects=23, regions=5, seed=1)
    found = cross_fitted_identification(matrices, symmetric=False)
    for fold in range(10):
        inside = np.arange(23) % 10 == fold
        others = {p: tuple(each[~inside] for each in pair) for p, pair in matrices.items()}
        hits = {
            p: fingerprint(*pair, symmetric=False, permutations=0).hits.mean()
            for p, pair in others.items()
        }
        (chosen,) = set(found.penalties[inside])
        assert hits[chosen] == max(hits.values())
    assert len(set(found.penalties)) > 1


def test_noise_is_identified_at_chance():
    """Read at a penalty of its own, a subject would be recognised by the penalty."""
    accuracies = [
        cross_fitted_identification(
            stacks((0, 0, 0), subjects=6, regions=5, seed=seed), symmetric=False
        ).accuracy
        for seed in range(60)
    ]
    error = np.std(accuracies) / np.sqrt(60)
    assert abs(np.mean(accuracies) - 1 / 6) < 3 * error


def test_equal_penalties_leave_the_first():
    one = stacks((1.0, 0, 0))[0.1]
    found = cross_fitted_identification({3.0: one, 1.0: one}, symmetric=False)
    assert set(found.penalties) == {3.0}


def test_too_little_to_choose_among_is_an_error():
    with pytest.raises(ParameterError, match="at least one to try; got none"):
        cross_fitted_identification({})
    with pytest.raises(ParameterError, match="folds must be at least 2; got 1"):
        cross_fitted_identification(stacks((1, 1, 1)), folds=1)
    with pytest.raises(ParameterError, match="2 other subjects; got 2 in all"):
        cross_fitted_identification(stacks((1, 1, 1), subjects=2))
