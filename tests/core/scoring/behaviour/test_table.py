import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest
from sklearn.linear_model import LinearRegression
from statsmodels.stats.multitest import multipletests

from attnconn_core.errors import ParameterError
from attnconn_core.scoring import (
    Confounds,
    CrossValidation,
    edge_features,
    false_discovery,
    predict_behaviour,
    score_behaviours,
)
from attnconn_core.scoring.behaviour.kernel_folds import edge_kernel
from attnconn_core.sources import Simulated

MODELS = ("kernel_ridge", "cpm", "linear_sgd")
FIVE = CrossValidation(folds=5, seed=0)


def frame(values):
    return pd.DataFrame(values).rename(columns=str)


def data(seed, n=60, edges=20, signal=1.0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, edges))
    targets = signal * features[:, :4] @ rng.normal(size=(4, 3)) + rng.normal(size=(n, 3)) + 10
    return features, pd.DataFrame(targets, columns=["a", "b", "c"])


@pytest.mark.parametrize("model", MODELS)
def test_each_target_is_as_predict_behaviour_has_it(model):
    features, targets = data(0)
    targets.loc[[3, 8], "b"] = np.nan
    table = score_behaviours(features, targets, model=model, cross_validation=FIVE)
    assert table.scores["target"].tolist() == ["a", "b", "c"]
    assert table.scores["subjects"].tolist() == [60, 58, 60]
    for _, row in table.scores.iterrows():
        alone = predict_behaviour(
            features, targets[row["target"]].to_numpy(), model=model, folds=5, seed=0
        )
        for name in ("r", "r2", "mse", "mae"):
            assert row[name] == pytest.approx(getattr(alone, name))


def test_one_kernel_serves_targets_folds_repeats_and_shuffles(monkeypatch):
    made, module = [], "attnconn_core.scoring.behaviour.table"

    def counted(features):
        made.append(features)
        return edge_kernel(features)

    monkeypatch.setattr(f"{module}.edge_kernel", counted)
    features, targets = data(15)
    targets.loc[[3, 8], "b"] = np.nan
    features[5], targets.loc[5] = np.nan, np.nan  # without a scan, and without a target
    plan = CrossValidation(folds=5, repeats=2, permutations=5)
    table = score_behaviours(features, targets, cross_validation=plan)
    assert len(made) == 1
    assert table.scores["subjects"].tolist() == [59, 57, 59]


def test_repeats_are_the_seeds_one_by_one_and_scores_their_mean():
    features, targets = data(1)
    three = CrossValidation(folds=5, repeats=3, seed=7)
    table = score_behaviours(features, targets, model="cpm", cross_validation=three)
    for repeat in range(3):
        alone = predict_behaviour(
            features, targets["b"].to_numpy(), model="cpm", folds=5, seed=7 + repeat
        )
        rows = table.repeats.query("target == 'b' and repeat == @repeat")
        assert rows["r"].item() == pytest.approx(alone.r)
    means = table.repeats.groupby("target")[["r", "r2", "mae"]].mean()
    np.testing.assert_allclose(table.scores[["r", "r2", "mae"]], means)
    assert table.repeats.groupby("target")["r"].nunique().eq(3).all()


def test_fold_errors_sum_to_what_r2_lacks():
    table = score_behaviours(*data(2), cross_validation=FIVE)
    weighted = (table.folds["error"] * table.folds["tested"]).groupby(table.folds["target"]).sum()
    np.testing.assert_allclose(weighted / 60, 1 - table.scores.set_index("target")["r2"])
    assert (table.folds["tested"] + table.folds["trained"]).eq(60).all()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("from_features", [False, True])
def test_a_planted_confound_predicts_until_it_is_taken_out(model, from_features):
    # By chance r has a deviation of 1 / sqrt(600), 0.04.
    rng = np.random.default_rng(3)
    confound = rng.normal(size=(600, 1))
    features = confound + rng.normal(size=(600, 30))
    targets = pd.DataFrame(confound + 0.5 * rng.normal(size=(600, 2)), columns=["a", "b"])
    plain = score_behaviours(features, targets, model=model, cross_validation=FIVE)
    assert (plain.scores["r"] > 0.5).all()
    adjusted = score_behaviours(
        features, targets, model=model, cross_validation=FIVE,
        confounds=Confounds(confound, from_features),
    )  # fmt: skip
    assert (adjusted.scores["r"] < 0.15).all()
    assert (adjusted.scores["r2"] < 0.02).all()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("adjust", [None, False, True])
def test_labels_without_meaning_are_at_chance(model, adjust):
    rng = np.random.default_rng(4)
    features, targets = rng.normal(size=(50, 200)), frame(rng.normal(size=(50, 30)))
    confounds = None if adjust is None else Confounds(rng.normal(size=(50, 8)), adjust)
    twice = CrossValidation(folds=5, repeats=2)
    table = score_behaviours(
        features, targets, model=model, cross_validation=twice, confounds=confounds
    )
    r = table.scores["r"]
    assert r.mean() < 2 * r.std() / np.sqrt(len(r))
    assert table.scores["r2"].mean() < 0


@pytest.mark.parametrize("model", [*MODELS, "least_squares"])
def test_a_target_that_is_little_but_its_confound_is_not_predicted_from_noise(model):
    rng = np.random.default_rng(7)
    age = rng.integers(22, 36, size=(40, 1)).astype(float)
    targets = frame(12 * age + rng.integers(0, 2, size=(40, 20)))
    table = score_behaviours(
        rng.normal(size=(40, 60)), targets, model=model, cross_validation=FIVE,
        confounds=Confounds(age),
    )  # fmt: skip
    assert table.scores["r"].mean() < 0.1
    assert table.scores["r"].max() < 0.8
    measured = table.predictions["measured"]
    ages = np.tile(age[:, 0], len(measured) // 40)
    of_target = table.predictions["target"] == table.predictions["target"].iloc[0]
    assert abs(np.corrcoef(measured[of_target], ages[: of_target.sum()])[0, 1]) < 0.4
    assert measured[of_target].std() < 1


@pytest.mark.parametrize("model", [*MODELS, "least_squares"])
@pytest.mark.parametrize("from_features", [False, True])
def test_every_model_is_trained_on_what_its_fold_adjusts(model, from_features):
    features, targets = data(14)
    confounds = np.random.default_rng(14).normal(2, 3, size=(60, 2))
    features = features + confounds[:, :1]
    found = score_behaviours(
        features, targets + confounds[:, [1]], model=model, cross_validation=FIVE,
        confounds=Confounds(confounds, from_features),
    ).predictions.query("target == 'a'")  # fmt: skip
    for number in range(5):
        # Adjusted by hand for one fold, whose predictions alone then count.
        train = found["fold"].to_numpy() != number
        adjusted = []
        for values in (features, (targets + confounds[:, [1]]).to_numpy()):
            slopes = LinearRegression().fit(confounds[train], values[train]).coef_
            adjusted.append(values - (confounds - confounds.mean(axis=0)) @ slopes.T)
        x = adjusted[0] if from_features else features
        by_hand = score_behaviours(
            x, frame(adjusted[1]), model=model, cross_validation=FIVE
        ).predictions.query("target == '0'")
        np.testing.assert_allclose(
            found["predicted"][~train], by_hand["predicted"][~train], atol=1e-8
        )
        np.testing.assert_allclose(
            found["measured"][~train], by_hand["measured"][~train], atol=1e-8
        )


def test_adjusting_before_the_folds_leaks_and_ours_does_not():
    # Many confounds: residuals over everybody hold the tested subjects' own values.
    rng = np.random.default_rng(5)
    confounds, noise = rng.normal(size=(60, 25)), rng.normal(size=(60, 40))
    before = noise - LinearRegression().fit(confounds, noise).predict(confounds)
    # The adjusted targets lie where the confounds don't; fold by fold that can be told.
    leaked = score_behaviours(
        confounds, frame(before), model="least_squares", cross_validation=FIVE
    )
    ours = score_behaviours(
        confounds, frame(noise), model="least_squares", cross_validation=FIVE,
        confounds=Confounds(confounds),
    )  # fmt: skip
    assert leaked.scores["r"].mean() < -0.5
    assert not (ours.scores["r"].abs() > 0.5).any()


def test_only_training_subjects_shape_the_adjustment():
    features, targets = data(6)
    confounds = np.random.default_rng(6).normal(size=(60, 3))
    before = score_behaviours(
        features, targets, cross_validation=FIVE, confounds=Confounds(confounds)
    ).predictions
    tested = before.query("target == 'a' and fold == 0")["subject"].to_numpy()
    changed = targets.copy()
    changed.loc[tested[0]] += 1000
    after = score_behaviours(
        features, changed, cross_validation=FIVE, confounds=Confounds(confounds)
    ).predictions
    same = before["fold"] == 0
    assert np.array_equal(before.loc[same, "predicted"], after.loc[same, "predicted"])
    others = same & (before["subject"] != tested[0])
    assert np.array_equal(before.loc[others, "measured"], after.loc[others, "measured"])


@pytest.mark.parametrize("confounded", [False, True])
def test_p_values_of_null_data_are_uniform(confounded):
    rng = np.random.default_rng(7)
    p = []
    for seed in range(200):
        confounds = rng.normal(size=(20, 2))
        features = rng.normal(size=(20, 6)) + confounds[:, :1]
        targets = frame(rng.normal(size=(20, 1)) + 2 * confounds[:, :1])
        plan = CrossValidation(folds=4, seed=seed, permutations=99)
        given = Confounds(confounds) if confounded else None
        if not confounded:
            targets["0"] = rng.normal(size=20)
        table = score_behaviours(features, targets, cross_validation=plan, confounds=given)
        p.append(table.scores["p"].item())
    assert kstest(np.array(p) - 0.005, "uniform").pvalue > 0.01


@pytest.mark.parametrize("model", MODELS)
def test_a_real_relation_has_the_least_p(model):
    plan = CrossValidation(folds=5, permutations=60)
    table = score_behaviours(*data(8, signal=3), model=model, cross_validation=plan)
    assert table.scores["p"].tolist() == pytest.approx([1 / 61] * 3)


@pytest.mark.parametrize("n", [40, 210])
@pytest.mark.parametrize("confounded", [False, True])
def test_shuffles_that_are_the_order_observed_all_reach_it(monkeypatch, n, confounded):
    features, targets = data(9, n=n)
    stay = np.tile(np.arange(n)[:, None], 20)
    module = "attnconn_core.scoring.behaviour.repeated_prediction"
    monkeypatch.setattr(f"{module}.shuffled_rows", lambda *_: stay)
    confounds = Confounds(np.random.default_rng(9).normal(3, 2, size=(n, 2)))
    table = score_behaviours(
        features,
        targets,
        cross_validation=CrossValidation(folds=4, repeats=2, permutations=20),
        confounds=confounds if confounded else None,
    )
    assert table.scores["p"].tolist() == [1, 1, 1]


def test_single_precision_shuffles_agree_with_double(monkeypatch):
    features, targets = data(10, n=210)
    targets = 1e4 + 0.1 * targets  # a mean far from 0 would cost float32 its digits
    plan = CrossValidation(folds=3, permutations=200)
    noise = frame(np.random.default_rng(0).normal(size=(210, 3)) + 1e4)
    single = score_behaviours(features, noise, cross_validation=plan).scores["p"]
    for module in ("kernel_ridge", "repeated_prediction"):
        place = f"attnconn_core.scoring.behaviour.{module}.MANY_SUBJECTS"
        monkeypatch.setattr(place, 10**6)
    double = score_behaviours(features, noise, cross_validation=plan).scores["p"]
    np.testing.assert_allclose(single, double, atol=1 / 201 + 1e-12)


def test_a_target_that_cannot_be_scored_is_named_and_the_others_are():
    features, targets = data(11)
    targets["flat"], targets["none"] = 3.0, np.nan
    targets["few"] = np.where(np.arange(60) < 3, np.arange(60), np.nan)
    targets["endless"] = np.inf
    table = score_behaviours(features, targets, cross_validation=FIVE)
    assert set(table.unusable) == {"flat", "none", "few", "endless"}
    assert "must differ between subjects" in table.unusable["flat"]
    assert "no more than the 3 subjects" in table.unusable["few"]
    assert table.scores["target"].tolist() == ["a", "b", "c"]
    nothing = score_behaviours(features, targets[["flat"]], cross_validation=FIVE)
    assert nothing.scores.empty


def test_inputs_that_do_not_fit_are_refused():
    features, targets = data(12)
    with pytest.raises(ParameterError, match="must have a row per subject"):
        score_behaviours(features[:-1], targets)
    with pytest.raises(ParameterError, match="model must be one of"):
        score_behaviours(features, targets, model="lasso")


def test_q_values_are_statsmodels():
    p = np.random.default_rng(13).uniform(size=62) ** 2
    np.testing.assert_allclose(
        false_discovery(p), multipletests(p, method="fdr_bh")[1], atol=1e-12, rtol=0
    )
    some = np.array([0.01, np.nan, 0.04])
    assert false_discovery(some).tolist()[0::2] == pytest.approx([0.02, 0.04])
    assert np.isnan(false_discovery(some)[1])
    assert np.isnan(false_discovery(np.full(3, np.nan))).all()


@pytest.mark.parametrize(
    ("model", "subjects", "widest"),
    # An interval of everything would hold it, too.
    [("kernel_ridge", 20, 0.9), ("kernel_ridge", 60, 0.5), ("cpm", 20, 1.5)],
)
def test_the_interval_holds_the_expected_r_of_known_behaviour(model, subjects, widest):
    # Nominally in 95 %; 60 cohorts, of which 52 or fewer would hold it once in 100 times.
    found = []
    for seed in range(60):
        source = Simulated(subjects=subjects, regions=5, frames=2, seed=seed)
        known = source.behaviour()
        features = edge_features(np.stack([source.truth(name) for name in known.index]), True)
        plan = CrossValidation(folds=5, repeats=4, seed=seed)
        table = score_behaviours(features, known[["Score"]], model=model, cross_validation=plan)
        found.append(table.scores[["lower", "r", "upper"]].iloc[0].to_numpy(dtype=float))
    lower, r, upper = np.array(found).T
    expected = r.mean()
    assert expected > (0.1 if model == "cpm" else 0.4)
    assert ((lower <= expected) & (expected <= upper)).mean() >= 53 / 60
    assert (upper - lower).mean() < widest
