import numpy as np
import pandas as pd
import pytest

from attnconn_core.scoring import CrossValidation, score_behaviours
from attnconn_core.scoring.behaviour.answers import Answer, scores_table
from attnconn_core.scoring.behaviour.table import BehaviourTable
from attnconn_core.scoring.comparison.measured import METHOD, NULL_MODEL


def answer(name, p, kind=METHOD, **changed):
    row = {"r": 0.4, "r2": 0.15, "lower": 0.1, "upper": 0.6, "p": p, "subjects": 40}
    targets = [f"target {n}" for n in range(len(p))]
    scores = pd.DataFrame({"target": targets, **(row | changed)})
    none = pd.DataFrame()
    return Answer(name, kind, BehaviourTable(scores, none, none, none, {}))


def stars(**changed):
    return scores_table([answer("a", [0.001, 0.5], **changed)])["star"].tolist()


def test_a_star_takes_subjects_an_interval_and_a_small_q():
    assert stars() == [True, False]
    assert stars(subjects=6) == stars(subjects=28) == [False, False]
    assert stars(subjects=29) == [True, False]
    assert stars(lower=-0.98, upper=0.99, r=0.32) == [False, False]
    assert stars(lower=np.nan) == [False, False]
    assert stars(r2=-0.1) == [False, False]
    assert stars(kind=NULL_MODEL) == [False, False]


def test_q_is_over_every_method_and_target():
    one, five = (
        [answer("a", [0.02])],
        [answer(name, [p]) for name, p in zip("abcde", [0.02] + 4 * [0.9], strict=True)],
    )
    assert scores_table(one)["star"].tolist() == [True]
    assert not scores_table(five)["star"].any()
    with_null = scores_table([*one, answer("null", [0.9], NULL_MODEL)])
    assert with_null["q"].tolist() == [0.02, 0.9]


@pytest.mark.parametrize("subjects", [8, 40])
def test_studies_of_noise_have_a_star_in_fewer_than_one_of_twenty(subjects):
    rng = np.random.default_rng(0)
    studies, marked = 60, 0
    plan = CrossValidation(folds=4, repeats=2, permutations=99)
    for _ in range(studies):
        answers = []
        targets = pd.DataFrame(rng.normal(size=(subjects, 2)), columns=["x", "y"])
        for name in ("a", "b"):
            edges = rng.normal(size=(subjects, 10))
            answers.append(
                Answer(name, METHOD, score_behaviours(edges, targets, cross_validation=plan))
            )
        marked += bool(scores_table(answers)["star"].any())
    assert marked <= (0 if subjects == 8 else 0.05 * studies)
