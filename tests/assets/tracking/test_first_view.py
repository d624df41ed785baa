"""MLflow's tables and charts at the first visit: the metrics that matter, runs unfolded."""

import json
from pathlib import Path

import pytest

from attnconn_assets.tracking import page as mlflow_page
from attnconn_assets.tracking.first_view import DATABASE, first_views
from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking


def origin(asset, partition="all"):
    return Origin("tiny", asset, partition, "dagster-1", "abc")


def front_page() -> str:
    return mlflow_page.pages.test_client().get("/").text


@pytest.fixture
def tracking(tmp_path):
    tracking = Tracking(folder=str(tmp_path / "mlruns"))
    with tracking.run("fingerprint", "tiny", origin("fingerprint"), {}) as parent:
        parent.metrics({"pairs": 7.0, "accuracy/pearson": 0.5, "accuracy/granger": 0.6})
        for place, method in enumerate(("pearson", "granger", "partial")):
            run = tracking.run("fingerprint", f"tiny {method}", origin("fingerprint"), {}, parent)
            with run as below:
                below.metrics({"accuracy_strict": place / 3, "accuracy_strict_lower": place / 4})
                below.metrics({"auc": place / 2, "subjects": 7.0, "i_diff": float(place)})
    with tracking.run("report", "tiny", origin("report"), {}):
        pass
    with tracking.run("subject_forecaster", "tiny 1", origin("subject_forecaster"), {}) as run:
        for epoch in (1, 2):
            run.metrics({"loss": 1 / epoch}, step=epoch)
        run.metrics({"final_loss": 0.4})
        (tmp_path / "model").write_bytes(b"weights")
        run.model("tiny 1", tmp_path / "model", "abc")
    return tracking


def view(tracking, experiment) -> dict:
    """The state that MLflow's page reads for an experiment."""
    number = tracking.client().get_experiment_by_name(experiment).experiment_id
    key = f'MLflowLocalStorage-1.1-ExperimentPage-["{number}"]-ReactComponentState'
    return json.loads(first_views(tracking.file)[key])


def test_the_table_of_a_score_shows_what_matters_and_each_method(tracking):
    state = view(tracking, "fingerprint")
    shown = ["accuracy_strict", "i_diff", "auc", "subjects", "accuracy_strict_lower"]
    assert state["selectedColumns"][:5] == [f"metrics.`{name}`" for name in shown]
    assert state["selectedColumns"][-1] == "attributes.`Description`"
    assert state["columnOrder"][0] == "attributes.`Run Name`"
    client = tracking.client()
    number = client.get_experiment_by_name("fingerprint").experiment_id
    (parent,) = client.search_runs([number], "attributes.run_name = 'tiny'")
    assert state["runsExpanded"] == {parent.info.run_id: True}


def test_runs_that_were_replaced_stay_folded(tracking):
    client = tracking.client()
    number = client.get_experiment_by_name("fingerprint").experiment_id
    for run in client.search_runs([number]):
        client.set_tag(run.info.run_id, "attnconn.current", "false")
    assert view(tracking, "fingerprint")["runsExpanded"] == {}


def test_charts_show_the_same_metrics_as_bars_and_training_as_curves(tracking):
    charts = view(tracking, "fingerprint")["compareRunCharts"]
    assert [(each["metricKey"], each["type"]) for each in charts][:2] == [
        ("accuracy_strict", "BAR"),
        ("i_diff", "BAR"),
    ]
    charts = view(tracking, "subject_forecaster")["compareRunCharts"]
    assert {each["metricKey"]: each["type"] for each in charts} == {
        "loss": "LINE",
        "final_loss": "BAR",
    }
    assert "attributes.`Models`" in view(tracking, "subject_forecaster")["selectedColumns"]


def test_an_experiment_without_metrics_has_its_descriptions(tracking):
    state = view(tracking, "report")
    assert state["selectedColumns"] == ["attributes.`Description`"]
    assert "compareRunCharts" not in state


def test_the_front_page_sets_the_views_only_where_the_browser_has_none(tracking, monkeypatch):
    monkeypatch.setenv(DATABASE, str(tracking.file))
    script = front_page().partition("</script>")[0]
    assert r"ExperimentPage-[\"1\"]-ReactComponentState" in script
    assert "if (localStorage.getItem(key) === null)" in script


def test_the_front_page_is_there_without_a_database(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv(DATABASE, str(tmp_path / "gone.db"))
    assert "machine_learning" in front_page()
    assert "MLflow's tables begin without metrics" in caplog.text


def test_mlflow_s_page_still_reads_these_values():
    # The keys are MLflow's own: a version that renames them must be noticed.
    scripts = Path(mlflow_page.pages.static_folder, "static", "js")
    (main,) = (file.read_text(encoding="utf-8") for file in scripts.glob("main.*.js"))
    assert '"MLflowLocalStorage"' in main
    for key in ("selectedColumns", "columnOrder", "runsExpanded", "compareRunCharts"):
        assert f'"{key}"' in main
    others = "".join(file.read_text(encoding="utf-8") for file in scripts.glob("*.chunk.js"))
    assert 'getStoreForComponent("ExperimentPage"' in others
