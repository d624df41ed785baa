"""The processes of `attnconn dev`: Dagster's code server, daemon and page, and MLflow's page."""

import shutil
import signal
import sys
from pathlib import Path

import yaml

from attnconn_assets.instance.code_location import LOCATION
from attnconn_assets.operation.servers.part import Part

__all__ = ["parts"]

# Seconds without a request after which the code process ends. Dagster's default of 30 passes while
# a laptop sleeps, and nothing restarts the process. A day still ends it if its server was killed.
_UNREACHED = 24 * 3600


def parts(code: Path, dagster_port: int, mlflow_port: int, database: str) -> list[Part]:
    """Return the processes in order of start: code server, daemon, Dagster's and MLflow's page.

    Parameters
    ----------
    code
        Socket of the code server; Dagster's workspace file is written beside it.
    dagster_port, mlflow_port
        Ports of the pages, on this machine only.
    database
        Address of MLflow's database.
    """
    workspace = code.with_name("workspace.yaml")
    server = {"socket": str(code), "location_name": LOCATION}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}))
    return [
        Part(
            "Dagster's code server",
            [
                *(_tool("dagster"), "code-server", "start", "-s", str(code)),
                *("--heartbeat-ttl", str(_UNREACHED), "-m", "attnconn_assets.definitions"),
                *("--log-level", "warning"),
            ],
            took="Runs in progress ended with it: what they made is kept, and `attnconn run` or "
            "the next refresh makes the rest",
        ),
        Part(
            "Dagster's daemon",
            # At its own level it prints a line per second while a run is in progress.
            [_tool("dagster-daemon"), "run", "-w", str(workspace), "--log-level", "warning"],
            needed=True,
        ),
        Part(
            "Dagster's page",
            [
                *(_tool("dagster-webserver"), "-w", str(workspace)),
                *("-h", "127.0.0.1", "-p", str(dagster_port), "--dagster-log-level", "warning"),
            ],
        ),
        Part(
            "MLflow's page",
            [
                *(_tool("mlflow"), "server", "--backend-store-uri", database),
                *("--registry-store-uri", database),
                *("--app-name", "attnconn", "--workers", "1"),
                *("--host", "127.0.0.1", "--port", str(mlflow_port)),
                *("--uvicorn-opts", "--log-level warning"),  # otherwise a line per request
            ],
            ends_by=signal.SIGTERM,
        ),
    ]


def _tool(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name) or name
