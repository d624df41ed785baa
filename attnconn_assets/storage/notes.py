"""Notes beside the entries: what failed, and what was found damaged."""

import json
from pathlib import Path

__all__ = ["read_note", "write_note"]


def write_note(file: Path, **content: str) -> None:
    """Write a note, or, on a disk too full for it, none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.write_text(json.dumps(content), encoding="utf-8")
    except OSError:
        file.unlink(missing_ok=True)
        raise


def read_note(file: Path, *keys: str) -> dict[str, str] | None:
    """Read a note, whose first key stands for its text where it was written by hand or cut off."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        note = json.loads(text)
        return {key: str(note[key]) for key in keys}
    except (ValueError, TypeError, KeyError):
        return {**dict.fromkeys(keys, ""), keys[0]: text}
