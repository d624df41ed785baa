"""Servers: what ends is started again, and the daemon's end is the end of all."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from attnconn_assets.operation.servers import part as part_module
from attnconn_assets.operation.servers.part import Part, end
from attnconn_assets.operation.servers.record import Record
from attnconn_assets.operation.servers.serve import _watch


@pytest.fixture
def part(tmp_path):
    """A function that makes a part which notes each of its starts in a file of its name."""

    def make(name, seconds, *, needed=False, leaves=False):
        log = tmp_path / name
        child = f"subprocess.Popen({[sys.executable, '-c', 'import time; time.sleep(60)']})"
        code = (
            "import os, subprocess, time\n"
            f"open({str(log)!r}, 'a').write(str(os.getpid()) + '\\n')\n"
            f"{child if leaves else ''}\ntime.sleep({seconds})"
        )
        return Part(name, [sys.executable, "-c", code], needed=needed)

    def starts(name):
        return (tmp_path / name).read_text().split()

    make.starts = starts
    return make


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(part_module, "_FIRST_PAUSE", 0.1)
    monkeypatch.setattr(part_module, "_TIMEOUT", 2.0)


def test_a_page_that_ends_is_started_again_and_the_daemon_s_end_ends_all(part, tmp_path, capfd):
    (tmp_path / "socket").touch()
    page = part("page", 0.2)
    page._pause, page.took = 0.1, "What it served ends with it"
    parts = [part("code", 60), part("daemon", 4, needed=True), page]
    record = Record(tmp_path / "record.json", "http://127.0.0.1:3000")
    try:
        assert _watch(parts, os.environ, tmp_path / "socket", record) == 1
    finally:
        end(parts)
    told = capfd.readouterr().err
    assert "page ended with status 0; starting it again. What it served ends with it\n" in told
    assert "daemon ended with status 0; no run can start without it" in told
    assert len(part.starts("page")) > 1
    assert len(part.starts("code")) == 1
    assert not any(each.lives() for each in parts)
    noted = json.loads((tmp_path / "record.json").read_text())["parts"]
    again = set(map(int, part.starts("page")[1:]))
    # The last start may have ended by the time that the record was written.
    assert {each["pid"] for each in noted if each["name"] == "page"} <= again


def test_pauses_grow_while_it_ends_at_once(part):
    page = part("page", 0)
    page.start(os.environ)
    pauses = []
    for _ in range(3):
        page._process.wait()
        page.keep(os.environ)
        pauses.append(page._pause)
        page._again = 0.0
        page.keep(os.environ)
    assert pauses == [2.0, 4.0, 8.0]
    end([page])


def test_what_an_ended_part_left_behind_is_ended_with_it(part):
    page = part("page", 0, leaves=True)
    page.start(os.environ)
    page._process.wait()
    assert page.lives()  # a process that it started
    page.keep(os.environ)
    deadline = time.monotonic() + 10
    while page.lives() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not page.lives()


def test_a_part_that_does_not_end_is_killed(tmp_path):
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); "
    stubborn = Part("deaf", [sys.executable, "-c", deaf + "time.sleep(60)"])
    stubborn._process = subprocess.Popen(
        stubborn.command, stdout=subprocess.PIPE, start_new_session=True
    )
    stubborn._process.stdout.readline()
    end([stubborn])
    assert stubborn._process.wait(timeout=5) == -signal.SIGKILL
    stubborn._process.stdout.close()
