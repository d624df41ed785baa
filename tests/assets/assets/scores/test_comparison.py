"""The comparison: one asset over every score of a study."""

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.study import load_study
from attnconn_core.forecasting import LINEAR_FORECASTERS


def test_every_method_on_every_score(write_study, run_line, instance):
    study = load_study(
        write_study(
            methods=["pearson", "granger"],
            n_subjects=6,
            behaviour={"folds": 3, "targets": ["Score", "Null"], "repeats": 1, "permutations": 30},
            # Of 15 methods, 105 pairs: the least p of 16 data sets is small enough for both.
            recovery={"simulated": ["linear-5"], "data_sets": 16},
        )
    )
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    entry = store.entry("comparison", "all")
    assert {"fingerprint/all", "behaviour/all", "recovery/linear-5"} <= set(entry.inputs)
    assert "figure.png" in entry.files
    names = ("scores", "pairs", "verdicts")
    found = {name: read_table(store.path(entry, f"{name}.parquet")) for name in names}
    _everybody_is_there(found["scores"])
    _winners_are_above_the_reference(found["verdicts"], found["pairs"])


def _everybody_is_there(scores):
    methods = scores[scores["kind"] == "method"].groupby("score")["method"].agg(set)
    assert methods["fingerprint"] == {"pearson", "granger"}
    assert methods["behaviour"] == {"pearson", "granger"}
    assert methods["forecast"] == {"granger", *LINEAR_FORECASTERS} - {"ar"}
    assert {"pearson", "patel_tau", "attention_subject"} <= methods["linear-5"]
    assert not any("_group_" in each for each in methods["linear-5"])
    pooled = scores[scores["kind"] == "one model of all data sets"]
    assert {"attention_group_base", "sensitivity_group_base"} <= set(pooled["method"])
    assert methods["reliability"] == {"pearson", "granger"}
    # 3 + 1 + 2 of reliability, where nothing is trained + 3 of behaviour + 3 of recovery
    assert scores["measure"].nunique() == 12
    assert set(scores["warning"].str[:30]) <= {"", "do not interpret this matrix: "}
    beside = scores[scores["kind"] == "null model"].groupby("score")["method"].agg(set)
    assert scores.loc[scores["kind"] == "reference", "method"].tolist() == ["ar"]
    assert beside["linear-5"] == {"chance", "self_loops_only"}
    assert beside["behaviour"] == {"null_mean_pearson", "null_mean_granger"}
    tested = scores[(scores["kind"] == "method") & (scores["score"] != "behaviour")]
    assert tested[["lower", "upper", "p_corrected"]].notna().all(axis=None)


def _winners_are_above_the_reference(verdicts, pairs):
    verdicts = verdicts.set_index(["score", "measure"])
    assert len(verdicts) == 12
    # Six subjects and a null target: behaviour has no winner, whatever stands on top.
    assert (verdicts.loc["behaviour", "winner"] == "").all()
    leaders = verdicts.loc[("linear-5", "detection and direction (AUPRC)"), "leaders"]
    assert "pearson" not in leaders.split(", ")
    assert any("granger" in each for each in leaders.split(", "))
    # One pair of methods in each of two measures; I_diff is compared between no methods.
    assert pairs.groupby("score").size()["fingerprint"] == 2
    assert verdicts.loc[("fingerprint", "I_diff"), "leaders"] == ""
    assert pairs[["p", "p_corrected"]].notna().all(axis=None)
