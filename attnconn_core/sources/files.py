"""The way to a scan's file: never outside the source's folder, never a guess."""

from collections.abc import Sequence
from pathlib import Path

from attnconn_core.errors import ScanError, StudyError

__all__ = ["existing_folder", "inside", "matching", "the_one"]


def existing_folder(root: Path, what: str) -> Path:
    """Return `root` if it is a folder.

    Raises
    ------
    StudyError
        If it isn't.
    """
    if not Path(root).is_dir():
        raise StudyError(f"{what} must be an existing folder; got {root}")
    return Path(root)


def inside(root: Path, path: Path) -> Path:
    """Return `path` if it lies under `root` once every link is followed.

    Raises
    ------
    ScanError
        If it leads elsewhere, as ``..`` or a symbolic link can.
    """
    resolved = path.resolve()
    if not resolved.is_relative_to(root.resolve()):
        raise ScanError(f"{path}: a scan must lie under {root}; it leads to {resolved}")
    return path


def matching(folder: Path, pattern: str) -> tuple[Path, ...]:
    """List the files of one folder whose names match, in order.

    Raises
    ------
    StudyError
        If the pattern could lead out of the folder.
    """
    if not pattern or "/" in pattern or "\\" in pattern or "**" in pattern:
        raise StudyError(f"a file pattern must match names within one folder; got {pattern!r}")
    return tuple(sorted(path for path in folder.glob(pattern) if path.is_file()))


def the_one(found: Sequence[Path], folder: Path, pattern: str) -> Path:
    """Return the only file found.

    Raises
    ------
    ScanError
        If there is none (with the folder and the pattern) or more than one (with the
        name of each).
    """
    if not found:
        raise ScanError(f"{folder}: exactly one file must match {pattern!r}; none does")
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise ScanError(
            f"{folder}: exactly one file must match {pattern!r}; {len(found)} do: {names}"
        )
    return found[0]
