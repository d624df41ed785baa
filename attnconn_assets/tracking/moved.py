"""A folder of MLflow's that was moved or copied: its database follows it.

MLflow records where artifacts and models lie as absolute paths. In a copy they would still be
those of the original, which new runs would then write into.
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

# Every folder that `Tracking` has chosen, with what it put behind its own: an experiment's is
# `artifacts/<name>`, a version's `models/<name>/<hash>`. A person may rename an experiment.
_CHOSEN = """
select experiments.artifact_location, '/artifacts/' || coalesce(tags.value, experiments.name)
from experiments left join experiment_tags as tags
on tags.experiment_id = experiments.experiment_id and tags.key = 'attnconn.experiment'
union
select distinct rtrim(source, '0123456789abcdef'), '/models/' || name || '/' from model_versions
"""


def follow_folder(database: Path) -> None:
    """Let all locations in MLflow's database lie in the folder that it lies in itself.

    Locations elsewhere than in a folder that `Tracking` has made stay as they are. Where nothing
    was moved this is one query.

    Parameters
    ----------
    database
        MLflow's file, its path resolved.

    Raises
    ------
    sqlite3.OperationalError
        If another process holds the database.
    """
    own = database.parent
    with contextlib.closing(
        sqlite3.connect(database, timeout=_TIMEOUT, isolation_level=None)
    ) as connection:
        if not _earlier_folders(connection, own):
            return
        try:
            connection.execute("begin immediate")
            earlier = _earlier_folders(connection, own)  # another process may have been here
            changed = relocate(connection, earlier, own)
            connection.execute("commit")
        except sqlite3.OperationalError as error:
            if is_lock(error):
                raise
            _LOG.warning("%s: its locations are those of another folder: %s", database, error)
            return
    if changed:
        _LOG.warning("%s", _told(own, earlier, changed))


def _earlier_folders(connection: sqlite3.Connection, own: Path) -> list[Path]:
    """List the folders other than its own that a database's locations lie in."""
    found = {
        Path(path.removesuffix(behind))
        for location, behind in connection.execute(_CHOSEN)
        if (path := _path_of(location or "")).endswith(behind)
    }
    return sorted(found - {own})


def _path_of(location: str) -> str:
    """Return the path of a location on this machine; empty for one elsewhere."""
    parts = urllib.parse.urlsplit(location)
    return urllib.request.url2pathname(parts.path) if parts.scheme == "file" else ""


def _told(own: Path, earlier: list[Path], changed: int) -> str:
    said = (
        f"{own} was moved from {' and '.join(map(str, earlier))}: MLflow's {changed} locations "
        "point here now"
    )
    left = [str(folder) for folder in earlier if (folder / "artifacts").is_dir()]
    if left and not (own / "artifacts").exists():
        said += f"; the files are still there: copy artifacts/ and models/ from {left[0]}"
    return said
