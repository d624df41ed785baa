import numpy as np
import pandas as pd
import pytest

from attnconn_core.scoring import compare_on_units
from attnconn_core.scoring.comparison.paired_tests import compare_methods
from attnconn_core.scoring.comparison.support import Support
from attnconn_core.scoring.comparison.winner import verdict

NAMES = ("a", "b", "c")


def _scores(values, p):
    return pd.DataFrame({"method": NAMES, "value": values, "p_corrected": p})


def _pairs(values):
    return compare_methods(values, NAMES).rename(columns={"p_holm": "p_corrected"})


def test_one_winner_needs_to_beat_everyone():
    values = np.random.default_rng(0).normal(size=(20, 3)) * 0.1 + [1.0, 0.5, 0.45]
    found = verdict(_scores([1.0, 0.5, 0.45], [0.001] * 3), _pairs(values))
    assert found.winner == "a"
    assert found.sentence == "better than every other method"


def test_two_that_cannot_be_told_apart_both_lead():
    values = np.random.default_rng(0).normal(size=(20, 3)) * 0.1 + [1.0, 1.0, 0.1]
    found = verdict(_scores([1.0, 1.0, 0.1], [0.001] * 3), _pairs(values))
    assert found.winner is None
    assert set(found.leaders) == {"a", "b"}


def test_nobody_wins_where_all_fail():
    values = np.random.default_rng(0).normal(size=(20, 3)) * 0.1 + [1.0, 0.5, 0.45]
    found = verdict(_scores([1.0, 0.5, 0.45], [0.5, 0.9, 1.0]), _pairs(values))
    assert found.winner is None
    assert found.leaders == ()
    assert "none of 3 methods is shown to beat the reference" in found.sentence


def test_one_that_fails_against_the_reference_leads_nobody():
    values = np.random.default_rng(0).normal(size=(20, 3)) * 0.1 + [1.0, 0.5, 0.45]
    found = verdict(_scores([1.0, 0.5, 0.45], [0.5, 0.01, 0.01]), _pairs(values))
    assert found.winner is None
    assert "a" not in found.leaders


def test_what_was_not_tested_is_said_to_be_so():
    values = np.random.default_rng(0).normal(size=(20, 3))
    found = verdict(_scores([1.0, 0.5, 0.45], [np.nan] * 3), _pairs(values))
    assert found.winner is None
    assert "none of 3 methods was tested" in found.sentence


def test_few_units_name_nobody_and_say_how_many_it_takes():
    values = np.random.default_rng(0).normal(size=(14, 3)) * 0.1 + [1.0, 0.5, 0.45]
    scores, pairs = _scores([1.0, 0.5, 0.45], [0.001] * 3), _pairs(values)
    assert verdict(scores, pairs, Support(15)).winner == "a"
    few = verdict(scores, pairs, Support(14, for_difference=4.0))
    assert (few.winner, few.leaders) == (None, ())
    assert few.sentence == (
        "14 subjects are too few to name a winner; at least 15 are needed; 3 of 3 methods are "
        "above the reference (corrected p < .05); the difference seen between the two highest "
        "would need no more than 15 subjects"
    )
    below = verdict(_scores([1.0, 0.5, 0.45], [0.2] * 3), pairs, Support(14, for_reference=90.0))
    assert below.sentence.endswith(
        "are needed; 0 of 3 methods are above the reference (corrected p < .05); if its observed "
        "lead over the reference is true, the highest would need about 90 subjects"
    )


def test_that_no_method_could_be_above_the_reference_is_said():
    values = np.random.default_rng(0).normal([9.0, 8.0, 7.0], size=(5, 3))
    reference = pd.Series(0.0, range(5))
    found = compare_on_units(pd.DataFrame(values, columns=["a", "b", "c"]), reference)
    assert found.scores["p"].tolist() == [1 / 32] * 3
    assert found.support.least_p == found.scores["p_corrected"].min() == 3 / 32
    assert (
        "0 of 3 methods are above the reference (corrected p < .05), which 5 subjects can't show: "
        "p is 0.094 or more"
    ) in found.verdict.sentence
    enough = np.random.default_rng(0).normal(size=(8, 3)) - 9.0
    found = compare_on_units(pd.DataFrame(enough), pd.Series(0.0, range(8)))
    assert "can't show" not in found.verdict.sentence


def test_how_many_it_takes_stands_where_nobody_wins():
    values = np.random.default_rng(0).normal(size=(20, 3)) * 0.1 + [1.0, 1.0, 0.1]
    support = Support(20, "data sets", for_reference=40.0, for_difference=np.inf)
    tied = verdict(_scores([1.0, 1.0, 0.1], [0.001] * 3), _pairs(values), support)
    assert tied.sentence.endswith("two highest would need more than 5,000 data sets")
    failed = verdict(_scores([1.0, 1.0, 0.1], [0.2] * 3), _pairs(values), support)
    assert failed.sentence.endswith(
        "if its observed lead over the reference is true, the highest would need about 40 data "
        "sets; the difference seen "
        "between the two highest would need more than 5,000 data sets"
    )
    unknown = verdict(_scores([1.0, 1.0, 0.1], [0.2] * 3), _pairs(values), Support(20))
    assert unknown.sentence == "none of 3 methods is shown to beat the reference"


@pytest.mark.parametrize("lower", [-0.98, 0.0])
def test_an_interval_that_reaches_the_reference_beats_nothing(lower):
    values = np.random.default_rng(0).normal(size=(40, 3)) * 0.1 + [1.0, 0.5, 0.45]
    scores = _scores([0.32, 0.1, 0.1], [0.01] * 3).assign(lower=[lower, -1, -1], reference=0.0)
    assert verdict(scores, _pairs(values), Support(40)).leaders == ()
    above = scores.assign(lower=[0.01, -1, -1])
    assert verdict(above, _pairs(values), Support(40)).winner == "a"
    assert verdict(above.assign(above_lower=-0.1), _pairs(values), Support(40)).leaders == ()


def test_an_interval_of_the_difference_around_0_parts_nobody():
    values = np.random.default_rng(0).normal(size=(40, 3)) * 0.1 + [1.0, 0.5, 0.45]
    pairs = _pairs(values)
    wide = pairs.assign(lower=-1.0, upper=1.0)
    scores = _scores([1.0, 0.5, 0.45], [0.001] * 3)
    assert verdict(scores, pairs, Support(40)).winner == "a"
    assert verdict(scores, wide, Support(40)).leaders == NAMES


@pytest.mark.parametrize("units", [6, 15])
def test_studies_of_noise_name_a_winner_in_fewer_than_one_of_twenty(units):
    rng = np.random.default_rng(0)
    reference = pd.Series(np.zeros(units))
    winners = leaders = 0
    for _ in range(100):
        values = pd.DataFrame(rng.normal(size=(units, 3)), columns=NAMES)
        found = compare_on_units(values, reference).verdict
        winners += found.winner is not None
        leaders += bool(found.leaders)
    assert winners <= 0.05 * 100
    assert leaders <= (0 if units == 6 else 0.05 * 100 + 2 * np.sqrt(100 * 0.05 * 0.95))


def test_equal_methods_above_the_reference_have_no_winner():
    """Each subject is good or bad at everything: differences between methods are noise."""
    rng = np.random.default_rng(0)
    reference = pd.Series(np.zeros(15))
    winners = 0
    for _ in range(200):
        values = pd.DataFrame(
            rng.normal(5, 1, (15, 1)) + rng.normal(size=(15, 2)), columns=["a", "b"]
        )
        winners += compare_on_units(values, reference).verdict.winner is not None
    assert winners <= 0.05 * 200 + 2 * np.sqrt(200 * 0.05 * 0.95)
