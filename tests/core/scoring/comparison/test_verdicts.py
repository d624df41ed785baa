import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from attnconn_core.scoring import (
    ALL_TARGETS,
    compare_behaviours,
    compare_hits,
    compare_on_units,
    compare_targets,
)
from attnconn_core.scoring.comparison.power import (
    standardised_difference,
    units_for_correlation,
    units_for_difference,
)

METHODS = ("a", "b", "c")


def units(means, n=25, seed=0):
    values = np.random.default_rng(seed).normal(means, 0.1, size=(n, len(means)))
    return pd.DataFrame(values, columns=METHODS)


def test_the_best_of_units_wins_only_above_the_reference():
    values = units([0.9, 0.6, 0.6])
    found = compare_on_units(values, pd.Series(np.full(25, 0.5)))
    assert found.verdict.winner == "a"
    scores = found.scores.set_index("method")
    assert (scores["lower"] < scores["value"]).all()
    assert (scores["n"] == 25).all()
    assert (found.support.units, found.support.unit) == (25, "subjects")
    assert np.allclose(scores["value"], values.mean())
    assert np.allclose(scores["p_corrected"], multipletests(scores["p"], method="holm")[1])
    # The same differences between methods, and none of them above what knows nothing.
    failed = compare_on_units(values, pd.Series(np.full(25, 1.0)))
    assert failed.verdict.winner is None
    assert failed.verdict.leaders == ()
    assert failed.pairs.equals(found.pairs)


@pytest.mark.parametrize(("units", "few"), [(4, True), (14, True), (15, False)])
def test_too_few_units_are_not_taken_for_failure(units, few):
    rng = np.random.default_rng(0)
    chance = pd.Series(np.full(units, 0.5))
    good = pd.DataFrame({name: 0.9 + 0.01 * rng.random(units) for name in "abc"})
    found = compare_on_units(good, chance, "data sets").verdict
    assert bool(found.leaders) is not few
    assert (f"{units} data sets are too few" in found.sentence) is few
    poor = compare_on_units(good - 0.5, chance).verdict
    assert ("too few" in poor.sentence) is few


def test_a_method_without_scores_hides_no_other():
    values = units([0.9, 0.6, 0.6])
    values["c"] = np.nan
    found = compare_on_units(values, pd.Series(np.full(25, 0.5)))
    assert found.pairs[["first", "second"]].to_numpy().tolist() == [["a", "b"]]
    assert np.isnan(found.scores.set_index("method").loc["c", "p"])
    alone = compare_on_units(values[["a"]], pd.Series(np.full(25, 0.5)))
    assert alone.pairs.empty
    assert alone.verdict.winner is None
    assert "no other is compared" in alone.verdict.sentence


def identified(p):
    hits = pd.DataFrame(np.random.default_rng(1).random((30, 3)) < [1.0, 0.3, 0.3], columns=METHODS)
    hits = hits.astype(float)
    accuracy = hits.mean().to_numpy()
    scores = pd.DataFrame({"method": METHODS, "accuracy": accuracy, "p_value": p})
    return compare_hits(
        scores.assign(accuracy_lower=accuracy - 0.1, accuracy_upper=accuracy + 0.1), hits, 1 / 30
    )


def test_identification_is_held_against_random_pairings():
    assert identified([0.001, 0.001, 0.001]).verdict.winner == "a"
    assert identified([0.4, 0.3, 0.6]).verdict.leaders == ()
    assert identified([0.001] * 3).scores["reference"].eq(1 / 30).all()


def folds_of(error, method, target, seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame([(r, f) for r in range(5) for f in range(5)], columns=["repeat", "fold"])
    errors = rng.normal(error, 0.05, len(table))
    return table.assign(error=errors, method=method, target=target, tested=12, trained=108)


def behaviour(p_of, r2=0.1, subjects=120, of_subjects=None):
    errors = {"a": 0.4, "b": 0.9, "c": 0.9}
    folds = pd.concat(
        folds_of(error, method, target, seed)
        for seed, (method, error) in enumerate(errors.items())
        for target in ("x", "y")
    )
    scores = pd.DataFrame(
        [(m, t, 1 - e, p_of[m, t]) for m, e in errors.items() for t in ("x", "y")],
        columns=["method", "target", "r", "p"],
    ).assign(lower=0.1, upper=0.9, r2=r2, subjects=subjects)
    return compare_targets(scores, compare_behaviours(folds), of_subjects)


def test_behaviour_is_compared_by_target_and_over_all():
    p_of = {(m, t): p for m, p in (("a", 0.001), ("b", 0.03), ("c", 0.5)) for t in ("x", "y")}
    p_of["c", "y"] = 0.9
    found = behaviour(p_of)
    assert list(found) == ["x", "y", ALL_TARGETS]
    assert [each.verdict.winner for each in found.values()] == ["a", "a", "a"]
    q = multipletests(list(p_of.values()), method="fdr_bh")[1]
    by_target = [found[t].scores.set_index("method").loc[m, "p_corrected"] for m, t in p_of]
    assert by_target == pytest.approx(q)
    over_all = found[ALL_TARGETS].scores.set_index("method")
    # Simes: of two targets the least of 2 p(1) and p(2).
    assert over_all["p"].to_list() == pytest.approx([0.001, 0.03, 0.9])
    assert over_all["value"].to_list() == pytest.approx([0.6, 0.1, 0.1])


@pytest.mark.parametrize("r2", [-0.05, 0.0, np.nan])
def test_nobody_wins_who_explains_nothing(r2):
    p_of = {(m, t): 0.001 for m in METHODS for t in ("x", "y")}
    found = behaviour(p_of, r2)
    assert all(each.verdict.leaders == () for each in found.values())
    assert {each.verdict.sentence for each in found.values()} == {
        "none of 3 methods explains anything (R² ≤ 0)"
    }
    of_one = behaviour(p_of, [r2, 0.1] + 4 * [r2])
    assert [each.verdict.leaders for each in of_one.values()] == [(), ("a",), ("a",)]


def test_nobody_wins_where_no_target_is_predicted():
    found = behaviour({(m, t): 0.2 for m in METHODS for t in ("x", "y")})
    assert all(each.verdict.leaders == () for each in found.values())
    untested = behaviour({(m, t): np.nan for m in METHODS for t in ("x", "y")})
    assert all("was tested" in each.verdict.sentence for each in untested.values())


def test_few_subjects_have_no_winner_and_are_told_how_many_it_takes():
    p_of = {(m, t): 0.001 for m in METHODS for t in ("x", "y")}
    rng = np.random.default_rng(0)
    errors = pd.DataFrame(
        [
            (method, target, subject, error)
            for method, mean in (("a", 0.4), ("b", 0.9), ("c", 0.95))
            for target in ("x", "y")
            for subject, error in enumerate(rng.normal(mean, 1.0, 28))
        ],
        columns=["method", "target", "subject", "error"],
    )
    found = behaviour(p_of, subjects=28, of_subjects=errors)
    assert all(each.verdict.leaders == () for each in found.values())
    assert all("28 subjects are too few" in each.verdict.sentence for each in found.values())
    x = errors[errors["target"] == "x"].pivot(index="subject", columns="method", values="error")
    size = standardised_difference((x["b"] - x["a"]).to_numpy())
    assert found["x"].support.for_difference == units_for_difference(size, 0.05 / 6)
    assert found["x"].support.for_reference == max(units_for_correlation(0.6, 0.05 / 6), 29)
    assert found["x"].scores["n"].tolist() == [28] * 3
    assert behaviour(p_of, subjects=29)["x"].verdict.winner == "a"


def test_a_target_whose_interval_reaches_0_is_not_predicted():
    p_of = {(m, t): 0.001 for m in METHODS for t in ("x", "y")}
    folds = pd.concat(folds_of(0.5, m, t, n) for n, m in enumerate(METHODS) for t in ("x", "y"))
    scores = pd.DataFrame(
        [(m, t, 0.32, p) for (m, t), p in p_of.items()], columns=["method", "target", "r", "p"]
    )
    scores = scores.assign(lower=-0.98, upper=0.99, r2=0.1, subjects=120)
    found = compare_targets(scores, compare_behaviours(folds))
    assert all(each.verdict.leaders == () for each in found.values())


def test_a_scores_own_estimates_stand_in_place_of_means_of_units():
    rng = np.random.default_rng(8)
    values = pd.DataFrame({"a": rng.normal(1, 0.1, 25), "b": rng.normal(0.9, 0.1, 25)})
    estimates = pd.DataFrame(
        {"value": [0.7, 0.6], "lower": [-0.1, 0.5], "upper": [0.9, 0.8]}, index=["b", "a"]
    )
    found = compare_on_units(values, pd.Series(np.zeros(25)), estimates=estimates)
    shown = found.scores.set_index("method")[["value", "lower", "upper"]]
    pd.testing.assert_frame_equal(shown.loc[["b", "a"]], estimates, check_names=False)
    # The tests are those of the units, and an interval that reaches the reference bears out none.
    assert (found.scores["p_corrected"] < 0.05).all()
    assert found.verdict.leaders == ("a",)
