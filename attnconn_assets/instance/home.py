"""Dagster's home: where its databases and logs lie, with the project's own settings."""

import os
import tempfile
from pathlib import Path

import dagster as dg

from attnconn_assets.storage.locks import alone
from attnconn_core.errors import InputError

__all__ = ["PROJECT", "ensure_home", "open_instance"]

PROJECT = Path(__file__).resolve().parents[2]


def ensure_home() -> Path:
    """Return DAGSTER_HOME, or make ``.dagster/`` in the project and let that be it.

    The project's ``dagster.yaml`` is linked into it, so that a command and the servers
    it starts find the same instance. An empty DAGSTER_HOME counts as none.

    Raises
    ------
    InputError
        If it isn't an absolute path, or can't be made or written into.
    """
    given = os.environ.get("DAGSTER_HOME", "")
    home = Path(given).expanduser() if given else PROJECT / ".dagster"
    if not home.is_absolute():
        raise InputError(
            f"DAGSTER_HOME must be an absolute path; got {given!r}: "
            f"set it to {str(home.resolve())!r}, or unset it"
        )
    try:
        home.mkdir(parents=True, exist_ok=True)
        settings = home / "dagster.yaml"
        if not given and not settings.is_symlink() and not settings.exists():
            settings.symlink_to(Path("..") / "dagster.yaml")
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        raise InputError(
            f"DAGSTER_HOME must be a folder that can be written into; got {str(home)!r}"
            f"{'' if given else ', which holds where it is not set'} ({error.strerror}): set it "
            "to another folder"
        ) from error
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def open_instance() -> dg.DagsterInstance:
    """Open Dagster's instance, one process at a time.

    Two that open a new one together spoil its databases for good: each writes its own
    line into the table that says how far the migrations are.
    """
    home = ensure_home()
    if "?" in str(home):
        raise InputError(
            "DAGSTER_HOME must have no '?' in its path, which Dagster's databases take for the "
            f"beginning of options; got {home}. Set it to another folder"
        )
    with alone(home / ".opening"):
        return dg.DagsterInstance.get()
