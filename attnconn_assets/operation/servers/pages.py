"""Waits until Dagster's and MLflow's pages answer."""

import http.client

from attnconn_assets.operation.servers.code_server import say

__all__ = ["PagesWatch", "first_pages"]

# Where a newcomer finds the results: the graph of all assets, and the list of experiments. Dagster
# itself opens on a timeline of the last hours, and MLflow on an introduction to MLflow.
_FIRST = {"Dagster": "/asset-groups", "MLflow": "/#/experiments"}

_TIMEOUT = 2.0  # seconds for one answer


class PagesWatch:
    """Prints the addresses of the pages once both answer.

    Parameters
    ----------
    dagster_port, mlflow_port
        Ports on this machine.
    """

    def __init__(self, dagster_port: int, mlflow_port: int) -> None:
        self._ports = {"Dagster": dagster_port, "MLflow": mlflow_port}
        self._is_said = False

    def look(self) -> None:
        """Ask both for their first page; call it every few seconds."""
        if self._is_said or not all(map(_answers, self._ports.values())):
            return
        self._is_said = True
        servers = (f"http://127.0.0.1:{port}" for port in self._ports.values())
        say(f"{'   '.join(first_pages(*servers))}   ready\nCtrl-C ends both.")


def first_pages(dagster: str, mlflow: str) -> list[str]:
    """Return the addresses to open first, each behind its program's name.

    Parameters
    ----------
    dagster, mlflow
        Addresses of the servers.
    """
    servers = zip(_FIRST.items(), (dagster, mlflow), strict=True)
    return [f"{name} {server.rstrip('/')}{page}" for (name, page), server in servers]


def _answers(port: int) -> bool:
    # Not urllib, which would use a proxy if one is set.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
