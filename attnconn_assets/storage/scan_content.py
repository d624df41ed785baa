"""Finds scans whose content changed although their size and time of change didn't."""

from collections.abc import Callable, Iterator
from pathlib import Path

from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import is_unchanged, sha256_of
from attnconn_assets.storage.verification import Finding

__all__ = ["changed_scans", "files_read"]

_SERIES = "time_series"


def files_read(store: Store) -> dict[str, str]:
    """Return the files that the stored series were read from → SHA-256 of what was read.

    Files whose size or time of change differ from then aren't listed, because the next run reads
    them again anyway.
    """
    known: dict[str, str] = {}
    for session in store.partitions(_SERIES):
        entry = store.readable(_SERIES, session)
        for file in entry.facts.get("read", ()) if entry else ():
            if "sha256" in file and is_unchanged(file):
                known[file["path"]] = file["sha256"]
    return known


def changed_scans(
    files: dict[str, str], looked_at: Callable[[], None] = lambda: None
) -> Iterator[Finding]:
    """Hash files, and yield those whose content isn't what was read.

    Parameters
    ----------
    files
        From `files_read`.
    looked_at
        Called after each file.
    """
    for path, sha256 in files.items():
        try:
            differs = sha256_of(Path(path)) != sha256
        except OSError as error:
            yield Finding("scan", path, f"can't be read ({error.strerror})")
        else:
            if differs:
                yield Finding(
                    "scan",
                    path,
                    "isn't what was read, with the same size and time of change; `touch` it, so "
                    "that the next run reads it again",
                )
        looked_at()
