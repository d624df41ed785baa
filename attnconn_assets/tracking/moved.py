"""Corrects the paths in MLflow's database after its folder was moved or copied.

MLflow stores absolute paths of artifacts and models. In a copy, these would still be those of the
original, and new runs would write there.
"""

import contextlib
import logging
import sqlite3
import urllib.parse
import urllib.request
from pathlib import Path

from attnconn_assets.storage.databases import is_lock, relocate

__all__ = ["follow_folder"]

_TIMEOUT = 20  # seconds to wait for another writer
_LOG = logging.getLogger(__name__)

# Every folder set by `Tracking`, with its part below the tracking folder: `artifacts/<name>` of
# an experiment, `models/<name>/<hash>` of a version. The tag has the name before any renaming.
_CHOSEN = """
select experiments.artifact_location, '/artifacts/' || coalesce(tags.value, experiments.name)
from experiments left join experiment_tags as tags
on tags.experiment_id = experiments.experiment_id and tags.key = 'attnconn.experiment'
union
select distinct rtrim(source, '0123456789abcdef'), '/models/' || name || '/' from model_versions
"""


def follow_folder(database: Path) -> None:
    """Make the locations that `Tracking` set in MLflow's database point into its own folder.

    Others are kept. If nothing was moved, this takes one query.

    Parameters
    ----------
    database
        MLflow's database file, as a resolved path.

    Raises
    ------
    sqlite3.OperationalError
        If another process locks the database.
    """
    own = database.parent
    with contextlib.closing(
        sqlite3.connect(database, timeout=_TIMEOUT, isolation_level=None)
    ) as connection:
        if not _earlier_folders(connection, own):
            return
        try:
            connection.execute("begin immediate")
            earlier = _earlier_folders(connection, own)  # another process may have corrected them
            changed = relocate(connection, earlier, own)
            connection.execute("commit")
        except sqlite3.OperationalError as error:
            if is_lock(error):
                raise
            _LOG.warning(
                "%s: its locations point to another folder and can't be changed: %s",
                database,
                error,
            )
            return
    if changed:
        _LOG.warning("%s", _message(own, earlier, changed))


def _earlier_folders(connection: sqlite3.Connection, own: Path) -> list[Path]:
    """Return the folders, other than its own, that a database's locations point into."""
    folders = {
        Path(path.removesuffix(behind))
        for location, behind in connection.execute(_CHOSEN)
        if (path := _path_of(location or "")).endswith(behind)
    }
    return sorted(folders - {own})


def _path_of(location: str) -> str:
    """Return the local path of a location; empty if it isn't local."""
    parts = urllib.parse.urlsplit(location)
    return urllib.request.url2pathname(parts.path) if parts.scheme == "file" else ""


def _message(own: Path, earlier: list[Path], changed: int) -> str:
    said = (
        f"{own} was moved from {' and '.join(map(str, earlier))}: MLflow's {changed} locations "
        "now point here"
    )
    left = [str(folder) for folder in earlier if (folder / "artifacts").is_dir()]
    if left and not (own / "artifacts").exists():
        said += f"; the files are still there: copy artifacts/ and models/ from {left[0]}"
    return said
