"""The pages as a person sees them, in a headless Chromium; screenshots stay in .test-output/."""

import json
import os
import subprocess
import sys

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def column(page: Page, metric: str) -> Locator:
    """The heading of a metric's column in MLflow's table of runs."""
    return page.locator(f"[role=columnheader][col-id='metrics.`{metric}`']")


def test_the_asset_graph_shows_every_group(page, shot, servers, made):
    page.goto(f"{servers.dagster}/asset-groups")
    for group in ("inputs", "forecasters", "connectivity", "repeats", "scores", "report"):
        expect(page.get_by_text(group).first).to_be_visible(timeout=60_000)
    shot("dagster-graph")
    # Dagster draws the assets that are in view alone: high enough for all of them.
    page.set_viewport_size({"width": 2600, "height": 3200})
    page.goto(f"{servers.dagster}/locations/__repository__@attnconn/asset-groups/connectivity")
    for asset in ("pearson", "granger", "attention_subject"):
        expect(page.get_by_text(asset, exact=True).first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("8 partitions").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("100% filled").first).to_be_visible(timeout=60_000)
    shot("dagster-connectivity")
    assert page.get_by_text("Failed").count() == 0


def test_the_first_page_has_the_runs_of_the_command(page, shot, servers, made):
    page.goto(servers.dagster)
    expect(page.get_by_text("Loading runs")).to_have_count(0, timeout=60_000)
    shot("dagster-timeline")
    expect(page.get_by_text("Jobless asset materializations").first).to_be_visible(timeout=60_000)
    assert page.get_by_text("No runs").count() == 0


def test_a_session_s_picture_is_one_click_from_its_partition_and_names_it(
    page, shot, servers, made
):
    page.set_viewport_size({"width": 1600, "height": 1000})
    page.goto(f"{servers.dagster}/assets/small/granger?partition=sub-001_ses-test&view=partitions")
    first = page.get_by_role("row").filter(has_text="Show Markdown").first
    expect(first).to_be_visible(timeout=60_000)
    expect(first).to_contain_text("matrix")
    expect(first).to_be_in_viewport()
    above = page.get_by_role("row").filter(has_text="edge_mean").first
    assert first.bounding_box()["y"] < above.bounding_box()["y"]
    first.get_by_text("Show Markdown").click()
    dialog = page.get_by_role("dialog").filter(has_text="granger sub-001_ses-test")
    picture = dialog.locator("img[src^='data:image/png;base64,']")
    expect(picture).to_be_visible(timeout=60_000)
    shot("dagster-granger")
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_the_report_opens_from_its_asset(page, shot, servers, made):
    page.goto(f"{servers.dagster}/assets/small/report?view=events")
    first = page.get_by_role("row").filter(has_text="open report.html").first
    expect(first).to_be_visible(timeout=60_000)
    address = first.get_by_role("link").first.get_attribute("href") or ""
    page.goto(servers.mlflow + address[address.index("/#/") :])  # this MLflow's port
    report = page.frame_locator("iframe")
    title = "Four subjects, two scans each"
    expect(report.get_by_role("heading", name=title)).to_be_visible(timeout=60_000)
    shot("mlflow-report")


def test_mlflow_lists_an_experiment_a_kind_of_model(page, shot, servers, made):
    page.goto(f"{servers.mlflow}/#/experiments")
    for experiment in ("group_forecaster", "subject_forecaster", "finetuned_forecaster"):
        expect(page.get_by_role("link", name=experiment)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("One forecaster per session, trained on").first).to_be_visible()
    shot("mlflow-experiments")
    # An experiment opens on its runs, also at the very first visit.
    page.get_by_role("link", name="subject_forecaster").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible(timeout=60_000)
    for name in ("small sub-001_ses-test", "small sub-004_ses-retest"):
        expect(page.get_by_role("link", name=name)).to_be_visible(timeout=60_000)
    # At the first visit, too, there are metrics.
    for metric in ("loss", "mse"):
        expect(column(page, metric)).to_be_visible()
    shot("mlflow-runs")


def test_the_table_of_a_score_opens_with_each_method_and_what_matters(page, shot, servers, made):
    page.goto(f"{servers.mlflow}/#/experiments")
    page.get_by_role("link", name="fingerprint", exact=True).click(timeout=60_000)
    for method in ("pearson", "attention_subject"):
        expect(page.get_by_role("link", name=f"small {method}", exact=True)).to_be_visible(
            timeout=60_000
        )
    expect(column(page, "accuracy_strict")).to_be_visible()
    expect(column(page, "i_diff")).to_be_visible()
    shot("mlflow-score")


def test_the_methods_of_a_score_stand_side_by_side(page, shot, servers, made):
    page.goto(f"{servers.dagster}/assets/small/fingerprint?view=events")
    link = page.locator("a[href*='compareRunsMode']").first
    expect(link).to_be_visible(timeout=60_000)
    _, _, comparison = (link.get_attribute("href") or "").partition("#")
    page.goto(f"{servers.mlflow}/#{comparison}")
    expect(page.get_by_text("What matters")).to_be_visible(timeout=60_000)
    charts = page.get_by_test_id("experiment-view-compare-runs-card")
    first = charts.first
    expect(first).to_contain_text("accuracy_strict", timeout=60_000)
    # The whole name of each method: those of attention begin alike.
    for method in ("pearson", "granger", "attention_finetuned", "attention_subject"):
        expect(first.get_by_text(f"small {method}", exact=True)).to_be_attached()
    shot("mlflow-comparison")


MODEL = "aliased_group_forecaster"

# What each address gives for the same windows, through MLflow's own client of the running page.
LOAD = """
import hashlib, json, sys
import mlflow, numpy as np

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_registry_uri(sys.argv[1])
windows = np.random.default_rng(0).normal(size=(2, 8, 3)).astype(np.float32)
given = {}
for address in sys.argv[2:]:
    predicted = mlflow.pyfunc.load_model(f"models:/{address}").predict(windows)
    given[address] = hashlib.sha256(np.ascontiguousarray(predicted)).hexdigest()
print(json.dumps(given))
"""


def train(servers, epochs: int) -> str:
    """Run a study of one cohort model, trained for so long; return what was complained of."""
    small = yaml.safe_load((servers.folder / "studies" / "small.yaml").read_text())
    experiment = yaml.safe_load((servers.folder / "experiments" / "small.yaml").read_text())
    experiment["group"]["base"]["training"]["epochs"] = epochs
    written = servers.folder / "experiments" / "aliased.yaml"
    written.write_text(yaml.safe_dump(experiment))
    kept = ("source", "root", "repetition_time", "granger", "fingerprint")
    content = {
        **{key: small[key] for key in kept},
        "name": "aliased",
        "title": "A cohort model alone",
        "experiments": [f"../experiments/{written.name}"],
        "methods": ["attention_group_base"],
        "reliability": {"seeds": 1},
    }
    study = servers.folder / "studies" / "aliased.yaml"
    study.write_text(yaml.safe_dump(content))
    ran = subprocess.run(
        [sys.executable, "-m", "attnconn_assets", "--study", str(study), "run"],
        env={**os.environ, "DAGSTER_HOME": str(servers.folder / ".dagster")},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stderr


def loaded(servers, *addresses: str) -> dict[str, str]:
    """The hash of what each model predicts."""
    ran = subprocess.run(
        [sys.executable, "-c", LOAD, servers.mlflow, *addresses],
        env={**os.environ, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def expect_champion(page, servers, version: int) -> None:
    """The page of the registered model shows the alias beside one version."""
    page.goto(f"{servers.mlflow}/#/models/{MODEL}")
    page.reload()
    aliased = page.get_by_role("row").filter(
        has=page.get_by_role("cell", name="champion", exact=True)
    )
    named = aliased.get_by_role("link", name=f"Version {version}", exact=True)
    expect(named).to_be_visible(timeout=60_000)
    expect(aliased).to_have_count(1)


def test_an_alias_that_a_person_moves_stays_and_is_loaded(page, shot, servers):
    for epochs in (1, 2):  # two folds each, versions 1 to 4
        assert "moved by hand" not in train(servers, epochs)
    page.set_viewport_size({"width": 1600, "height": 1400})
    expect_champion(page, servers, version=3)
    shot("mlflow-champion")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Version 1", exact=True))
    row.get_by_role("button", name="Add", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("champion")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("is also being used on version 3")).to_be_visible()
    shot("mlflow-alias-dialog")
    dialog.get_by_role("button", name="Save aliases").click()
    expect(dialog).to_be_hidden()
    expect_champion(page, servers, version=1)

    told = train(servers, epochs=3)  # versions 5 and 6
    assert f"{MODEL}: the alias champion was moved by hand to version 1 and stays there" in told
    assert "the study's own choice is version 5" in told
    expect_champion(page, servers, version=1)
    shot("mlflow-champion-moved")
    predicted = loaded(servers, f"{MODEL}@champion", f"{MODEL}/1", f"{MODEL}/3", f"{MODEL}/5")
    champion, first, *later = predicted.values()
    assert champion == first
    assert champion not in later
