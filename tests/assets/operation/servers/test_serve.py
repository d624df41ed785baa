"""`serve` with small processes in the place of Dagster's and MLflow's: how it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attnconn_assets.operation.servers.process import running

# `serve` as it is, with parts that only sleep.
SERVE = """
import sys
from pathlib import Path
from types import SimpleNamespace
from attnconn_assets.operation.servers import serve as serving
from attnconn_assets.operation.servers.part import Part
from attnconn_assets.operation.servers.record import Record

serving.Tracking = lambda folder: SimpleNamespace(
    client=lambda: None, database="", file=""
)

def parts(code, *_):
    code.touch()
    sleeping = [sys.executable, "-c", "import time; time.sleep(90)"]
    return [Part(name, sleeping) for name in ("code", "daemon", "one page", "the other")]

serving.every_part = parts
folder = Path(sys.argv[1])
ports = map(int, sys.argv[2:])
record = Record(folder / "record.json", "")
sys.exit(serving.serve(folder / "study.yaml", tuple, folder, *ports, record))
"""


@pytest.fixture
def serving(tmp_path):
    """A function that starts `serve`, with some signals ignored, and waits for its four parts."""
    started = []

    def children(process: int) -> list[int]:
        found = []
        for each in running().values():
            if each.pid == each.group and each.pid != process:
                status = Path(f"/proc/{each.pid}/stat").read_text().rpartition(") ")[2].split()
                found += [each.pid] if int(status[1]) == process else []
        return found

    def start(*ignored: int) -> tuple["subprocess.Popen[bytes]", list[int]]:
        def ignore() -> None:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where nohup runs the tests
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)

        started.append(
            subprocess.Popen(
                [sys.executable, "-c", SERVE, tmp_path, "0", "0"],
                stdout=subprocess.DEVNULL,
                preexec_fn=ignore,
            )
        )
        deadline = time.monotonic() + 60
        while len(found := children(started[-1].pid)) < 4:
            assert started[-1].poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return started[-1], found

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_an_end_and_a_closed_terminal_end_all_parts(serving, number):
    # A shell has Ctrl-C ignored in what it starts in the background.
    process, parts = serving(signal.SIGINT)
    process.send_signal(number)
    time.sleep(0.05)
    process.send_signal(number)  # as a terminal that closes does
    assert process.wait(timeout=20) == 0
    assert not set(parts) & set(running())


def test_nohup_is_heeded(serving):
    process, parts = serving(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    time.sleep(1.5)
    assert process.poll() is None
    assert set(parts) <= set(running())
