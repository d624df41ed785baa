"""Questions of behaviour: targets, confounds and families of a table of subjects."""

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import Behaviour
from attnconn_core.scoring.behaviour.question import Question


@pytest.fixture
def phenotypes():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(6, 3)), columns=["Score", "Other", "Age"])
    table["Site"] = list("aabbcc")
    return table


def test_confounds_are_no_targets_and_words_are_coded(phenotypes):
    asked = Behaviour(confounds=("Age", "Site"), adjust="target_and_features")
    question = Question.of(asked, phenotypes)
    assert list(question.targets) == ["Score", "Other"]
    assert question.confounds.values.shape == (6, 3)
    assert question.confounds.from_features
    asked = Behaviour(confounds=("Age",), targets=("Age", "Score"))
    assert list(Question.of(asked, phenotypes).targets) == ["Score"]
    assert Question.of(Behaviour(), phenotypes).confounds is None


def test_categories_are_confounds(phenotypes):
    phenotypes["Site"] = [1, 2, 3, 1, 2, 3]
    question = Question.of(Behaviour(confounds=("Site",), categories=("Site",)), phenotypes)
    assert question.confounds.values.shape == (6, 2)
    with pytest.raises(ParameterError, match=r"among behaviour\.confounds, .* among them: Site"):
        Behaviour(categories=("Site",))


def test_who_lacks_a_confound_has_no_target(phenotypes):
    phenotypes.loc[2, "Age"] = np.nan
    question = Question.of(Behaviour(confounds=("Age",)), phenotypes)
    assert question.targets.isna().all(axis=1).tolist() == [i == 2 for i in range(6)]


def test_a_confound_that_is_not_there_is_named(phenotypes):
    with pytest.raises(ParameterError, match="missing: Motion"):
        Question.of(Behaviour(confounds=("Motion",)), phenotypes)
