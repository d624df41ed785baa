"""Patience with MLflow's database, which one process at a time may write to."""

import functools
import logging
import sqlite3
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from attnconn_assets.storage.databases import is_lock
from attnconn_core.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = ["Patient", "patiently"]

T = TypeVar("T")

_PATIENCE = 180  # seconds; every try of MLflow's own takes 20
_LOG = logging.getLogger(__name__)


class Patient:
    """A client that waits, and says so, where another process holds MLflow's database.

    Parameters
    ----------
    client
        MLflow's, whose methods this one has.
    database
        What to name where it has to be waited for.
    """

    def __init__(self, client: "MlflowClient", database: str) -> None:
        self._client, self._database = client, database

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        @functools.wraps(call)
        def waiting(*args: Any, **kwargs: Any) -> Any:
            return patiently(functools.partial(call, *args, **kwargs), self._database)

        return waiting


def patiently(call: Callable[[], T], database: str) -> T:
    """Call until the database is free; say so, and give up after some minutes.

    Raises
    ------
    TrackingError
        If another process has locked the database for longer.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import OperationalError

    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return call()
        except (MlflowException, OperationalError, sqlite3.OperationalError) as error:
            if not is_lock(error):
                raise
            if time.monotonic() > until:
                raise TrackingError(
                    f"{database}: MLflow's database must be free within {_PATIENCE} s; "
                    "another process has locked it for longer"
                ) from error
            _LOG.warning("%s: locked by another process; waiting", database)
