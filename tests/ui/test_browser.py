"""The pages as a person sees them, in a headless Chromium; screenshots stay in .test-output/."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_the_asset_graph_shows_every_group(page, shot, servers, made):
    page.goto(f"{servers.dagster}/asset-groups")
    for group in ("inputs", "forecasters", "connectivity", "repeats", "benchmarks", "report"):
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


def test_a_session_s_matrix_is_shown_with_its_picture(page, shot, servers, made):
    page.goto(f"{servers.dagster}/assets/small/pearson?partition=sub-001_ses-test&view=partitions")
    picture = page.locator("text=Show Markdown").or_(page.get_by_text("matrix", exact=True))
    expect(picture.first).to_be_visible(timeout=60_000)
    page.wait_for_timeout(2000)
    shot("dagster-pearson")


def test_mlflow_lists_an_experiment_a_kind_of_model(page, shot, servers, made):
    page.goto(f"{servers.mlflow}/#/experiments")
    for experiment in ("group_forecaster", "subject_forecaster", "finetuned_forecaster"):
        expect(page.get_by_role("link", name=experiment)).to_be_visible(timeout=60_000)
    shot("mlflow-experiments")
    # An experiment opens on its runs, also at the very first visit.
    page.get_by_role("link", name="subject_forecaster").click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible(timeout=60_000)
    for name in ("small sub-001_ses-test", "small sub-004_ses-retest"):
        expect(page.get_by_role("link", name=name)).to_be_visible(timeout=60_000)
    shot("mlflow-runs")


def test_the_methods_of_a_benchmark_stand_side_by_side(page, shot, servers, made):
    page.goto(f"{servers.dagster}/assets/small/fingerprint?view=events")
    link = page.locator("a[href*='compare-runs']").first
    expect(link).to_be_visible(timeout=60_000)
    _, _, comparison = (link.get_attribute("href") or "").partition("#")
    page.goto(f"{servers.mlflow}/#{comparison}")
    expect(page.get_by_text("Comparing 6 Runs")).to_be_visible(timeout=60_000)
    for method in ("pearson", "granger", "attention_finetuned"):
        expect(page.get_by_text(f"small {method}").first).to_be_visible()
    shot("mlflow-comparison")
