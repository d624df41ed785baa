from dataclasses import replace

import numpy as np
import pytest

from attnconn_core.scoring import Fingerprint
from attnconn_core.scoring.fingerprint.swaps import swap_notes, swapped_subjects

QUICK = Fingerprint(permutations=0, resamples=10)


def similarity(subjects, swapped=(), seed=0, own=1.0):
    """Similarities of everyone with their own retest, or with that of the next in their ring."""
    values = np.random.default_rng(seed).normal(0, 0.1, (subjects, subjects))
    partner = np.arange(subjects)
    for ring in swapped:
        partner[list(ring)] = np.roll(ring, -1)
    values[np.arange(subjects), partner] += own
    return values


def one_pool(subjects):
    return np.zeros(subjects, dtype=int)


def test_two_who_identify_each_other_are_named():
    both = {"a": similarity(6, [(1, 4)]), "b": similarity(6, [(1, 4)], 1)}
    noise = {"c": similarity(6, own=0.0)}
    assert swapped_subjects(both | noise, one_pool(6)) == {(1, 4): ["a", "b"]}
    (note,) = swap_notes(both | noise, one_pool(6), list("uvwxyz"))
    assert note == (
        "the retest of v resembles the test of y, and the retest of y the test of v, by 2 of 3 "
        "methods (all that identify the other subjects): were two sessions swapped?"
    )


def test_every_method_that_identifies_the_others_must_agree():
    one = {"a": similarity(8, [(1, 4)])}
    assert swapped_subjects(one | {"b": similarity(8)}, one_pool(8)) == {}
    assert list(swapped_subjects(one, one_pool(8))) == [(1, 4)]


def test_one_direction_is_no_swap():
    values = similarity(7, [(1, 4)])
    values[4, 1] -= 1  # the test of 4 is like nobody's retest
    assert swapped_subjects({"a": values}, one_pool(7)) == {}


@pytest.mark.parametrize(("subjects", "found"), [(5, False), (6, True)])
def test_four_others_are_needed(subjects, found):
    values = {"a": similarity(subjects, [(0, 1)])}
    assert bool(swapped_subjects(values, one_pool(subjects))) is found


def test_two_swaps_do_not_hide_each_other():
    values = {"a": similarity(8, [(0, 1), (2, 7)])}
    assert list(swapped_subjects(values, one_pool(8))) == [(0, 1), (2, 7)]


def test_a_ring_of_three_is_named_in_its_order():
    both = {"a": similarity(8, [(1, 6, 3)]), "b": similarity(8, [(1, 6, 3)], 1)}
    assert swapped_subjects(both, one_pool(8)) == {(1, 6, 3): ["a", "b"]}
    (note,) = swap_notes(both, one_pool(8), list("stuvwxyz"))
    assert note == (
        "tests resemble other subjects' retests in a ring, t → y, y → v, v → t, by 2 of 2 methods "
        "(all that identify the other subjects): were 3 sessions swapped, or their names shifted?"
    )


def test_rings_of_every_length_are_found_beside_each_other():
    rings = [(0, 5), (1, 3, 2, 7), (4, 9, 6)]
    assert list(swapped_subjects({"a": similarity(14, rings)}, one_pool(14))) == rings


@pytest.mark.parametrize(("subjects", "found"), [(7, False), (8, True), (60, True)])
def test_a_whole_cohort_may_be_shifted_by_one(subjects, found):
    values = {"a": similarity(subjects, [tuple(range(subjects))])}
    assert bool(swapped_subjects(values, one_pool(subjects))) is found
    (note,) = swap_notes(values, one_pool(60), [*map(str, range(60))]) if subjects == 60 else [""]
    assert len(note) < 300


def test_a_ring_that_one_subject_breaks_is_none():
    values = similarity(9, [(0, 1, 2)])
    values[2, 0] -= 1  # the test of 2 is like nobody's retest
    assert swapped_subjects({"a": values}, one_pool(9)) == {}


def test_pools_are_looked_at_by_themselves():
    pools = np.arange(14) % 2
    values = similarity(14, [(0, 2), (1, 5)])
    values[pools[:, None] != pools] = np.nan
    assert list(swapped_subjects({"a": values}, pools)) == [(0, 2), (1, 5)]


def test_noise_hardly_ever_looks_swapped():
    """By chance a pair crosses in one of (n - 1)^2 cohorts or so; others aren't identified then."""
    draws = ({"a": similarity(6, seed=seed, own=0.0)} for seed in range(4000))
    assert sum(bool(swapped_subjects(draw, one_pool(6))) for draw in draws) <= 4


def test_a_cohort_that_is_identified_has_no_swap():
    """Of strong, medium and weak fingerprints, fewer than one in a hundred is taken for a swap."""
    found = 0
    for seed in range(1500):
        own = (0.1, 0.2, 0.3)[seed % 3]
        found += bool(swapped_subjects({"a": similarity(10, seed=seed, own=own)}, one_pool(10)))
    assert found <= 15


def test_swapped_scans_are_said_in_the_notes(make_study, monkeypatch):
    study = make_study(subjects=8)
    other = {"sub-002_ses-retest": "sub-007_ses-retest", "sub-007_ses-retest": "sub-002_ses-retest"}
    swapped = False
    read = study.matrices

    def of_subjects(method, key):
        """Matrices that are the subject's, up to a little noise."""
        key = other.get(key, key) if swapped else key
        own = np.random.default_rng(int(key[4:7])).normal(size=(6, 6))
        noise = np.random.default_rng(len(key)).normal(size=(6, 6))
        values = own + own.T + 0.1 * (noise + noise.T)
        return {n: replace(each, values=values) for n, each in read(method, key).items()}

    monkeypatch.setattr(study, "matrices", of_subjects)
    assert not any("swapped" in note for note in QUICK.score(study).notes)
    swapped = True
    (note,) = (each for each in QUICK.score(study).notes if "swapped" in each)
    assert note.startswith("the retest of 002 resembles the test of 007, and the retest of 007")
    assert "by 3 of 3 methods (all that identify the other subjects)" in note
