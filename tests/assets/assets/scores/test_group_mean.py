"""The cohort's mean matrices: their figures are stored and shown in MLflow."""

from attnconn_assets.assets.catalogue import resources


def test_edges_of_methods_against_each_other_are_stored(line):
    store = resources(line.study)["store"]
    entry = store.entry("group_mean", "all")
    assert {"figure.png", "edges.png"} <= set(entry.files)
    client = resources(line.study)["tracking"].client()
    shown = client.list_artifacts(entry.made_by["mlflow_run"], "figures")
    assert "figures/edges.png" in {each.path for each in shown}
