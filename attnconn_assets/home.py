"""Dagster's home: where its databases and logs lie, with the project's own settings."""

import os
from pathlib import Path

__all__ = ["PROJECT", "ensure_home"]

PROJECT = Path(__file__).resolve().parents[1]


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
