"""The files of entries: what they are called, and whether they are still what was stored."""

import contextlib
import os
from pathlib import Path

from attnconn_assets.storage.entry import StoredFile
from attnconn_assets.storage.user_files import sha256_of

__all__ = ["named", "why_not_whole"]


def named(partition: str, called: str, file: Path) -> StoredFile:
    """Name a file by its content."""
    sha256, status = sha256_of(file), file.stat()
    name = f"{partition}.{sha256[:12]}.{called}"
    return StoredFile(name, sha256, status.st_size, status.st_mtime_ns)


def why_not_whole(path: Path, file: StoredFile, *, hashed: bool = False) -> str:
    """Say why a file isn't what was stored; empty if it is.

    It is hashed if that is asked for, or if its time of change is another. A sound file that
    was copied gets its time back, and isn't hashed the next time.
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
        with contextlib.suppress(OSError):  # a store that can only be read
            os.utime(path, ns=(status.st_atime_ns, file.changed_ns))
    return ""
