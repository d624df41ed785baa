"""Calls to a database that another process locks."""

import pytest
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

from attnconn_assets.tracking import retry
from attnconn_core.errors import TrackingError


def test_waiting_is_told_and_comes_to_an_end(caplog, monkeypatch):
    tries = iter(
        [
            MlflowException("database is locked"),
            OperationalError("x", {}, Exception("database is locked")),
        ]
    )

    def call() -> str:
        for error in tries:
            raise error
        return "through"

    assert retry.call_when_free(call, "mlflow.db") == "through"
    assert caplog.text.count("mlflow.db: locked by another process; waiting") == 2

    def never() -> None:
        raise MlflowException("database is locked")

    monkeypatch.setattr(retry, "_LONGEST_WAIT", -1)
    with pytest.raises(TrackingError, match=r"mlflow\.db: .* must be free within"):
        retry.call_when_free(never, "mlflow.db")

    def otherwise() -> None:
        raise MlflowException("no such run")

    with pytest.raises(MlflowException, match="no such run"):
        retry.call_when_free(otherwise, "mlflow.db")


def test_a_disk_that_is_full_is_not_waited_for():
    def full() -> None:
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    with pytest.raises(TrackingError, match=r"mlflow\.db: .*SQLite reports: database or disk is"):
        retry.call_when_free(full, "mlflow.db")
