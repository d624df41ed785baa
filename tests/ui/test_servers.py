"""A backfill through Dagster's GraphQL, with the daemon running, as the UI launches it."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

LAUNCH = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
    ... on PartitionKeysNotFoundError { message }
  }
}"""

STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    ... on PartitionBackfill { status  runs: cancelableRuns { id } }
    ... on PythonError { message }
  }
}"""

MADE = """
query ($key: AssetKeyInput!, $partitions: [String!]) {
  assetOrError(assetKey: $key) {
    ... on Asset {
      assetMaterializations(partitions: $partitions, limit: 10) {
        partition
        metadataEntries { label ... on MarkdownMetadataEntry { mdStr }
                                ... on UrlMetadataEntry { url } }
      }
    }
  }
}"""

SENSORS = """{
  sensorsOrError(
    repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "attnconn"}
  ) { ... on Sensors { results { name sensorState { status } } } }
}"""

SESSIONS = [f"sub-00{number}_ses-test" for number in (1, 2, 3)]


def launch(servers, assets: list[str], partitions: list[str]) -> str:
    """Launch a backfill; return its id."""
    params = {
        "partitionNames": partitions,
        "assetSelection": [{"path": ["small", asset]} for asset in assets],
    }
    launched = servers.graphql(LAUNCH, params=params)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    return launched["backfillId"]


def wait_for(servers, backfill: str) -> None:
    """Wait until a backfill is green."""
    deadline = time.monotonic() + 240
    while True:
        found = servers.graphql(STATUS, id=backfill)["partitionBackfillOrError"]
        if found["status"] not in ("REQUESTED", "IN_PROGRESS"):
            break
        assert time.monotonic() < deadline, f"the backfill is still {found['status']}"
        time.sleep(1)
    assert found["status"] == "COMPLETED_SUCCESS", found


def test_a_backfill_of_three_sessions_turns_green_each_with_its_picture(servers):
    wait_for(servers, launch(servers, ["time_series", "pearson"], SESSIONS))
    for asset, picture in (("time_series", "carpet"), ("pearson", "matrix")):
        answer = servers.graphql(MADE, key={"path": ["small", asset]}, partitions=SESSIONS)
        latest: dict[str, dict] = {}
        for each in answer["assetOrError"]["assetMaterializations"]:  # newest first
            latest.setdefault(each["partition"], each)
        assert set(latest) == set(SESSIONS)
        for each in latest.values():
            shown = {entry["label"]: entry for entry in each["metadataEntries"]}
            assert shown[picture]["mdStr"].startswith("![figure](data:image/png;base64,")
    assert shown["mlflow run"]["url"].startswith("http://127.0.0.1:5000/#/experiments/")


def test_a_port_that_is_taken_is_named(servers):
    port = servers.dagster.rpartition(":")[2]
    study = servers.folder / "studies" / "small.yaml"
    refused = subprocess.run(
        [sys.executable, "-m", "attnconn_assets", "--study", study, "dev", "--dagster-port", port],
        env={**os.environ, "DAGSTER_HOME": str(servers.folder / ".dagster")},
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    told = f"--dagster-port must be a port that nothing listens on; got {port}"
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_sensor_and_every_asset_are_there(servers):
    answer = servers.graphql(SENSORS)
    assert answer["sensorsOrError"]["results"] == [
        {"name": "small_discovery", "sensorState": {"status": "RUNNING"}},
        # This study doesn't ask for it; whoever wants it can switch it on in the page.
        {"name": "small_follow", "sensorState": {"status": "STOPPED"}},
    ]


def processes(*words: str) -> list[int]:
    """The processes whose command holds these two words one after the other."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words_of = (entry / "cmdline").read_bytes().decode().split("\0")
            if entry.name.isdigit() and tuple(words) in itertools.pairwise(words_of):
                found.append(int(entry.name))
    return found


def test_pages_that_are_killed_come_back_and_cost_no_run(servers):
    backfill = launch(servers, ["time_series"], SESSIONS)
    ports = (page.rpartition(":")[2] for page in (servers.dagster, servers.mlflow))
    for words in zip(("-p", "--port"), ports, strict=True):
        killed = processes(*words)
        assert killed
        for process in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 120
    while not servers.ready():
        assert time.monotonic() < deadline, (servers.folder / "servers.log").read_text()[-3000:]
        time.sleep(1)
    log = (servers.folder / "servers.log").read_text()
    for page in ("Dagster's page", "MLflow's page"):
        assert f"{page} ended with status -9; it is started again" in log
    wait_for(servers, backfill)
