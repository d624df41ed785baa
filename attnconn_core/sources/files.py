"""Paths of scan files, which must lie inside the source's folder."""

import errno
import fnmatch
import os
from collections.abc import Sequence
from pathlib import Path

from attnconn_core.errors import ScanError, StudyError
from attnconn_core.names import composed
from attnconn_core.sources.stray_files import is_hidden

__all__ = ["existing_folder", "inside", "is_dangling", "matching", "the_one"]


def existing_folder(root: Path, what: str) -> Path:
    """Return `root` if it is a folder.

    Raises
    ------
    StudyError
        If it isn't a folder.
    """
    if not Path(root).is_dir():
        raise StudyError(f"{what} must be an existing folder; got {root}")
    return Path(root)


def inside(root: Path, path: Path, link_roots: Sequence[Path] = ()) -> Path:
    """Return `path` if it lies in `root` or an allowed folder after following all links.

    Parameters
    ----------
    root
        The source's folder.
    path
        A file or folder in it.
    link_roots
        Further folders that links in `root` may lead to.

    Raises
    ------
    ScanError
        If it leads elsewhere, by ``..`` or a symbolic link, or is a broken link.
    """
    if is_dangling(path):
        if _leads_to_itself(path):
            raise ScanError(
                f"{path}: the content of a scan must exist; the file is a link to "
                f"{os.readlink(path)}, which leads back to itself. Replace the link by the file, "
                "or remove it"
            )
        raise ScanError(
            f"{path}: the content of a scan must exist; the file is a link to "
            f"{os.readlink(path)}, which doesn't exist. `datalad get` fetches what git-annex keeps"
        )
    resolved = path.resolve()
    if not any(resolved.is_relative_to(Path(folder).resolve()) for folder in (root, *link_roots)):
        also = f" or {', '.join(map(str, link_roots))}" if link_roots else ""
        raise ScanError(
            f"{path}: a scan must lie under {root}{also}; it leads to {resolved}. "
            "link_roots in the study can list further folders that links may lead to"
        )
    return path


def _leads_to_itself(path: Path) -> bool:
    try:
        path.stat()
    except OSError as problem:
        return problem.errno == errno.ELOOP
    return False


def is_dangling(path: Path) -> bool:
    """Return whether a path is a broken link."""
    return path.is_symlink() and not path.exists()


def matching(folder: Path, pattern: str) -> tuple[Path, ...]:
    """Return the files of one folder whose names match, in order, including broken links.

    Raises
    ------
    StudyError
        If the pattern could lead out of the folder.
    """
    if not pattern or "/" in pattern or "\\" in pattern or "**" in pattern:
        raise StudyError(f"a file pattern must match names within one folder; got {pattern!r}")
    return tuple(
        sorted(
            path
            for path in folder.iterdir()
            if fnmatch.fnmatchcase(composed(path.name), composed(pattern))
            and not is_hidden(path.name)
            and (path.is_file() or is_dangling(path))
        )
    )


def the_one(found: Sequence[Path], folder: Path, pattern: str) -> Path:
    """Return the only file found.

    Raises
    ------
    ScanError
        If there is none (the message names folder and pattern) or more than one (it lists
        their names).
    """
    if not found:
        raise ScanError(f"{folder}: exactly one file must match {pattern!r}; none does")
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ScanError(
            f"{folder}: exactly one file must match {pattern!r}; {len(found)} do: {names}"
        )
    return found[0]
