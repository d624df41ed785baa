"""One `attnconn dev` per home; what a killed one left behind is ended, and nothing else is."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from attnconn_assets.operation.servers import part as part_module
from attnconn_assets.operation.servers.process import running
from attnconn_assets.operation.servers.record import only_one
from attnconn_core.errors import InputError

PAGE = "http://127.0.0.1:3000"
# A part with a child, as Dagster's code server has one, that is deaf to what ends the part.
PART = (
    "import signal, subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', "
    "'import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(90)']); "
    "time.sleep(90)"
)
SUPERVISOR = f"""
import os, sys, time
from pathlib import Path
from attnconn_assets.operation.servers.part import Part
from attnconn_assets.operation.servers.record import only_one

with only_one(Path(sys.argv[1]), {PAGE!r}) as record:
    part = Part("A page", [sys.executable, "-c", {PART!r}])
    part.start(os.environ)
    record.note([part])
    print(part.pid, flush=True)
    time.sleep(90)
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(part_module, "_TIMEOUT", 2.0)


def group(leader: int) -> set[int]:
    return {each.pid for each in running().values() if each.group == leader}


@pytest.fixture
def supervised(tmp_path):
    """What stands for an `attnconn dev` with one part; the process, and the id of the part."""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, tmp_path], stdout=subprocess.PIPE, text=True
    )
    leader = int(supervisor.stdout.readline())
    deadline = time.monotonic() + 20
    while len(group(leader)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield supervisor, leader
    supervisor.kill()
    if group(leader):
        os.killpg(leader, signal.SIGKILL)
    supervisor.communicate()


def test_a_second_one_is_refused_in_one_line_and_the_first_goes_on(supervised, tmp_path):
    supervisor, leader = supervised
    with pytest.raises(InputError) as refused, only_one(tmp_path, PAGE):
        pass
    told = str(refused.value)
    known = f"attnconn dev already runs for this Dagster home: process {supervisor.pid}, {PAGE}"
    assert told.startswith(known)
    assert "\n" not in told
    assert supervisor.poll() is None
    assert len(group(leader)) == 2
    assert json.loads((tmp_path / "attnconn-dev.json").read_text())["process"] == supervisor.pid


def test_what_a_killed_one_left_behind_is_ended_with_all_of_its_group(supervised, tmp_path, capsys):
    supervisor, leader = supervised
    supervisor.kill()
    supervisor.wait()
    assert len(group(leader)) == 2
    with only_one(tmp_path, PAGE):
        assert not group(leader)
    killed = f"attnconn dev was killed (process {supervisor.pid})"
    assert capsys.readouterr().out == f"{killed}; its parts are ended now: A page ({leader})\n"
    with only_one(tmp_path, PAGE):
        assert capsys.readouterr().out == ""  # it is forgotten


def test_a_process_that_has_got_a_recorded_id_since_is_left_alone(supervised, tmp_path, capsys):
    supervisor, leader = supervised
    supervisor.kill()
    supervisor.wait()
    file = tmp_path / "attnconn-dev.json"
    record = json.loads(file.read_text())
    record["parts"][0]["started"] += "0"
    file.write_text(json.dumps(record))
    with only_one(tmp_path, PAGE):
        assert len(group(leader)) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("content", ["", '{"process": 1', "[]"])
def test_a_damaged_record_counts_as_none(tmp_path, content):
    (tmp_path / "attnconn-dev.json").write_text(content)
    with only_one(tmp_path, PAGE):
        assert json.loads((tmp_path / "attnconn-dev.json").read_text())["parts"] == []
    assert not list(tmp_path.iterdir())
