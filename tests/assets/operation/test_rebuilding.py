"""A lost database of MLflow is made again from the store: every asset, and the registry."""

from collections import Counter

import pytest

from attnconn_assets.assets.catalogue import store_of, tracking_of
from attnconn_assets.study.study import load_study


def told(study) -> tuple[dict[str, tuple], Counter]:
    """What MLflow holds: of current runs by name, and of the registry."""
    client = tracking_of(study).client()
    experiments = [each.experiment_id for each in client.search_experiments()]
    runs = client.search_runs(experiments, max_results=5000)
    names = {run.info.run_id: run.info.run_name for run in runs}
    held = {}
    for run in runs:
        own = {k: v for k, v in run.data.tags.items() if not k.startswith("attnconn.rebuilt")}
        own.pop("attnconn.made_at", None)
        own["mlflow.parentRunId"] = names.get(own.get("mlflow.parentRunId", ""), "")
        own.pop("mlflow.modelId", None)
        listed = {each.path for each in client.list_artifacts(run.info.run_id)}
        kept = {path for path in listed if path != "figures"}
        key = f"{own.get('attnconn.asset')} {run.info.run_name}"
        held[key] = (own, run.data.params, run.data.metrics, kept, run.info.status)
    models = Counter(
        (each.name, each.tags["sha256"], each.tags["fold"], names[each.run_id])
        for each in client.search_model_versions()
    )
    return held, models


def test_every_run_is_there_again_with_what_mlflow_was_told(line):
    before, models = told(line.study)
    assert models
    # MLflow keeps what it has opened as long as a process lives: another folder is a new database.
    outcome, _ = line.run(tracking="../lost")
    assert (outcome.made, outcome.failed) == (0, {})
    stored = list(store_of(line.study).entries())
    assert outcome.rebuilt == len(stored) == outcome.standing

    study = load_study(line.folder / "studies" / "tiny.yaml")
    after, models_after = told(study)
    assert after.keys() == before.keys()
    for name, (tags, params, metrics, kept, status) in before.items():
        again = after[name]
        assert again[:2] == (tags, params), name
        assert again[2] == pytest.approx(metrics, nan_ok=True), name
        assert again[3:] == (kept, status), name
    assert models_after == models
    sources = [each.source for each in tracking_of(study).client().search_model_versions()]
    assert all(each.startswith((line.folder / "lost" / "models").as_uri()) for each in sources)
    known = tracking_of(study).run_table(study.name).known
    assert {entry.made_by["mlflow_run"] for entry in store_of(study).entries()} <= known
    assert line.run(tracking="../lost")[0].rebuilt == 0


def ids(study) -> dict[str, str]:
    """Ids of the current runs in MLflow, by name."""
    client = tracking_of(study).client()
    experiments = [each.experiment_id for each in client.search_experiments()]
    current = client.search_runs(experiments, "tags.`attnconn.current` = 'true'", max_results=5000)
    named = [(f"{run.data.tags['attnconn.asset']} {run.info.run_name}", run) for run in current]
    assert len({name for name, _ in named}) == len(named)
    return {name: run.info.run_id for name, run in named}


def made_by(study) -> set[str]:
    return {entry.made_by["mlflow_run"] for entry in store_of(study).entries()}


def test_the_original_runs_are_found_again_if_tracking_is_changed_back(line):
    recreated = made_by(line.study)  # by the test before
    assert recreated.isdisjoint(ids(line.study).values())
    before, original = told(line.study), ids(line.study)
    outcome, _ = line.run()
    n = outcome.standing
    assert (outcome.made, outcome.failed, outcome.rebuilt) == (0, {}, 0)
    assert (outcome.refound, outcome.corrected) == (n, {})
    assert told(line.study) == before
    assert ids(line.study) == original
    assert made_by(line.study) <= set(original.values())
    outcome, _ = line.run()
    assert (outcome.refound, list(outcome.heals())) == (0, [])

    outcome, _ = line.run(tracking="../lost")
    assert (outcome.rebuilt, outcome.refound) == (0, n)
    assert made_by(line.study) == recreated


def test_a_result_that_was_made_elsewhere_replaces_the_original_as_current(line):
    original = ids(line.study)
    other = {"fingerprint": {"permutations": 7}}
    made = line.run(tracking="../lost", **other)[0].made
    assert made > 0
    outcome, _ = line.run(**other)
    assert (outcome.made, outcome.rebuilt) == (0, made)
    now = ids(line.study)
    assert now["fingerprint tiny"] != original["fingerprint tiny"]
    changed = {name for name, run in now.items() if run != original.get(name)}
    assert {name.split()[0] for name in changed} == {
        "fingerprint",
        "comparison",
        "report",
    }
