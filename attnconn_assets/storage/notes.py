"""Note files beside the entries: failures and damage."""

import json
from pathlib import Path

__all__ = ["read_note", "write_note"]


def write_note(file: Path, **content: str) -> None:
    """Write a note; if writing fails, leave no partial file and raise the error."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.write_text(json.dumps(content), encoding="utf-8")
    except OSError:
        file.unlink(missing_ok=True)
        raise


def read_note(file: Path, *keys: str) -> dict[str, str] | None:
    """Read a note. If it isn't valid JSON, its whole text becomes the value of the first key."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        note = json.loads(text)
        return {key: str(note[key]) for key in keys}
    except (ValueError, TypeError, KeyError):
        return {**dict.fromkeys(keys, ""), keys[0]: text}
