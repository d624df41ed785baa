"""The disks that a study writes to: their free space, and errors that name them."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from attnconn_assets.instance.home import home_folder
from attnconn_assets.output import can_be_written
from attnconn_assets.storage.databases import disk_trouble
from attnconn_assets.study.study import Study
from attnconn_core.errors import AttnconnError, StoreError

__all__ = ["free_space", "naming_disks"]


def free_space(folder: Path) -> int:
    """Return the free bytes on the disk of a folder that may not exist yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return shutil.disk_usage(there).free


@contextlib.contextmanager
def naming_disks(study: Study) -> Iterator[None]:
    """Replace an error about a full or failing disk by one that names the folders.

    Raises
    ------
    StoreError
        With the free space of every folder that has a database or results.
    """
    try:
        yield
    except Exception as error:
        trouble = disk_trouble(error)
        if not trouble or isinstance(error, AttnconnError) or not can_be_written(sys.stdout):
            raise
        raise StoreError(
            f"results and databases must be readable and writable, but a disk reports: {trouble}. "
            f"Check the disks (free space, permissions), and run again. Free: {_free(study)}"
        ) from error


def _free(study: Study) -> str:
    folders = (study.store_folder, study.tracking_folder, home_folder())
    return "; ".join(f"{folder}: {free_space(folder) / 2**20:,.0f} MB" for folder in folders)
