"""Files that the platform reads or has written: how to tell one from a later one of its name."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["file_facts", "hashed", "is_unchanged", "sha256_of"]


def file_facts(path: Path) -> dict[str, Any]:
    """Tell a user's file from a later one of the same name: path, size and time of change."""
    try:
        status = path.stat()
    except OSError:
        return {"path": str(path)}
    return {"path": str(path), "bytes": status.st_size, "changed_ns": status.st_mtime_ns}


def hashed(path: Path) -> dict[str, Any]:
    """The same, with the SHA-256 of what the file holds."""
    facts = file_facts(path)
    return {**facts, "sha256": _sha256_once(**facts)}


def is_unchanged(facts: Mapping[str, Any]) -> bool:
    """Whether a file is still what `file_facts` or `hashed` found, by size and time of change."""
    before = {name: value for name, value in facts.items() if name != "sha256"}
    return before == file_facts(Path(facts["path"]))


def sha256_of(path: Path) -> str:
    """The SHA-256 of what a file holds, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.lru_cache(maxsize=256)
def _sha256_once(path: str, bytes: int, changed_ns: int) -> str:  # noqa: A002, ARG001
    # An atlas belongs to every session; as long as it doesn't change it is read once.
    return sha256_of(Path(path))
