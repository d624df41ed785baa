"""The state of files that the platform reads or has written: size, time of change and hash."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["file_facts", "hashed", "is_unchanged", "sha256_of"]


def file_facts(path: Path) -> dict[str, Any]:
    """Return a file's path, size and time of change; only the path if it is missing."""
    try:
        status = path.stat()
    except OSError:
        return {"path": str(path)}
    return {"path": str(path), "bytes": status.st_size, "changed_ns": status.st_mtime_ns}


def hashed(path: Path) -> dict[str, Any]:
    """Return `file_facts` with the SHA-256 of the content."""
    facts = file_facts(path)
    return {**facts, "sha256": _sha256_once(**facts)}


def is_unchanged(facts: Mapping[str, Any]) -> bool:
    """Whether a file has the size and time of change that `file_facts` or `hashed` returned."""
    before = {name: value for name, value in facts.items() if name != "sha256"}
    return before == file_facts(Path(facts["path"]))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=256)
def _sha256_once(path: str, bytes: int, changed_ns: int) -> str:  # noqa: A002, ARG001
    # An atlas is shared by all sessions; it is read once as long as it doesn't change.
    return sha256_of(Path(path))
