"""Files in a store that attnconn didn't write."""

import contextlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attnconn_assets.storage.user_files import sha256_of
from attnconn_core.stored_names import CONTENT

__all__ = ["AssetFiles", "foreign_files", "remove_ours"]


def foreign_files(root: Path, known: Collection[str]) -> list[Path]:
    """Return the files in a store that don't have the names of ours.

    Parameters
    ----------
    root
        The store's folder.
    known
        Names of our files that lie in `root` itself.
    """
    folders = {folder.name: AssetFiles.of(folder) for folder in root.iterdir() if folder.is_dir()}
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file() and not _is_ours(path, path.relative_to(root), known, folders)
    )


def remove_ours(root: Path, foreign: Collection[Path], stays: Path) -> None:
    """Remove all files but those of others, one that stays, and the folders of both."""
    for path in sorted(root.rglob("*"), reverse=True):  # a folder after what lies in it
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in foreign and path != stays:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class AssetFiles:
    """Which files in an asset's folder attnconn wrote.

    Attributes
    ----------
    named
        Names of the files that a manifest names.
    called
        The same files' names within a result, such as ``matrix.parquet``.
    """

    named: frozenset[str]
    called: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> "AssetFiles":
        """Return the files of a folder; a manifest that can't be read names none."""
        named: set[str] = set()
        called: set[str] = set()
        for manifest in folder.glob("*.json"):
            files = _files_in(manifest) or {}
            called |= files.keys()
            named |= {str(file.get("name")) for file in files.values() if isinstance(file, dict)}
        return cls(frozenset(named), frozenset(called))

    def wrote(self, path: Path) -> bool:
        """Whether attnconn wrote a file that lies in the folder.

        It wrote every file that a manifest names. It also wrote one that no manifest names any
        more, if its name ends as those of the asset do and holds the hash of its content. Where
        no manifest can be read, the hash decides.
        """
        if path.suffix == ".json" and CONTENT.search(path.name) is None:
            return _files_in(path) is not None
        if path.name in self.named:
            return True
        parts = CONTENT.split(path.name, maxsplit=1)
        if len(parts) == 1 or (self.called and parts[1] not in self.called):
            return False
        with contextlib.suppress(OSError):
            return f".{sha256_of(path)[:12]}." in path.name
        return False


def _files_in(manifest: Path) -> dict[str, Any] | None:
    """Return the files that a manifest lists, or None for a JSON file that isn't a manifest.

    A file that isn't valid JSON counts as a damaged manifest, and lists none.
    """
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    files = content.get("files") if isinstance(content, dict) else None
    return files if isinstance(files, dict) else None


def _is_ours(
    path: Path, inside: Path, known: Collection[str], folders: Mapping[str, AssetFiles]
) -> bool:
    folder, *below = inside.parts
    if not below:
        return folder in known or folder.startswith(".")
    if any(part.startswith(".") for part in inside.parts):  # locks, notes of failures, scratch
        return True
    return len(below) == 1 and folders[folder].wrote(path)
