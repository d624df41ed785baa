"""Motion that can't be what it says."""

import numpy as np
import pytest

from attnconn_core.sources.motion_doubts import doubtful_motion, summarise_motion

RULE = {"max_motion_mean": 0.3}


def moved(seed: int, factor: float = 1.0) -> np.ndarray:
    """A run's motion as HCP writes it: 0 at first, then some 0.1 mm."""
    values = factor * np.random.default_rng(seed).gamma(3, 0.035, 200)
    values[0] = 0
    return np.round(values, 6)


def cohort(factor: float = 1.0, n: int = 8) -> dict[str, list[np.ndarray]]:
    return {f"s{k}": [moved(2 * k, factor), moved(2 * k + 1, factor)] for k in range(n)}


def doubts(motions, rules=RULE):
    return doubtful_motion({key: summarise_motion(each) for key, each in motions.items()}, rules)


def test_people_who_move_more_or_less_are_not_doubted():
    motions = cohort()
    motions["still"] = [0.3 * each for each in motions["s0"]]
    motions["restless"] = [8 * each for each in motions["s1"]]
    assert doubts(motions) == {}
    assert doubts({**motions, "unknown": []}) == {}


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([np.zeros(200), np.zeros(200)], "its motion is 0 mm in every frame: was it measured?"),
        ([moved(90), np.zeros(200)], "its motion is 0 mm in every frame of run 2: was it"),
        ([np.full(200, 0.12), moved(90)], "its motion is 0.12 mm in every frame of run 1: a mean"),
        (
            [np.r_[0, np.full(199, 0.12)], moved(90)],
            "its motion is 0.119 mm in every frame of run 1: a mean",
        ),
        ([moved(90, 0.004), moved(91, 0.004)], "its mean motion is 0.00046 mm, and that of most"),
        ([moved(90, 1000), moved(91)], "its mean motion of run 1 is 1.1e+02 mm, and that of most"),
        ([moved(0), moved(1)], "its motion is in every frame that of s0: a copied file?"),
        (
            [moved(90), moved(90)],
            "its motion of runs 1 and 2 is one and the same in every frame: a copied file?",
        ),
        ([moved(90), moved(3)], "its motion of run 2 is in every frame that of s1: a copied file?"),
    ],
)
def test_each_kind_is_said_with_the_value_the_rule_and_what_to_do(runs, said):
    found = doubts({**cohort(), "odd": runs})
    assert said in found["odd"]
    assert "max_motion_mean (0.3 mm) is applied to it all the same" in found["odd"]
    assert "leave the session out (exclude.sessions)" in found["odd"]
    assert set(found) <= {"odd", "s0", "s1"}


def test_both_holders_of_one_motion_are_named():
    found = doubts({**cohort(), "odd": [moved(0), moved(1)]})
    assert "that of odd" in found["s0"]
    assert "that of s0" in found["odd"]


def test_a_cohort_in_centimetres_is_said_of_everybody():
    found = doubts(cohort(0.1))
    assert set(found) == set(cohort())
    assert len(set(found.values())) == 1
    assert "is it written in centimetres" in found["s0"]


def test_without_a_rule_none_is_named():
    found = doubts({**cohort(), "odd": [np.zeros(200)]}, {})
    assert "held against" not in found["odd"]


def test_few_sessions_are_not_held_against_their_median():
    assert doubts(cohort(0.1, n=3)) == {}
