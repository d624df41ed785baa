"""Files beside scans that are not scans: hidden files, temporary files, and copies."""

import re
from collections.abc import Iterable
from pathlib import Path

from attnconn_core.errors import StrayError
from attnconn_core.names import composed

__all__ = ["is_hidden", "original_of", "stray_copies", "stray_copy"]

# Files of systems, editors and network disks: ._x and .~lock.x# of macOS and
# LibreOffice, ~$x of Office, @eaDir and #recycle of a NAS, __MACOSX of an archive.
_HIDDEN = (".", "~$", "@", "#", "$", "__MACOSX")
# "copy" as written by file managers in several languages.
_COPY = (
    r"(?:copy|kopie|copie|c[oó]pia|kopia|kopi|k[oó]pia|kopija|m[aá]solat|kopio|kopya|копия|копія"
    r"|コピー|副本|複製|복사본)"
)
# Identifiers have no spaces, brackets or full stops, so these names are always copies.
_MARK = re.compile(
    rf"(?:\s*\(\d+\)"  # (1)
    rf"|\s*\([^()]*{_COPY}[^()]*\)"  # (copy), (3rd copy), (Ann's conflicted copy 2024-01-31)
    rf"|\s+(?:[-\u2013\u2014]\s*)?{_COPY}(?:\s*\(?\d+\)?)?"  # copy, copy 2, - Kopie, - Copy (2)
    rf"|\s+\d+"  # 2
    rf"|\.sync-conflict-[A-Za-z0-9-]+)(?=(?:\.[A-Za-z0-9]+)*$)",
    re.IGNORECASE,
)
# This may be an identifier: a copy only if the original lies beside it.
_PERHAPS = re.compile(rf"(?:[-_.]{_COPY}\d*|-checkpoint)(?=(?:\.[A-Za-z0-9]+)*$)", re.IGNORECASE)


def is_hidden(name: str) -> bool:
    """Return whether a file or folder was made by a system or program, not by a user.

    Examples
    --------
    >>> [is_hidden(name) for name in ("._sub-1.csv", "~$sub-1.csv", "sub-1.csv")]
    [True, True, False]
    """
    return name.startswith(_HIDDEN)


def original_of(name: str) -> str | None:
    """Return the original name of a file that a file manager or a syncing program copied.

    Returns
    -------
    None if the name isn't that of a copy.

    Examples
    --------
    >>> original_of("sub-03_ses-test (1).csv"), original_of("sub-03_ses-test - Kopie (2).csv")
    ('sub-03_ses-test.csv', 'sub-03_ses-test.csv')
    >>> original_of("sub-03_ses-test.csv") is None
    True
    """
    return _stripped(name, _MARK)


def stray_copy(path: Path) -> StrayError | None:
    """Return an error if a path is a copy of one that lies beside it; None if it isn't."""
    original = original_of(path.name) or _stripped(path.name, _PERHAPS)
    if original is None or not path.with_name(original).exists():
        return None
    return StrayError(
        f"{path}: every scan may exist only once; this is named as a copy of {original}, which "
        "lies beside it and is read. Delete it, or rename it if it is another scan"
    )


def stray_copies(paths: Iterable[Path]) -> dict[Path, StrayError]:
    """Return the copies among paths, and why each is one."""
    problems = {path: stray_copy(path) for path in paths}
    return {path: problem for path, problem in problems.items() if problem is not None}


def _stripped(name: str, mark: re.Pattern[str]) -> str | None:
    """Return a name without marks of copies, also of copies of copies; None if it has none."""
    bare = composed(name)
    while (shorter := mark.sub("", bare)) != bare:
        bare = shorter
    return bare if bare and bare != composed(name) else None
