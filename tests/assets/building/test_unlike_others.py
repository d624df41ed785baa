"""What is said of sessions that are unlike the others, by what `time_series` recorded."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from attnconn_assets.building.likeness import suspicious_beside_others
from attnconn_assets.building.unlike_others import PROFILE, unlike_in_words
from tests.core.timeseries.profiles import FRAMES, REGIONS, cohort, scan

RNG = np.random.default_rng(0)
ORDER = RNG.permutation(REGIONS)


def facts(**replaced):
    told = {key: {PROFILE: asdict(each)} for key, each in cohort(**replaced).items()}
    return json.loads(json.dumps(told))


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
            ["its first half of regions and its last have little to do", "times as strong"],
        ),
        (
            lambda each: np.where(np.arange(REGIONS) % 2, each, scan(77)),
            ["every other of its regions (1, 3, 5, …) and those between have little"],
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
