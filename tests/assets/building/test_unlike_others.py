"""What is said of sessions that are unlike the others, by what `time_series` recorded."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from attnconn_assets.building.likeness import suspicious_beside_others
from attnconn_assets.building.unlike_others import PROFILE, unlike_in_words
from tests.core.timeseries.profiles import FRAMES, REGIONS, cohort, scan, study
from tests.core.timeseries.test_two_groups import (
    in_another_order,
    of_another_time,
    some,
    without_global_signal,
)

RNG = np.random.default_rng(0)
ORDER = RNG.permutation(REGIONS)


def facts(**replaced):
    told = {key: {PROFILE: asdict(each)} for key, each in cohort(**replaced).items()}
    return json.loads(json.dumps(told))


def said_of(change, **settings):
    profiles, _ = study(change, **settings)
    told = {key: {PROFILE: asdict(each)} for key, each in profiles.items()}
    return unlike_in_words(json.loads(json.dumps(told)))


def noisy(values):
    values = values.copy()
    values[:, [2, 9]] = RNG.normal(size=(FRAMES, 2))
    return values


def later(change):
    return lambda each: np.concatenate([each[:200], change(each[200:])])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (RNG.permutation, ["correlates by 0.0", "by 0.7", "so its frames are in another order?"]),
        (lambda each: RNG.normal(size=each.shape), ["noise in place of a signal?"]),
        (lambda each: each[::3], ["another repetition time, filter or smoothing, or frames in"]),
        (lambda each: each[1:] + each[:-1], ["filter or smoothing, or interpolated frames?"]),
        (noisy, ["2 of its regions (columns 3, 10) look like noise", "regions without signal"]),
        (
            lambda each: np.concatenate([each[:, :12], scan(77)[:, 12:]], axis=1),
            ["its first half of regions and its last are nearly unconnected", "times as strong"],
        ),
        (
            lambda each: np.where(np.arange(REGIONS) % 2, each, scan(77)),
            ["every other of its regions (1, 3, 5, …) and those between are nearly"],
        ),
        (lambda each: each[:, ORDER], ["its connectivity correlates", "in another order, another"]),
        (
            later(lambda each: np.roll(each, -1, axis=1)),
            ["the two halves of the scan correlates by", "were cells of a table shifted"],
        ),
        (
            later(lambda each: each[:, ORDER]),
            ["in the second half of the scan", "were regions rearranged"],
        ),
    ],
)
def test_the_sentence_holds_the_values_the_causes_and_what_to_do(change, said):
    found = suspicious_beside_others(facts(s3=change(scan(3))))
    assert list(found) == ["s3"]
    for part in (*said, "or leave it out (exclude: {sessions: […]})"):
        assert part in found["s3"]
    assert found["s3"].count("leave it out") == 1


def test_a_cohort_that_is_alike_has_nothing_said_of_it():
    assert suspicious_beside_others(facts()) == {}


def test_older_facts_have_no_profile():
    told = facts(s3=scan(3)[:, ORDER])
    assert set(unlike_in_words({**told, "old": {}})) == {"s3"}
    assert unlike_in_words({"old": {}, "older": {}}) == {}


@pytest.mark.parametrize(
    ("change", "subjects", "said"),
    [
        (
            in_another_order,
            (5, 6, 7),
            ["one of 6 sessions of subjects 5, 6, 7 whose connectivity", "the other 10", "atlas"],
        ),
        (
            without_global_signal,
            (5, 6, 7),
            ["has 0.0", "if they are independent", "was the global signal regressed out of one"],
        ),
        (
            of_another_time,
            (2, 3),
            ["one of 4 sessions of subjects 2, 3 with fewer frames", "another repetition time?"],
        ),
        (
            of_another_time,
            (0, 1, 2, 3, 4, 5),
            ["one of 4 sessions of subjects 6, 7 with more frames"],
        ),
        (lambda each: each[1:] + each[:-1], (1, 4), ["repetition time, filter or smoothing?"]),
    ],
)
def test_two_groups_are_said_once_of_each_session_of_the_smaller(change, subjects, said):
    found = said_of(some(change, *subjects))
    (sentence,) = set(found.values())
    assert len(found) == (4 if len(subjects) != 3 else 6)
    for part in (*said, "Process all alike, or study one group (exclude: {sessions: […]})"):
        assert part in sentence
    assert "as large" not in sentence


def test_of_groups_as_large_it_is_said_that_none_is_known_to_be_right():
    found = said_of(some(in_another_order, 0, 1, 2, 3))
    assert list(found) == [f"sub-{each}_ses-{k}" for each in (4, 5, 6, 7) for k in (0, 1)]
    (sentence,) = set(found.values())
    assert "Both groups are equally large, so either may be the wrong one." in sentence


def test_a_session_of_a_group_that_is_wrong_in_another_way_is_said_so():
    def change(subject, session, values):
        values = noisy(values) if (subject, session) == (6, 1) else values
        return in_another_order(values) if subject > 4 else values

    found = said_of(change)
    assert "look like noise" in found["sub-6_ses-1"]
    assert "one of 6 sessions" in found["sub-6_ses-0"]


def test_a_subject_whose_sessions_agree_is_asked_about_and_not_called_wrong():
    found = said_of(some(in_another_order, 3))
    assert list(found) == ["sub-3_ses-0", "sub-3_ses-1"]
    for sentence in found.values():
        assert "with that of its subject's other sessions it correlates by 0.9" in sentence
        assert "so the subject itself differs, or all its scans" in sentence
        assert "If so, correct them, or leave the subject out" in sentence


def test_a_session_unlike_all_others_is_held_against_its_subjects_own():
    def change(subject, session, values):
        return in_another_order(values) if (subject, session) == (3, 1) else values

    (sentence,) = said_of(change).values()
    assert "other sessions it correlates by 0.0" in sentence
    assert "(0.94 in most subjects): regions in another order" in sentence
    found = said_of(change, spread=2.0)
    assert list(found) == ["sub-3_ses-0", "sub-3_ses-1"]
    for sentence in found.values():
        assert "with that of its subject's other sessions, and by 0.96 in most" in sentence
        assert "any of them may be the wrong one: " in sentence
