"""A backfill through Dagster's GraphQL, with the daemon running, as the UI launches it."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
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

RUN = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}"""

FAMILY = """
query ($filter: RunsFilter!) {
  runsOrError(filter: $filter) {
    ... on Runs { results { runId status tags { key value } } }
  }
}"""

FAILURES = """
query ($id: ID!) {
  logsForRun(runId: $id) {
    ... on EventConnection { events { ... on ExecutionStepFailureEvent { error { message } } } }
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


@pytest.fixture(scope="module")
def backfilled(servers) -> None:
    """Two assets of three sessions, made by a backfill."""
    wait_for(servers, launch(servers, ["time_series", "pearson"], SESSIONS))


def test_a_backfill_of_three_sessions_turns_green_each_with_its_picture(servers, backfilled):
    for asset, picture in (("time_series", "carpet"), ("pearson", "matrix")):
        answer = servers.graphql(MADE, key={"path": ["small", asset]}, partitions=SESSIONS)
        latest: dict[str, dict] = {}
        for each in answer["assetOrError"]["assetMaterializations"]:  # newest first
            latest.setdefault(each["partition"], each)
        assert set(latest) == set(SESSIONS)
        for each in latest.values():
            shown = {entry["label"]: entry for entry in each["metadataEntries"]}
            named = f"`{asset} {each['partition']}`\n\n"
            assert shown[picture]["mdStr"].startswith(f"{named}![figure](data:image/png;base64,")
            assert each["metadataEntries"][0]["label"] == picture  # above all else
    assert shown["mlflow run"]["url"].startswith("http://127.0.0.1:5000/#/experiments/")


def launch_run(servers, asset: str, partition: str, max_retries: int = 0) -> str:
    """Launch a run of one partition, as the page does; return its id."""
    tags = {"dagster/partition": partition, "dagster/max_retries": str(max_retries)}
    selector = {
        "repositoryName": "__repository__",
        "repositoryLocationName": "attnconn",
        "pipelineName": "__ASSET_JOB",
        "assetSelection": [{"path": ["small", asset]}],
    }
    params = {
        "selector": selector,
        "mode": "default",
        "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
    }
    launched = servers.graphql(RUN, params=params)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    return launched["run"]["runId"]


def runs_of(servers, **chosen) -> list[dict]:
    """The runs that a filter finds, newest first."""
    found = servers.graphql(FAMILY, filter=chosen)["runsOrError"]["results"]
    return [{**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}} for run in found]


def begun_again(servers, run: str) -> list[dict]:
    """The runs by which the daemon has begun another again, newest first."""
    return runs_of(servers, tags=[{"key": "dagster/root_run_id", "value": run}])


def ended(servers, find: Callable[[], list[dict]]) -> dict:
    """Wait until the newest of some runs has ended; return it."""
    deadline = time.monotonic() + 120
    while True:
        newest = next(iter(find()), None)
        if newest and newest["status"] in ("SUCCESS", "FAILURE", "CANCELED"):
            return newest
        log = (servers.folder / "servers.log").read_text()
        assert time.monotonic() < deadline, f"{newest}\n{log[-3000:]}"
        time.sleep(0.2)


def decided(servers, run: str) -> list[dict]:
    """A run, once Dagster has noted whether it is begun again: a moment after it has failed."""
    found = runs_of(servers, runIds=[run])
    return [each for each in found if "dagster/will_retry" in each["tags"]]


def test_a_run_with_max_retries_is_begun_again_unless_its_input_is_bad(servers, backfilled):
    """The bad one comes first: once the other is begun again, the daemon has seen both fail."""
    bad, good = SESSIONS[:2]
    scan = servers.folder / "scans" / f"{bad}.npy"
    folder = servers.folder / "store" / "small" / "time_series"
    aside = folder.with_name("aside")
    readable = scan.read_bytes()
    scan.write_bytes(b"no array")
    try:
        refused = launch_run(servers, "time_series", bad, max_retries=2)
        first = ended(servers, lambda: decided(servers, refused))
    finally:
        scan.write_bytes(readable)
    assert (first["status"], first["tags"].get("dagster/will_retry")) == ("FAILURE", "false")

    folder.rename(aside)
    folder.touch()  # where a folder is to be, the disk has something else
    try:
        failed = launch_run(servers, "time_series", good, max_retries=2)
        first = ended(servers, lambda: decided(servers, failed))
    finally:
        folder.unlink()
        aside.rename(folder)
    assert (first["status"], first["tags"].get("dagster/will_retry")) == ("FAILURE", "true")
    again = ended(servers, lambda: begun_again(servers, failed))
    assert again["status"] == "SUCCESS"
    assert again["tags"]["dagster/parent_run_id"] == failed
    assert begun_again(servers, refused) == []


def test_nothing_is_made_from_the_page_while_the_store_is_away(servers, backfilled):
    store = servers.folder / "store" / "small"
    away = store.rename(store.with_name("away"))
    store.mkdir()
    try:
        run = launch_run(servers, "time_series", SESSIONS[1])
        assert ended(servers, lambda: runs_of(servers, runIds=[run]))["status"] == "FAILURE"
        assert list(store.iterdir()) == []
    finally:
        shutil.rmtree(store)
        away.rename(store)
    events = servers.graphql(FAILURES, id=run)["logsForRun"]["events"]
    (told,) = [event["error"]["message"] for event in events if event.get("error")]
    assert f"the store of small must hold what was made; {store} is empty" in told
    assert told.count("\n") <= 1


def refused(servers, home: Path, *options: str) -> str:
    """What another `attnconn dev` of the study says, in a home, when it doesn't begin."""
    study = servers.folder / "studies" / "small.yaml"
    ended = subprocess.run(
        [sys.executable, "-m", "attnconn_assets", "--study", study, "dev", *options],
        env={**os.environ, "DAGSTER_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_port_that_is_taken_is_named(servers, tmp_path):
    port = servers.dagster.rpartition(":")[2]
    told = f"--dagster-port must be a port that nothing listens on; got {port}"
    assert told in refused(servers, tmp_path, "--dagster-port", port)


def test_a_second_one_of_the_home_is_refused(servers):
    known = f"process {servers.process}, {servers.dagster}"
    told = refused(servers, servers.folder / ".dagster")
    assert f"attnconn: attnconn dev already runs for this Dagster home: {known}." in told


def test_nothing_is_printed_that_means_nothing(servers):
    # One line of MLflow's can't be switched off.
    told = [line for line in servers.log.splitlines() if not line.startswith("[MLflow] Security")]
    ready = next(number for number, line in enumerate(told) if line.endswith("   ready"))
    assert ready <= 2, told  # behind where Dagster's links lead, as the ports aren't the usual ones
    unasked = ("WARNING", "Warning", "INFO", "HTTP/1.1", "Uvicorn", "Registry store")
    # Later lines are of what other tests break.
    begun = told[: ready + 4]
    assert not [line for line in begun if any(word in line for word in unasked)]


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
    servers.wait(servers.ready, 120)
    for page in ("Dagster's page", "MLflow's page"):
        assert f"{page} ended with status -9; starting it again" in servers.log
    wait_for(servers, backfill)
