"""The fingerprint as an asset: what its tables hold."""

import numpy as np

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.storage.formats import read_table
from attnconn_assets.study.study import load_study


def test_the_tables_of_a_study(write_study, run_line, instance):
    fingerprint = {"permutations": 20, "resamples": 50, "reconstruct": True}
    study = load_study(
        write_study(methods=["pearson", "granger"], n_subjects=8, fingerprint=fingerprint)
    )
    outcome, _ = run_line(study, instance)
    assert outcome.failed == {}
    store = store_of(study)
    entry = store.entry("fingerprint", "all")
    tables = {
        name: read_table(store.path(entry, f"{name}.parquet"))
        for name in ("scores", "comparison", "edges", "hits", "reconstruction")
    }
    scores = tables["scores"].set_index("method")
    shares = ("accuracy", "accuracy_test_to_retest", "accuracy_retest_to_test", "accuracy_strict")
    for score in (*shares, "i_diff", "auc", "mean_rank", "cohens_d", "margin_mean"):
        assert (scores[f"{score}_lower"] <= scores[score] + 1e-12).all()
        assert (scores[score] <= scores[f"{score}_upper"] + 1e-12).all()
    assert tables["comparison"][["first", "second"]].to_numpy().tolist() == [["pearson", "granger"]]
    assert tables["edges"].groupby("method").size().to_dict() == {"pearson": 10, "granger": 20}
    assert np.allclose(tables["hits"][["pearson", "granger"]].mean(), scores["accuracy"])
    assert tables["reconstruction"]["subjects"].tolist() == [8, 8]
    # MLflow shows of the whole score one measure per method, and of each method all of them.
    client = tracking_of(study).client()
    run = client.get_run(entry.made_by["mlflow_run"]).data
    per_method = {name: value for name, value in run.metrics.items() if "/" in name}
    assert per_method == {f"accuracy/{m}": scores.loc[m, "accuracy"] for m in scores.index}
    assert {"pairs", "pools"} <= run.metrics.keys()
    assert len(run.metrics) < 8
    below = f"tags.`mlflow.parentRunId` = '{entry.made_by['mlflow_run']}'"
    methods = client.search_runs([entry.made_by["mlflow_experiment"]], below)
    assert all(len(each.data.metrics) > 20 for each in methods)
    notes = {each.data.tags["mlflow.note.content"].partition(". ")[0] for each in methods}
    assert notes == {"pearson", "granger"}
