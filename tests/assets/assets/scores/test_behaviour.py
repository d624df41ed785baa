"""Behaviour as an asset: what its tables hold, and how settings change them."""

import numpy as np
import pandas as pd
import pytest

from attnconn_assets.assets.scores.behaviour import METHOD, NULL_MODEL, _question
from attnconn_assets.study.settings import BehaviourSettings
from attnconn_assets.study.study import load_study
from attnconn_core.errors import ParameterError


@pytest.fixture
def phenotypes() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(6, 3)), columns=["Score", "Other", "Age"])
    table["Site"] = list("aabbcc")
    return table


def test_confounds_are_no_targets_and_words_are_coded(phenotypes: pd.DataFrame) -> None:
    settings = BehaviourSettings(confounds=("Age", "Site"), adjust="target_and_features")
    question = _question(settings, phenotypes)
    assert list(question.targets) == ["Score", "Other"]
    assert question.confounds is not None
    assert question.confounds.values.shape == (6, 3)
    assert question.confounds.from_features
    asked = BehaviourSettings(confounds=("Age",), targets=("Age", "Score"))
    assert list(_question(asked, phenotypes).targets) == ["Score"]
    plain = _question(BehaviourSettings(), phenotypes)
    assert plain.confounds is None
    assert list(plain.targets) == ["Score", "Other", "Age"]


def test_who_lacks_a_confound_has_no_target(phenotypes: pd.DataFrame) -> None:
    phenotypes.loc[2, "Age"] = np.nan
    question = _question(BehaviourSettings(confounds=("Age",)), phenotypes)
    assert question.targets.isna().all(axis=1).tolist() == [i == 2 for i in range(6)]


def test_a_confound_that_is_not_there_is_named(phenotypes: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="missing: Motion"):
        _question(BehaviourSettings(confounds=("Motion",)), phenotypes)


def test_methods_and_null_models_stand_in_one_table(write_study, instance, run_line) -> None:
    more = {
        "folds": 3,
        "targets": ["Score"],
        "confounds": ["Null"],
        "repeats": 2,
        "permutations": 20,
    }
    methods = ["pearson", "partial"]
    study = load_study(write_study(n_subjects=8, methods=methods, behaviour=more))
    run_line(study, instance)
    folder = study.store_folder / "behaviour"
    read = {path.name.split(".")[-2]: pd.read_parquet(path) for path in folder.rglob("*.parquet")}
    assert set(read) == {"scores", "comparison", "predictions"}
    scores = read["scores"]
    kinds = scores.groupby("kind")["method"].agg(list)
    assert kinds[METHOD] == methods
    assert kinds[NULL_MODEL] == ["null_confounds", *(f"null_mean_{name}" for name in methods)]
    assert scores[["r", "lower", "upper", "r2", "mae", "p", "q"]].notna().all(axis=None)
    assert scores["subjects"].eq(8).all()
    # The one pair, for the one target and over all.
    assert len(read["comparison"]) == 2
    assert len(read["predictions"]) == 8 * len(scores)
