"""Names in one form of Unicode: é can be written in two ways, which must be one name."""

import unicodedata
from pathlib import Path

__all__ = ["as_it_lies", "composed"]


def composed(text: str) -> str:
    r"""Return a text in Unicode's composed form (NFC), in which names are compared.

    macOS and some programs write é as e and a combining accent (NFD). Both print
    the same, but aren't equal.

    Examples
    --------
    >>> composed("Re\u0301gion") == "R\u00e9gion"
    True
    """
    return unicodedata.normalize("NFC", text)


def as_it_lies(path: Path) -> Path:
    """Return a path as it is stored on disk, if its names there are in another Unicode form.

    Parameters
    ----------
    path
        Absolute path. If it doesn't exist in any form it is returned unchanged.
    """
    if path.exists():
        return path
    stored = Path(path.anchor)
    for part in path.parts[1:]:
        there = stored / part
        if not part.isascii() and not there.exists() and stored.is_dir():
            alike = (entry for entry in stored.iterdir() if composed(entry.name) == composed(part))
            there = next(alike, there)
        stored = there
    return stored
