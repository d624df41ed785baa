"""Dagster's home: where its databases and logs lie, with the project's own settings."""

import os
from pathlib import Path

import dagster as dg

from attnconn_assets.storage.locks import alone
from attnconn_core.errors import StudyError

__all__ = ["PROJECT", "ensure_home", "open_instance"]

PROJECT = Path(__file__).resolve().parents[2]


def ensure_home() -> Path:
    """Return DAGSTER_HOME, or make ``.dagster/`` in the project and let that be it.

    The project's ``dagster.yaml`` is linked into it, so that a command and the servers
    it starts find the same instance.
    """
    if "DAGSTER_HOME" not in os.environ:
        home = PROJECT / ".dagster"
        home.mkdir(exist_ok=True)
        settings = home / "dagster.yaml"
        if not settings.is_symlink() and not settings.exists():
            settings.symlink_to(Path("..") / "dagster.yaml")
        os.environ["DAGSTER_HOME"] = str(home)
    return Path(os.environ["DAGSTER_HOME"])


def open_instance() -> dg.DagsterInstance:
    """Open Dagster's instance, one process at a time.

    Two that open a new one together spoil its databases for good: each writes its own
    line into the table that says how far the migrations are.
    """
    home = ensure_home()
    if "?" in str(home):
        raise StudyError(
            f"DAGSTER_HOME must have no '?' in its path, which Dagster's databases take for the "
            f"beginning of options; got {home}. Set it to another folder"
        )
    home.mkdir(parents=True, exist_ok=True)
    with alone(home / ".opening"):
        return dg.DagsterInstance.get()
