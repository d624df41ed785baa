"""Errors that explain an unusable MLflow database: damaged, or of another version."""

import shlex
import sys
from pathlib import Path

from attnconn_assets.storage.databases import (
    has_rows,
    is_damage,
    lacks_rows,
    newest,
    revision_of,
    stands_in,
)
from attnconn_core.errors import TrackingError

__all__ = ["discard_unfinished", "explained", "require_known"]

_ANEW = "the next run makes a new one, and recreates its runs from the store"


def require_known(database: Path) -> None:
    """Raise an error for a database of another version of MLflow.

    MLflow would migrate an older one silently when it opens it. Other processes may be using it,
    and a migration can't be undone. A database without experiments is unfinished.

    Raises
    ------
    TrackingError
        Naming, for an older database, the command that migrates it.
    """
    if has_rows(database, "experiments") and (why := _of_another_version(database)):
        raise why


def discard_unfinished(database: Path) -> None:
    """Remove a database whose creation was ended by a kill or a full disk.

    Nothing is lost: MLflow adds the first experiment only after it has made all tables, so a
    database without one holds nothing. MLflow couldn't go on with it, because a migration that
    was half done fails when it is repeated. The caller must hold the lock of creation.
    """
    if lacks_rows(database, "experiments"):
        for file in (database, *(Path(f"{database}-{part}") for part in ("wal", "shm", "journal"))):
            file.unlink(missing_ok=True)


def explained(error: Exception, database: Path) -> TrackingError | None:
    """Return an error that explains why MLflow can't open a database; None if unknown."""
    if is_damage(error):
        return TrackingError(
            f"{database}: MLflow's database must be as MLflow wrote it; it is damaged: move it "
            f"away ({_ANEW})"
        )
    return _of_another_version(database) if "database schema" in str(error) else None


def _of_another_version(database: Path) -> TrackingError | None:
    """Return an error if a database is of another version; None if it isn't."""
    import mlflow
    from mlflow.store import db_migrations

    migrations = Path(db_migrations.__file__).parent / "versions"
    revision = revision_of(database)
    if revision is None or revision in newest(migrations):
        return None
    if stands_in(revision, migrations):
        command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{database}"]
        return TrackingError(
            f"{database}: MLflow's database must be of the version that the installed MLflow "
            f"({mlflow.__version__}) writes; its revision is {revision!r}, of an older MLflow: end "
            f"`attnconn dev`, copy {database.parent}, then run `{shlex.join(command)}`"
        )
    return TrackingError(
        f"{database}: MLflow's database must be of a version that the installed MLflow "
        f"({mlflow.__version__}) knows; its revision is {revision!r}, written by a newer "
        f"MLflow: install that one again, or move the file away ({_ANEW})"
    )
