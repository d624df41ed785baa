"""Processes are told apart by when they started, on Linux and where only ps knows them."""

import os
import subprocess
import sys
import time

import pytest

from attnconn_assets.operation.servers import process as module
from attnconn_assets.operation.servers.process import running

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(params=["proc", "ps"])
def listed(request, monkeypatch, tmp_path):
    """`running`, as it reads /proc and as it asks ps."""
    if request.param == "ps":
        monkeypatch.setattr(module, "_BOOT", tmp_path / "nothing")
    elif not module._BOOT.exists():
        pytest.skip("needs /proc, which is Linux's")
    return running


def test_a_process_is_the_same_for_as_long_as_it_runs(listed):
    child = subprocess.Popen(SLEEP, start_new_session=True)
    try:
        found = listed()
        assert found[child.pid].group == child.pid
        assert found[os.getpid()].group == os.getpgrp()
        time.sleep(1.1)
        assert listed()[child.pid] == found[child.pid]
        assert found[child.pid].started != found[os.getpid()].started
    finally:
        child.kill()
        child.wait()
    assert child.pid not in listed()


def test_one_that_ended_and_was_not_buried_runs_no_more(listed):
    child = subprocess.Popen([sys.executable, "-c", ""])
    deadline = time.monotonic() + 20
    while child.pid in listed():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(child.pid, 0)  # the system still has it
    child.wait()
