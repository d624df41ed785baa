"""What holds for every score in the registry."""

from dataclasses import fields, is_dataclass

import pytest

from attnconn_core.scoring import SCORES, Score, Scored, score_from
from attnconn_core.scoring.score import READS

QUICK = {
    "fingerprint": {"permutations": 0, "resamples": 2},
    "behaviour": {"folds": 3, "repeats": 1, "permutations": 0},
    "group_contrast": {
        "column": "Family_ID",
        "first": "family-1",
        "second": "family-2",
        "permutations": 1,
    },
}


def make(name):
    return score_from(SCORES[name], QUICK.get(name, {}))


def test_scores_are_listed_in_the_order_in_which_they_are_shown():
    known = ["fingerprint", "forecast_skill", "reliability", "behaviour", "group_contrast"]
    known.append("penalty_identification")
    assert [name for name in SCORES if name in known] == known


@pytest.mark.parametrize("name", SCORES)
def test_a_score_says_what_it_is(name):
    kind = SCORES[name]
    assert kind.name == name
    assert kind.label
    assert kind.description.endswith(".")
    assert kind.reads <= READS
    assert is_dataclass(kind)
    described = "".join(each.__doc__ or "" for each in kind.mro() if is_dataclass(each))
    assert [each.name for each in fields(kind) if each.name not in described] == []
    assert isinstance(make(name), Score)


@pytest.mark.parametrize("name", SCORES)
def test_a_score_reads_what_it_declares_and_nothing_else(make_study, name):
    study = make_study()
    scored = make(name).score(study)
    assert study.read == SCORES[name].reads
    assert isinstance(scored, Scored)
    assert next(iter(scored.tables)) == "scores"
    assert {each.name for each in study.methods} & set(scored.tables["scores"]["method"])
