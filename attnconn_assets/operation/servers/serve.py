"""Dagster's and MLflow's pages, side by side, on this machine only."""

import contextlib
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from attnconn_assets.operation.servers.code_server import CodeServer, CodeWatch
from attnconn_assets.operation.servers.pages import PagesWatch
from attnconn_assets.operation.servers.part import Part, end
from attnconn_assets.operation.servers.parts import parts as every_part
from attnconn_assets.operation.servers.record import Record
from attnconn_assets.operation.servers.study_watch import StudyWatch
from attnconn_assets.tracking.first_view import DATABASE
from attnconn_assets.tracking.tracking import Tracking
from attnconn_core.errors import StudyError

__all__ = ["serve"]

_LOADING = 180.0  # seconds to load the code, on a busy machine
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_IGNORED = "ignore::UserWarning:mlflow.server.fastapi_app"
_LOOK = 2.0  # seconds between two calls of the watches


def serve(
    study: Path,
    read_named_files: Callable[[], Sequence[Path]],
    tracking: Path,
    dagster_port: int,
    mlflow_port: int,
    record: Record,
) -> int:
    """Run both pages and their servers until Ctrl-C, or until the daemon ends.

    The daemon launches runs, and these write to MLflow's database directly. A page that ends
    therefore stops no run; it is restarted.

    Parameters
    ----------
    study
        The study file.
    read_named_files
        Function that reads and validates the study, and returns the files that it names.
    tracking
        MLflow's folder.
    dagster_port, mlflow_port
        Ports of the two pages.
    record
        Record of the processes.
    """
    for name, port in (("dagster", dagster_port), ("mlflow", mlflow_port)):
        _require_free(port, f"--{name}-port")
    database = Tracking(folder=str(tracking))
    database.client()
    environment = {
        **os.environ,
        "ATTNCONN_STUDY": str(Path(study).resolve()),
        # Backfills then wait while the code reloads; otherwise they fail.
        "DAGSTER_BACKFILL_RETRY_DEFINITION_CHANGED_ERROR": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        DATABASE: str(database.file),
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        # MLflow warns of its own use of Starlette, about which nobody here can do anything.
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _IGNORED])),
    }
    # Before the processes start, because they inherit ignored signals, and a shell that starts
    # this in the background ignores Ctrl-C.
    for number in _ENDS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # as of nohup
            signal.signal(number, _as_interrupt)
    parts: list[Part] = []
    # In a folder that only this user may enter.
    with tempfile.TemporaryDirectory(prefix="attnconn-") as folder:
        code = Path(folder) / "code.sock"
        try:
            parts += every_part(code, dagster_port, mlflow_port, database.database)
            server = CodeServer(code)
            watches = (
                PagesWatch(dagster_port, mlflow_port),
                CodeWatch(server),
                StudyWatch(study, read_named_files, server),
            )
            with _looking([watch.look for watch in watches]):
                return _watch(parts, environment, code, record)
        except KeyboardInterrupt:
            return 0
        finally:
            for number in _ENDS:  # a closing terminal sends several; end() must not be cut short
                signal.signal(number, signal.SIG_IGN)
            end(parts)


def _watch(
    parts: Sequence[Part], environment: Mapping[str, str], socket_file: Path, record: Record
) -> int:
    """Start all parts and restart those that end, until a needed one ends."""
    code, *others = parts
    code.start(environment)
    record.note(parts)
    deadline = time.monotonic() + _LOADING
    while not socket_file.exists() and code.ended() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    for part in others:
        part.start(environment)
    record.note(parts)
    while True:
        for part in parts:
            status = part.ended()
            if part.needed and status is not None:
                message = f"{part.name} ended with status {status}; no run can start without it"
                print(message, file=sys.stderr)
                return 1
            part.keep(environment)
        record.note(parts)
        time.sleep(0.5)


@contextlib.contextmanager
def _looking(looks: Sequence[Callable[[], None]]) -> Iterator[None]:
    """Call functions in turn every few seconds, in a thread.

    In a thread, because loading code can take minutes.
    """
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK):
            for function in looks:
                function()

    threading.Thread(target=look, name="looks", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _require_free(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StudyError(
                f"{option} must be a port that nothing listens on; got {port}: {error.strerror}. "
                f"Choose another, such as {option} {port + 1}"
            ) from error


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt
