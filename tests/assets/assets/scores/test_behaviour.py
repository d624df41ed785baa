"""Behaviour as an asset: what its tables hold."""

import pandas as pd

from attnconn_assets.study.study import load_study
from attnconn_core.scoring import METHOD, NULL_MODEL


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
