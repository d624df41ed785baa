"""Files in a store that attnconn didn't write."""

from collections.abc import Collection
from pathlib import Path

from attnconn_core.stored_names import CONTENT

__all__ = ["foreign_files", "remove_ours"]


def foreign_files(root: Path, known: Collection[str]) -> list[Path]:
    """Return the files in a store that don't have the names of ours.

    Parameters
    ----------
    root
        The store's folder.
    known
        Names of our files that lie in `root` itself.
    """
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file() and not _is_ours(path.relative_to(root), known)
    )


def remove_ours(root: Path, foreign: Collection[Path], stays: Path) -> None:
    """Remove all files but those of others, one that stays, and the folders of both."""
    for path in sorted(root.rglob("*"), reverse=True):  # a folder after what lies in it
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in foreign and path != stays:
            path.unlink(missing_ok=True)


def _is_ours(path: Path, known: Collection[str]) -> bool:
    folder, *below = path.parts
    if not below:
        return folder in known or folder.startswith(".")
    if any(part.startswith(".") for part in path.parts):  # locks, notes of failures, scratch
        return True
    return len(below) == 1 and (path.suffix == ".json" or CONTENT.search(path.name) is not None)
