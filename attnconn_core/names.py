"""Names as they are compared: Unicode has two ways to write é, and they must be one name."""

import unicodedata
from pathlib import Path

__all__ = ["as_it_lies", "composed"]


def composed(text: str) -> str:
    r"""Return a text in Unicode's composed form (NFC), in which names are compared.

    macOS and some programs write é as e and an accent that combines with it (NFD). Both print
    alike, and aren't equal.

    Examples
    --------
    >>> composed("Re\u0301gion") == "R\u00e9gion"
    True
    """
    return unicodedata.normalize("NFC", text)


def as_it_lies(path: Path) -> Path:
    """Return a path as the disk has it, where it lies there under names in another form.

    Parameters
    ----------
    path
        Absolute. What isn't there in any form stays as it is.
    """
    if path.exists():
        return path
    found = Path(path.anchor)
    for part in path.parts[1:]:
        there = found / part
        if not part.isascii() and not there.exists() and found.is_dir():
            alike = (each for each in found.iterdir() if composed(each.name) == composed(part))
            there = next(alike, there)
        found = there
    return found
