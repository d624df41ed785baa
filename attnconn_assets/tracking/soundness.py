"""What is wrong with MLflow's database where MLflow can't open it, and what to do about it."""

import shlex
import sys
from pathlib import Path

from attnconn_assets.storage.databases import is_damage, revision_of, stands_in
from attnconn_core.errors import TrackingError

__all__ = ["explained"]

_ANEW = "the next run makes a new one, and makes its runs again from what the store holds"


def explained(error: Exception, database: Path) -> TrackingError | None:
    """Say why MLflow can't open a database; None where the reason isn't one that is known here."""
    import mlflow
    from mlflow.store import db_migrations

    if is_damage(error):
        return TrackingError(
            f"{database}: MLflow's database must be as MLflow wrote it; it is damaged: move it "
            f"away ({_ANEW})"
        )
    revision = revision_of(database)
    if revision is None or "database schema" not in str(error):
        return None
    if stands_in(revision, Path(db_migrations.__file__).parent / "versions"):
        command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{database}"]
        return TrackingError(
            f"{database}: MLflow's database must be of the version that the installed MLflow "
            f"({mlflow.__version__}) writes; its revision is {revision!r}, of an older one: end "
            f"`attnconn dev`, copy {database.parent}, then run `{shlex.join(command)}`"
        )
    return TrackingError(
        f"{database}: MLflow's database must be of a version that the installed MLflow "
        f"({mlflow.__version__}) knows; its revision is {revision!r}, which a newer one has "
        f"written: install that one again, or move the file away ({_ANEW})"
    )
