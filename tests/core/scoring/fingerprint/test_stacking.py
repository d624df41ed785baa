from functools import partial

import numpy as np
import pytest

from attnconn_core.records import Connectivity, Session
from attnconn_core.scoring.fingerprint.stacking import (
    length_notes,
    mean_metric,
    read_pairs,
    stack_by_length,
)


def matrices(value, lengths, **metrics):
    regions = ("a", "b")
    return {
        n: Connectivity(np.full((2, 2), value + n), regions, "any", True, metrics) for n in lengths
    }


def test_only_lengths_that_all_scans_have_are_stacked():
    read = [
        [matrices(0.1, (60, 80, 100)), matrices(0.2, (60, 80, 120))],
        [matrices(0.3, (60, 120)), matrices(0.4, (60, 80, 120))],
    ]
    stacks = stack_by_length(read)
    # The shortest whole scan has 100 frames; every scan counts in full.
    assert list(stacks) == [60, 100]
    assert [side[:, 0, 1].tolist() for side in stacks[60]] == [[60.1, 60.3], [60.2, 60.4]]
    assert [side[:, 0, 1].tolist() for side in stacks[100]] == [[100.1, 120.3], [120.2, 120.4]]


def test_a_length_that_is_whole_for_one_is_no_shorter_length_for_others():
    read = [[matrices(0.0, (60, 80)), matrices(0.0, (60, 80, 120))]] * 2
    assert list(stack_by_length(read)) == [60, 80]
    assert stack_by_length(read)[80][1][0, 0, 1] == 120


def test_the_share_that_was_trained_on_is_counted_over_whole_scans():
    seen, unseen = (matrices(0.0, (60,), saw_subject=value) for value in (1.0, 0.0))
    assert mean_metric([[seen, unseen], [unseen, unseen]], "saw_subject") == 0.25
    assert np.isnan(mean_metric([[matrices(0.0, (60,))] * 2], "saw_subject"))


@pytest.mark.parametrize("method", ["pearson", "granger"])
def test_both_sessions_of_every_pair_are_read(make_study, method):
    study = make_study(subjects=3)
    read = read_pairs(partial(study.matrices, method), study.cohort.pairs())
    assert [len(pair) for pair in read] == [2, 2, 2]
    assert read[1][1] is study.matrices(method, "sub-002_ses-retest")


def test_a_length_that_one_scan_does_not_reach_is_noted():
    pairs = [(Session(n, "1"), Session(n, "2")) for n in ("01", "02")]
    long, short = matrices(0.0, (60, 110, 120)), matrices(0.0, (60, 100))
    (note,) = length_notes([[long, long], [long, short]], pairs)
    assert note == (
        "identification from 110 frames isn't scored, because sub-02_ses-2 has only 100"
    )
    assert length_notes([[long, long], [long, long]], pairs) == ()
