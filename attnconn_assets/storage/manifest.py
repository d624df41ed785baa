"""The manifest: an entry as JSON, with a hash of itself to detect damage."""

import dataclasses
import hashlib
import json
from pathlib import Path

from attnconn_assets.storage.entry import Entry, StoredFile
from attnconn_core.errors import StoreError

__all__ = ["DamageError", "parsed", "written"]

# The last but one line of a manifest: the SHA-256 of everything before it.
_SEAL = ',\n "sealed": "'


class DamageError(StoreError):
    """Something stored is missing or was changed; it must be made again."""


def written(entry: Entry) -> str:
    """Return an entry as JSON text, with a hash of the text."""
    body = json.dumps(dataclasses.asdict(entry), indent=1, allow_nan=False).removesuffix("\n}")
    return f'{body}{_SEAL}{_hash(body)}"\n}}'


def parsed(path: Path, asset: str, partition: str) -> Entry:
    """Read the manifest of a partition; those of older versions have no hash.

    Raises
    ------
    FileNotFoundError
        If there is no manifest.
    DamageError
        If it is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        sealed = content.pop("sealed", None)
        files = {name: StoredFile(**file) for name, file in content.pop("files").items()}
        tracked = tuple(content.pop("tracked", ()))
        entry = Entry(files=files, tracked=tracked, **content)
        # A manifest from elsewhere must not lead out of its folder.
        if (entry.asset, entry.partition) != (asset, partition):
            raise StoreError(f"it is of {entry.asset}/{entry.partition}")
        for file in files.values():
            if Path(file.name).name != file.name:
                raise StoreError(f"it names a file elsewhere, {file.name!r}")
        if sealed is not None and sealed != _hash(text.rpartition(_SEAL)[0]):
            raise StoreError("it isn't what was stored (another SHA-256)")
    except (ValueError, TypeError, KeyError, AttributeError, StoreError) as error:
        raise DamageError(f"{path}: the manifest is damaged: {error}") from error
    return entry


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
