"""What a person does in the pages, click by click; screenshots stay in .test-output/."""

import os
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.servers]

SHOWN = 60_000  # milliseconds until a page has loaded, on a busy machine
THROUGH = 120_000  # and until a run is through: the daemon wakes, a process starts

# Neighbours in Dagster's order of the partitions, so that three sessions are one run.
THREE = ["sub-001_ses-retest", "sub-001_ses-test", "sub-002_ses-retest"]
ONE = "sub-002_ses-test"

START = ["time_series", "partial", "subject_forecaster"]
PREPARE = f"""
import dagster as dg
from attnconn_assets.definitions import define
from attnconn_assets.study.selection import selected_study
from attnconn_assets.study.study import load_study

study = load_study(selected_study())
with dg.DagsterInstance.get() as instance:
    define(study).resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey([study.name, name]) for name in {START}],
        tags={{
            "dagster/asset_partition_range_start": "{THREE[0]}",
            "dagster/asset_partition_range_end": "{ONE}",
        }},
    )
"""

# What Dagster has of the event log: newest first.
MADE_BY = """
query ($key: AssetKeyInput!, $partitions: [String!]) {
  assetOrError(assetKey: $key) {
    ... on Asset {
      assetMaterializations(partitions: $partitions, limit: 1000) {
        partition
        runId
      }
    }
  }
}"""

RUNS_OF = """
query ($id: String!) {
  runsOrError(filter: { tags: [{ key: "dagster/backfill", value: $id }] }) {
    ... on Runs { results { runId status } }
  }
}"""


@pytest.fixture(scope="module")
def prepared(servers) -> None:
    """The series, a connectivity and a forecaster of four sessions, for the flows to start from.

    Dagster can't run inside Playwright's loop, so a process of its own makes them.
    """
    done = subprocess.run(
        [sys.executable, "-c", PREPARE],
        env={
            **os.environ,
            "DAGSTER_HOME": str(servers.folder / ".dagster"),
            "ATTNCONN_STUDY": str(servers.folder / "studies" / "small.yaml"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def made_by(servers, run: str) -> set[str]:
    """The sessions of pearson whose newest event in Dagster's log is of a run."""
    newest: dict[str, str] = {}
    answer = servers.graphql(MADE_BY, key={"path": ["small", "pearson"]}, partitions=[*THREE, ONE])
    for event in answer["assetOrError"]["assetMaterializations"]:
        newest.setdefault(event["partition"], event["runId"])
    return {partition for partition, by in newest.items() if by == run}


def choose(page: Page, servers, asset: str, partitions: list[str]) -> Locator:
    """Press Materialize on an asset's page, and tick these partitions and no others."""
    page.goto(f"{servers.dagster}/assets/small/{asset}")
    page.get_by_role("button", name="Materialize").first.click(timeout=SHOWN)
    dialog = page.get_by_role("dialog").filter(has_text="Launch runs to materialize")
    # All, then none: whatever the dialog opens with, the choice starts empty.
    dialog.get_by_role("button", name="All", exact=True).click(timeout=SHOWN)
    expect(dialog.get_by_text("8 partitions", exact=True)).to_be_visible(timeout=SHOWN)
    opener = dialog.locator("[aria-haspopup=dialog]")
    opener.click()
    menu = dialog.get_by_role("dialog")
    everything = menu.get_by_role("menuitem").filter(has_text="Select all (8)")
    expect(everything.get_by_role("checkbox")).to_be_checked(timeout=SHOWN)
    everything.click()
    expect(dialog.get_by_text("0 partitions", exact=True)).to_be_visible(timeout=SHOWN)
    for partition in partitions:
        row = menu.get_by_role("menuitem").filter(has_text=partition)
        row.click()
        expect(row.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("Escape")
    expect(opener).to_have_attribute("data-state", "closed")
    return dialog


def launch(page: Page, dialog: Locator) -> str:
    """Launch what the dialog holds, follow the link of the notice, and return its id."""
    dialog.get_by_role("button", name=re.compile("^Launch")).click()
    page.get_by_role("link", name="View", exact=True).click(timeout=SHOWN)
    expect(page).to_have_url(re.compile("/runs/"), timeout=SHOWN)
    return page.url.rpartition("/")[2]


def expect_point(page: Page, partition: str, colour: str) -> None:
    """The point beside a session in the list of an asset's partitions has this colour."""
    point = page.locator(f"[data-tooltip='{partition}'] + div[style*='border-radius']")
    expect(point).to_have_attribute(
        "style", re.compile(f"--color-accent-{colour}"), timeout=THROUGH
    )


def test_one_session_is_made_from_the_asset_s_page(page, shot, servers, prepared):
    dialog = choose(page, servers, "pearson", [ONE])
    expect(dialog.get_by_text("1 partition", exact=True)).to_be_visible()
    shot("flow-one-dialog")
    run = launch(page, dialog)
    ended = page.get_by_text(re.compile("^(Success|Failure|Canceled)$"))
    expect(ended).to_have_text("Success", timeout=THROUGH)
    shot("flow-one-run")
    page.goto(f"{servers.dagster}/assets/small/pearson?partition={ONE}&view=partitions")
    expect(page.get_by_text("Materialized", exact=True)).to_be_visible(timeout=SHOWN)
    expect(page.get_by_role("link", name=run[:8])).to_be_visible(timeout=SHOWN)
    expect_point(page, ONE, "green")
    shot("flow-one-partition")
    assert made_by(servers, run) == {ONE}


def test_three_sessions_are_backfilled_and_turn_green(page, shot, servers, prepared):
    dialog = choose(page, servers, "pearson", THREE)
    expect(dialog.get_by_text("3 partitions", exact=True)).to_be_visible()
    shot("flow-backfill-dialog")
    backfill = launch(page, dialog)
    expect(page.get_by_text("Partition selection", exact=True)).to_be_visible(timeout=SHOWN)
    shot("flow-backfill-begun")
    # The page of the backfill, and not of the asset: its sessions may have been green before.
    expect(page.get_by_text("100% completed")).to_be_visible(timeout=THROUGH)
    shot("flow-backfill-done")
    page.goto(f"{servers.dagster}/assets/small/pearson?view=partitions")
    for partition in THREE:
        expect_point(page, partition, "green")
    shot("flow-backfill-partitions")
    runs = servers.graphql(RUNS_OF, id=backfill)["runsOrError"]["results"]
    assert [run["status"] for run in runs] == ["SUCCESS"]
    assert made_by(servers, runs[0]["runId"]) == set(THREE)


def test_a_session_s_picture_is_drawn(page, shot, servers, prepared):
    page.goto(f"{servers.dagster}/assets/small/partial?partition={ONE}&view=partitions")
    page.get_by_text("Show Markdown").click(timeout=SHOWN)
    dialog = page.get_by_role("dialog").filter(has_text="matrix")
    picture = dialog.locator("img[src^='data:image/png;base64,']")
    expect(picture).to_be_visible(timeout=SHOWN)
    shot("flow-picture")
    # A picture that can't be decoded is an element too, of no size of its own.
    assert picture.evaluate("image => image.naturalWidth") > 100


def test_two_runs_are_compared(page, shot, servers, prepared):
    names = [f"small {ONE}", f"small {THREE[0]}"]
    page.goto(f"{servers.mlflow}/#/experiments")
    page.get_by_role("link", name="subject_forecaster").click(timeout=SHOWN)
    for name in names:
        link = page.get_by_role("link", name=name, exact=True).first
        expect(link).to_be_visible(timeout=SHOWN)
        row = page.get_by_role("row").filter(has=link).first
        row.get_by_role("checkbox", name="toggle row selection").check()
    shot("flow-runs-ticked")
    page.get_by_role("button", name="Compare", exact=True).click(timeout=SHOWN)
    expect(page.get_by_text("Comparing 2 Runs")).to_be_visible(timeout=SHOWN)
    for name in names:
        expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible(timeout=SHOWN)
    # What differs between them is drawn, and not "Nothing to compare!".
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SHOWN)
    shot("flow-compared")


def test_a_scan_that_cannot_be_read_is_red_and_the_others_green(page, shot, servers, prepared):
    bad = THREE[1]
    scan = servers.folder / "scans" / f"{bad}.npy"
    readable = scan.read_bytes()
    scan.write_bytes(b"no array")
    try:
        dialog = choose(page, servers, "time_series", THREE)
        backfill = launch(page, dialog)
        expect(page.get_by_text("100% completed")).to_be_visible(timeout=THROUGH)
        shot("flow-bad-backfill")
        page.goto(f"{servers.dagster}/assets/small/time_series?view=partitions")
        expect_point(page, bad, "red")
        for partition in (THREE[0], THREE[2]):
            expect_point(page, partition, "green")
        shot("flow-bad-partitions")
        (run,) = servers.graphql(RUNS_OF, id=backfill)["runsOrError"]["results"]
        assert run["status"] == "FAILURE"
        page.goto(f"{servers.dagster}/runs/{run['runId']}")
        reason = re.compile(f"{bad}: .*{bad}.npy: must be a whole NumPy file")
        expect(page.get_by_text(reason).first).to_be_visible(timeout=SHOWN)
        shot("flow-bad-run")
    finally:
        scan.write_bytes(readable)
