"""Copies of stored files that lie where users look for them, such as the report."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_core.errors import StoreError

__all__ = ["changed_copies", "write_copies"]


def write_copies(specs: Iterable[BuildSpec], store: Store) -> list[Path]:
    """Write again all copies that are missing or were changed; return them."""
    written = []
    for place, content in _changed(specs, store):
        formats.replace_file(place, content)
        written.append(place)
    return written


def changed_copies(specs: Iterable[BuildSpec], store: Store) -> list[Path]:
    """Return the copies that are missing or differ from what is stored."""
    return [place for place, _ in _changed(specs, store)]


def _changed(specs: Iterable[BuildSpec], store: Store) -> Iterator[tuple[Path, bytes]]:
    for spec in specs:
        entry = store.readable(spec.name, WHOLE) if spec.copies else None
        if entry is None:
            continue
        for name, place in spec.copies.items():
            try:
                content = store.path(entry, name).read_bytes()
            except (StoreError, OSError):  # the stored file is damaged itself
                continue
            if not place.is_file() or place.read_bytes() != content:
                yield place, content
