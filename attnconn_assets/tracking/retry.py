"""Calls to MLflow that are repeated while another process locks its database."""

import functools
import logging
import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from attnconn_assets.storage.databases import disk_trouble, is_lock
from attnconn_core.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["WaitingClient", "call_when_free"]

T = TypeVar("T")

_LONGEST_WAIT = 180  # seconds; MLflow itself tries for 20 seconds per call
_LOG = logging.getLogger(__name__)


class WaitingClient:
    """An MLflow client that waits while another process locks MLflow's database.

    Each wait is logged.

    Parameters
    ----------
    client
        MLflow's client, whose methods this one has.
    database
        Name of the database in log lines and errors.
    """

    def __init__(self, client: "MlflowClient", database: str) -> None:
        self._client, self._database = client, database

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        @functools.wraps(call)
        def waiting(*args: Any, **kwargs: Any) -> Any:
            return call_when_free(functools.partial(call, *args, **kwargs), self._database)

        return waiting


def call_when_free(call: Callable[[], T], database: str) -> T:
    """Return the result of a call, which is repeated while the database is locked.

    Each wait is logged.

    Raises
    ------
    TrackingError
        If the database is still locked after 3 minutes, or its disk is full or fails.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import OperationalError

    until = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            return call()
        except (MlflowException, OperationalError, sqlite3.OperationalError) as error:
            if trouble := disk_trouble(error):
                raise TrackingError(
                    f"{database}: MLflow's database must be readable and writable, but SQLite "
                    f"reports: {trouble}. Check its disk (free space, permissions), and run again"
                ) from error
            if not is_lock(error):
                raise
            if time.monotonic() > until:
                raise TrackingError(
                    f"{database}: MLflow's database must be free within {_LONGEST_WAIT} s; "
                    "another process has locked it for longer: end that process, and run again"
                ) from error
            _LOG.warning("%s: locked by another process; waiting", database)
