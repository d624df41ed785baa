"""Files of entries: their names, and whether they are unchanged."""

import contextlib
import os
from pathlib import Path

from attnconn_assets.storage.entry import StoredFile
from attnconn_assets.storage.user_files import sha256_of

__all__ = ["named", "why_not_whole"]


def named(partition: str, called: str, file: Path) -> StoredFile:
    """Return a file's record, with a name that contains the hash of its content."""
    sha256, status = sha256_of(file), file.stat()
    name = f"{partition}.{sha256[:12]}.{called}"
    return StoredFile(name, sha256, status.st_size, status.st_mtime_ns)


def why_not_whole(path: Path, file: StoredFile, *, hashed: bool = False) -> str:
    """Return how a file differs from what was stored; empty if it doesn't.

    It is hashed if `hashed`, or if its time of change differs. If the content is the same, the time
    is set back, so that it isn't hashed again.
    """
    try:
        status = path.stat()
        if status.st_size != file.size:
            return f"not what was stored ({status.st_size} bytes, not {file.size})"
        is_as_left = file.changed_ns in (None, status.st_mtime_ns)
        if is_as_left and not hashed:
            return ""
        if sha256_of(path) != file.sha256:
            return "not what was stored (another SHA-256)"
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"can't be read ({error.strerror})"
    if file.changed_ns is not None and not is_as_left:
        with contextlib.suppress(OSError):  # a read-only store
            os.utime(path, ns=(status.st_atime_ns, file.changed_ns))
    return ""
