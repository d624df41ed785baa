"""Dagster's and MLflow's pages, side by side, on this machine only."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from attnconn_assets.instance.home import PROJECT
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StudyError

__all__ = ["serve"]

_PATIENCE = 15.0  # seconds between asking a server to end and ending it


def serve(study: Path, tracking: Path, dagster_port: int, mlflow_port: int) -> int:
    """Run both servers until one ends or Ctrl-C; then end both.

    Each gets a process group of its own: Dagster starts processes that outlive a
    signal to their parent.
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
    commands = {
        "Dagster": [
            *(_tool("dagster"), "dev", "-w", str(PROJECT / "workspace.yaml")),
            *("-h", "127.0.0.1", "-p", str(dagster_port)),
        ],
        "MLflow": [
            *(_tool("mlflow"), "server", "--backend-store-uri", database.database),
            *("--app-name", "attnconn", "--workers", "1"),
            *("--host", "127.0.0.1", "--port", str(mlflow_port)),
        ],
    }
    print(f"Dagster http://127.0.0.1:{dagster_port}   MLflow http://127.0.0.1:{mlflow_port}")
    print("Ctrl-C ends both.", flush=True)
    # Before they start: what is ignored here stays ignored there, and a shell that starts
    # this in the background has Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _as_interrupt)
    running = {
        name: subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
        for name, command in commands.items()
    }
    try:
        while True:
            for name, process in running.items():
                if process.poll() is not None:
                    print(f"{name} ended with status {process.returncode}", file=sys.stderr)
                    return 1
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(running)


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


def _end(running: dict[str, "subprocess.Popen[bytes]"]) -> None:
    """Ask each as it ends cleanly, wait, and kill what is left of its group."""
    asking = {"Dagster": signal.SIGINT, "MLflow": signal.SIGTERM}
    for numbers in (asking, dict.fromkeys(running, signal.SIGKILL)):
        deadline = time.monotonic() + _PATIENCE
        for name, process in running.items():
            if _group_lives(process.pid):
                os.killpg(process.pid, numbers[name])
        while any(_group_lives(process.pid) for process in running.values()):
            for process in running.values():
                process.poll()
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name
