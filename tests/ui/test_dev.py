"""`attnconn dev` by itself: it outlives sleep and the end of its code, and costs no run."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.conftest import begin, free_port, write_small_study
from tests.ui.test_servers import (
    SESSIONS,
    ended,
    launch,
    launch_run,
    processes,
    runs_of,
    wait_for,
)

pytestmark = pytest.mark.servers

AUTOMATION = """{
  workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError {
    ... on RepositoryLocation { repositories { sensors { name } schedules { name } } }
    ... on PythonError { message }
  } } } }
}"""

TITLES = """{
  sensorsOrError(
    repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "attnconn"}
  ) { ... on Sensors { results { description } } }
}"""

RUNNING = "{ runsOrError(filter: {statuses: [STARTED]}) { ... on Runs { results { id } } } }"


def family(process: int) -> list[int]:
    """A process and all that it and its children started."""
    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit():
                stat = (entry / "stat").read_text().rpartition(") ")[2].split()
                parents[int(entry.name)] = int(stat[1])
    found = [process]
    for each in found:  # which grows meanwhile
        found += [child for child, parent in parents.items() if parent == each]
    return found


def sees_code(servers) -> bool:
    """Whether Dagster's page has the code, and its sensors and schedules, at hand."""
    answer = servers.graphql(AUTOMATION)
    (entry,) = answer["workspaceOrError"]["locationEntries"]
    repositories = entry["locationOrLoadError"].get("repositories", [])
    return [len(each["sensors"]) for each in repositories] == [2]


def test_a_machine_that_slept_goes_on_with_its_run_and_its_automation(servers):
    backfill = launch(servers, ["time_series", "pearson"], SESSIONS)
    servers.wait(lambda: bool(servers.graphql(RUNNING)["runsOrError"]["results"]), 60)
    asleep = family(servers.process)
    assert len(asleep) > 6  # the code's process and the run's among them
    for process in asleep:
        os.kill(process, signal.SIGSTOP)
    # Longer than the 30 s after which Dagster ends code that nobody reaches.
    time.sleep(34)
    for process in asleep:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)
    wait_for(servers, backfill)
    assert sees_code(servers)
    wait_for(servers, launch(servers, ["time_series"], SESSIONS[:1]))  # the daemon has it, too
    assert "has ended" not in servers.log
    assert "No heartbeat received" not in servers.log


def test_code_whose_process_was_killed_comes_back_and_costs_no_backfill(servers):
    for process in processes("api", "grpc"):
        if process in family(servers.process):
            os.kill(process, signal.SIGKILL)
    backfill = launch(servers, ["time_series"], SESSIONS[:1])
    told = "Dagster's code process has ended; starting it again"
    servers.wait(lambda: told in servers.log, 30)
    wait_for(servers, backfill)
    servers.wait(lambda: sees_code(servers), 30)


def shows(servers, title: str) -> bool:
    """Whether the page has a study's title in what it says of the sensors."""
    found = servers.graphql(TITLES)["sensorsOrError"].get("results", [])
    return any(title in each["description"] for each in found)


def test_a_study_that_is_edited_is_read_again_once_it_is_valid(servers):
    study = servers.folder / "studies" / "small.yaml"
    content = study.read_text()
    try:
        study.write_text(content.replace("Four subjects", "Those subjects"))
        servers.wait(lambda: shows(servers, "Those subjects"), 60)
        assert f"{study} changed; Dagster reads the study again" in servers.log
        study.write_text(content + "quorum: 2\n")
        servers.wait(lambda: f"{study}: quorum: " in servers.log, 30)
        run = launch_run(servers, "time_series", SESSIONS[0])  # it reads the file as it is
        assert ended(servers, lambda: runs_of(servers, runIds=[run]))["status"] == "FAILURE"
        assert shows(servers, "Those subjects")
    finally:
        study.write_text(content)
    servers.wait(lambda: shows(servers, "Four subjects"), 60)
    wait_for(servers, launch(servers, ["time_series"], SESSIONS[:1]))


def parts(folder: Path) -> dict[str, int]:
    """The recorded processes of an `attnconn dev`, by their names."""
    with contextlib.suppress(FileNotFoundError):
        record = json.loads((folder / ".dagster" / "attnconn-dev.json").read_text())
        return {part["name"]: part["pid"] for part in record["parts"]}
    return {}


def lives(process: int) -> bool:
    """Whether a process runs; one that ended and wasn't buried doesn't."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


@pytest.fixture
def another(tmp_path):
    """A function that starts an `attnconn dev` of its own home and waits for something."""
    write_small_study(tmp_path)
    ports, started = (free_port(), free_port()), []

    def start(done: Callable[[str], bool]) -> "subprocess.Popen[bytes]":
        started.append(begin(tmp_path, ports))
        log = tmp_path / "servers.log"
        deadline = time.monotonic() + 240
        while not done(log.read_text()):
            assert started[-1].poll() is None, log.read_text()[-3000:]
            assert time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        return started[-1]

    start.folder = tmp_path
    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
    for left in parts(tmp_path).values():  # of one that failed to end them
        with contextlib.suppress(ProcessLookupError):
            os.killpg(left, signal.SIGKILL)


def test_a_killed_one_is_cleared_by_the_next_which_a_closed_terminal_ends(another):
    first = another(lambda _: len(parts(another.folder)) == 4)
    left = family(first.pid)[1:]
    recorded = parts(another.folder)
    assert set(recorded.values()) < set(left)
    first.kill()
    first.wait()
    killed = f"attnconn dev was killed (process {first.pid})"
    told = f"{killed}; its parts are ended now: Dagster's code server "

    def begun_anew(log):
        now = parts(another.folder)
        return told in log and now and set(now.values()).isdisjoint(recorded.values())

    second = another(begun_anew)
    assert not [process for process in left if lives(process)]
    begun = family(second.pid)
    second.send_signal(signal.SIGHUP)
    assert second.wait(timeout=120) == 0
    assert not [process for process in begun if lives(process)]
    assert not parts(another.folder)
