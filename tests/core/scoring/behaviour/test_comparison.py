import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import (
    CrossValidation,
    compare_behaviours,
    corrected_resampled_t,
    score_behaviours,
)


def folds_of(shift, seed=0, targets=("a", "b")):
    rng = np.random.default_rng(seed)
    where = [(t, r, f) for t in targets for r in range(3) for f in range(5)]
    table = pd.DataFrame(where, columns=["target", "repeat", "fold"])
    return table.assign(error=rng.normal(1 + shift, 0.1, len(table)), tested=12, trained=48)


def test_every_pair_and_target_is_the_corrected_t_of_their_errors():
    first, second = folds_of(0), folds_of(0.3, seed=1)
    both = pd.concat([first.assign(method="good"), second.assign(method="bad")])
    table = compare_behaviours(both)
    assert table["target"].tolist() == ["a", "b", "(all targets)"]
    difference = second["error"] - first["error"]
    for name in ("a", "b"):
        row = table.set_index("target").loc[name]
        expected = corrected_resampled_t(difference[first["target"] == name].to_numpy(), 0.25)
        np.testing.assert_allclose([row["t"], row["p"], row["df"]], expected)
    mean = (difference[:15].to_numpy() + difference[15:].to_numpy()) / 2
    np.testing.assert_allclose(table["t"].iloc[2], corrected_resampled_t(mean, 0.25)[0])
    assert (table["difference"] > 0.1).all()
    assert table[["first", "second"]].drop_duplicates().to_numpy().tolist() == [["good", "bad"]]


def test_p_is_corrected_for_pairs_of_a_target_and_q_for_the_targets_of_a_pair():
    targets = ("a", "b", "c", "d")
    shifts = {"one": 0.0, "two": 0.02, "three": 0.05}
    table = compare_behaviours(
        pd.concat(
            folds_of(shift, seed, targets).assign(method=name)
            for seed, (name, shift) in enumerate(shifts.items())
        )
    )
    for _, pairs in table.groupby("target"):
        expected = multipletests(pairs["p"], method="holm")[1]
        np.testing.assert_allclose(pairs["p_holm"], expected)
    single = table[table["target"] != "(all targets)"]
    for _, each in single.groupby(["first", "second"]):
        np.testing.assert_allclose(each["q"], multipletests(each["p"], method="fdr_bh")[1])
    assert table.loc[table["target"] == "(all targets)", "q"].isna().all()


def test_edges_that_tell_beat_edges_that_do_not():
    rng = np.random.default_rng(2)
    edges = rng.normal(size=(100, 20))
    targets = pd.DataFrame({"a": edges[:, :3].sum(axis=1) + rng.normal(size=100)})
    plan = CrossValidation(folds=5, repeats=3)
    noise = rng.normal(size=(100, 20))
    scored = {"edges": edges, "noise": noise}
    table = compare_behaviours(
        pd.concat(
            score_behaviours(x, targets, cross_validation=plan).folds.assign(method=name)
            for name, x in scored.items()
        )
    )
    assert table["difference"].iloc[0] > 0
    assert table["p"].iloc[0] < 0.05


def test_one_method_has_nothing_to_be_compared_with():
    assert compare_behaviours(folds_of(0).assign(method="only")).empty


def test_two_errors_for_one_fold_are_refused():
    twice = pd.concat([folds_of(0), folds_of(0)]).assign(method="m")
    with pytest.raises(ParameterError, match="one error per target"):
        compare_behaviours(twice)
