"""Dagster's and MLflow's pages, side by side, on this machine only."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StudyError

__all__ = ["serve"]

_PATIENCE = 15.0  # seconds between asking a server to end and ending it
_LOADING = 180.0  # seconds that the code may take to load on a busy machine
# Seconds before a part is started again: twice as long each time, until it has stood for a while.
_FIRST_PAUSE, _LONGEST_PAUSE, _STOOD = 1.0, 30.0, 60.0
_SOCKET = "code.sock"


def serve(study: Path, tracking: Path, dagster_port: int, mlflow_port: int) -> int:
    """Run both pages, and what stands behind them, until Ctrl-C or until the daemon ends.

    Runs write to MLflow's database themselves, and the daemon launches them: a page that is
    gone costs none of them, and is started again. Each part gets a process group of its own,
    as Dagster starts processes that outlive a signal to their parent.
    """
    for name, port in (("dagster", dagster_port), ("mlflow", mlflow_port)):
        _require_free(port, f"--{name}-port")
    database = Tracking(folder=str(tracking))
    database.client()
    environment = {
        **os.environ,
        "ATTNCONN_STUDY": str(Path(study).resolve()),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    }
    print(f"Dagster http://127.0.0.1:{dagster_port}   MLflow http://127.0.0.1:{mlflow_port}")
    print("Ctrl-C ends both.", flush=True)
    # Before they start: what is ignored here stays ignored there, and a shell that starts
    # this in the background has Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _as_interrupt)
    parts: list[_Part] = []
    # In a folder that nobody else may enter.
    with tempfile.TemporaryDirectory(prefix="attnconn-") as folder:
        try:
            parts += _parts(Path(folder), dagster_port, mlflow_port, database.database)
            return _watch(parts, environment, Path(folder) / _SOCKET)
        except KeyboardInterrupt:
            return 0
        finally:
            _end(parts)


@dataclass
class _Part:
    """A process of its own, which is started again when it ends, unless all need it.

    Attributes
    ----------
    name, command
        Of the process.
    ends_by
        The signal by which it ends cleanly.
    needed
        Whether its end is the end of all.
    """

    name: str
    command: list[str]
    ends_by: int = signal.SIGINT
    needed: bool = False
    _process: "subprocess.Popen[bytes] | None" = None
    _since: float = 0.0
    _pause: float = _FIRST_PAUSE
    _again: float | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            self.command, env=dict(environment), start_new_session=True
        )
        self._since, self._again = time.monotonic(), None

    def ended(self) -> int | None:
        """Return the status with which it ended; None while it runs or isn't started yet."""
        return None if self._process is None else self._process.poll()

    def keep(self, environment: Mapping[str, str]) -> None:
        """Start it again if it has ended, after a pause."""
        status, now = self.ended(), time.monotonic()
        if status is None:
            if now - self._since > _STOOD:
                self._pause = _FIRST_PAUSE
            return
        if self._again is None:
            self.signal(signal.SIGKILL)  # what it started and left behind holds its port
            self._again, self._pause = now + self._pause, min(2 * self._pause, _LONGEST_PAUSE)
            print(f"{self.name} ended with status {status}; it is started again", file=sys.stderr)
        elif now >= self._again:
            self.start(environment)

    def signal(self, number: int) -> None:
        """Send its process group a signal, if there is one."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def lives(self) -> bool:
        """Whether a process of its group is left."""
        if self._process is None:
            return False
        self._process.poll()
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True


def _parts(folder: Path, dagster_port: int, mlflow_port: int, database: str) -> list[_Part]:
    """The code location, what launches runs, and the two pages; in the order they begin in."""
    workspace = folder / "workspace.yaml"
    server = {"socket": str(folder / _SOCKET), "location_name": "attnconn"}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    module = ("-m", "attnconn_assets.definitions")
    return [
        _Part(
            "Dagster's code server",
            [_tool("dagster"), "code-server", "start", "-s", server["socket"], *module],
        ),
        _Part(
            "Dagster's daemon", [_tool("dagster-daemon"), "run", "-w", str(workspace)], needed=True
        ),
        _Part(
            "Dagster's page",
            [
                *(_tool("dagster-webserver"), "-w", str(workspace)),
                *("-h", "127.0.0.1", "-p", str(dagster_port)),
            ],
        ),
        _Part(
            "MLflow's page",
            [
                *(_tool("mlflow"), "server", "--backend-store-uri", database),
                *("--app-name", "attnconn", "--workers", "1"),
                *("--host", "127.0.0.1", "--port", str(mlflow_port)),
            ],
            ends_by=signal.SIGTERM,
        ),
    ]


def _watch(parts: Sequence[_Part], environment: Mapping[str, str], socket_file: Path) -> int:
    """Start all parts, and those again that end, until one that all need does."""
    code, *others = parts
    code.start(environment)
    deadline = time.monotonic() + _LOADING
    while not socket_file.exists() and code.ended() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    for part in others:
        part.start(environment)
    while True:
        for part in parts:
            status = part.ended()
            if part.needed and status is not None:
                told = f"{part.name} ended with status {status}, and runs can't begin without it"
                print(told, file=sys.stderr)
                return 1
            part.keep(environment)
        time.sleep(0.5)


def _require_free(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StudyError(
                f"{option} must be a port that nothing listens on; got {port}: {error.strerror}"
            ) from error


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _end(parts: Sequence[_Part]) -> None:
    """Ask each as it ends cleanly, wait, and kill what is left of its group."""
    for killing in (False, True):
        deadline = time.monotonic() + _PATIENCE
        for part in parts:
            if part.lives():
                part.signal(signal.SIGKILL if killing else part.ends_by)
        while any(part.lives() for part in parts) and time.monotonic() < deadline:
            time.sleep(0.1)


def _tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name
