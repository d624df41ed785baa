"""The code server: a process of its code that ended is replaced; errors of the code are said."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attnconn_assets.operation.servers import code_server
from attnconn_assets.operation.servers.code_server import Answer, CodeServer, CodeWatch

pytestmark = pytest.mark.servers

GOOD = "import dagster as dg\n\n@dg.asset\ndef one(): ...\n\ndefs = dg.Definitions([one])\n"


def holding(code: Path) -> list[int]:
    """The processes that hold the code; one that was told to end takes a moment."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode().split("\0")
            if entry.name.isdigit() and "grpc" in words and str(code) in words:
                found.append(int(entry.name))
    return found


def inner(code: Path) -> int:
    """The one process that holds the code."""
    deadline = time.monotonic() + 20
    while len(found := holding(code)) != 1:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A code server over a file with one asset, as `attnconn dev` starts it over a module."""
    folder = tmp_path_factory.mktemp("code")
    code = folder / "code.py"
    code.write_text(GOOD)
    home = folder / "home"
    home.mkdir()
    process = subprocess.Popen(
        [
            *(Path(sys.executable).parent / "dagster", "code-server", "start"),
            *("-s", folder / "code.sock", "-f", code),
        ],
        env={**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "true"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = CodeServer(folder / "code.sock")
    try:
        deadline = time.monotonic() + 90
        while server.answer() is not Answer.THERE:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield server, code
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_code_whose_process_was_killed_is_loaded_again_and_said_so(running, capsys):
    server, code = running
    watch = CodeWatch(server)
    watch.look()
    killed = inner(code)
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while server.answer() is not Answer.GONE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    watch.look()
    watch.look()
    assert capsys.readouterr().out == ""  # a single failure isn't taken for an end
    watch.look()
    told = "Dagster's code process has ended; starting it again\n"
    assert capsys.readouterr().out == told
    assert server.answer() is Answer.THERE
    assert inner(code) != killed
    watch.look()
    assert capsys.readouterr().out == ""


def test_code_that_cannot_be_loaded_is_said_in_one_line(running):
    server, code = running
    code.write_text("raise ValueError('no such\\n  study')\n")
    assert server.reload() == "ValueError: no such study"
    code.write_text(GOOD)
    assert server.reload() == ""


def test_where_no_server_listens_nothing_is_loaded(tmp_path, capsys):
    watch = CodeWatch(CodeServer(tmp_path / "nobody.sock"))
    for _ in range(10):
        watch.look()
    assert capsys.readouterr().out == ""


def test_code_that_does_not_answer_in_time_is_given_longer(running, capsys, monkeypatch):
    server, code = running
    monkeypatch.setattr(code_server, "_TIMEOUT", 0.2)
    stopped = inner(code)
    os.kill(stopped, signal.SIGSTOP)
    try:
        watch = CodeWatch(server)
        assert server.answer() is Answer.SLOW
        for _ in range(5):
            watch.look()
        assert capsys.readouterr().out == ""
    finally:
        os.kill(stopped, signal.SIGCONT)
    assert server.answer() is Answer.THERE
