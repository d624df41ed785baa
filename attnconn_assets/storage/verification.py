"""Verification: checks every manifest and file of a store, and finds files that none names."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.foreign import AssetFiles
from attnconn_assets.storage.locks import locked
from attnconn_assets.storage.manifest import DamageError
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.stored_files import why_not_whole
from attnconn_core.stored_names import CONTENT

__all__ = ["Finding", "inventory", "verify"]

_AT_ONCE = 4  # files hashed in parallel


@dataclass(frozen=True)
class Finding:
    """A problem in a store.

    Attributes
    ----------
    what
        ``"damaged"``, ``"orphan"`` (a file that no manifest names), ``"abandoned"`` (the
        temporary folder of a killed process) or ``"scan"`` (a scan that was replaced).
    where
        ``asset/partition``, or the path.
    why
        Details; may be empty.
    repaired
        Whether it was removed, or the next run makes it again, because it is marked or is a
        manifest that can't be read.
    """

    what: str
    where: str
    why: str = ""
    repaired: bool = False


def inventory(store: Store) -> list[tuple[str, str]]:
    """Return asset and partition of every manifest."""
    return [(asset, key) for asset in store.assets() for key in store.partitions(asset)]


def verify(
    store: Store,
    places: list[tuple[str, str]],
    *,
    repair: bool = False,
    looked_at: Callable[[], None] = lambda: None,
) -> Iterator[Finding]:
    """Check the hash of every manifest and file, and find files that no manifest names.

    Parameters
    ----------
    store
        The store; other processes may use it at the same time.
    places
        Its `inventory`.
    repair
        Whether to mark damaged partitions, so that the next run makes them again, and to remove
        files that no manifest names.
    looked_at
        Called after each partition.
    """

    def examine(place: tuple[str, str]) -> Finding | None:
        return _examined(store, *place, repair)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for finding in pool.map(examine, places):
            looked_at()
            if finding is not None:
                yield finding
    for asset in store.assets():
        yield from _orphans(store, asset, repair)
    for scratch in store.abandoned():
        if repair:
            shutil.rmtree(scratch, ignore_errors=True)
        yield Finding("abandoned", str(scratch), repaired=repair and not scratch.exists())


def _examined(store: Store, asset: str, partition: str, repair: bool) -> Finding | None:
    """Return what is wrong with an entry; if it was replaced meanwhile, it is checked again."""
    where = f"{asset}/{partition}"
    while True:
        try:
            entry = store.find(asset, partition)
        except DamageError as error:
            return Finding(
                "damaged", where, str(error), repaired=repair
            )  # a damaged manifest is already stale
        why = _damage_of(store, entry) if entry else ""
        if not why or entry is None:
            return None
        if store.readable(asset, partition) == entry:
            break
    if repair:
        store.mark_damaged(entry, why)
    return Finding("damaged", where, why, repair and store.damage(asset, partition) is not None)


def _damage_of(store: Store, entry: Entry) -> str:
    folder = Path(store.root) / entry.asset
    for file in entry.files.values():
        why = why_not_whole(folder / file.name, file, hashed=True)
        if why:
            return f"{folder / file.name}: {why}"
    return ""


def _orphans(store: Store, asset: str, repair: bool) -> list[Finding]:
    """Return files that the store wrote and that no manifest names.

    Files of partitions with a damaged manifest aren't included.
    """
    folder, orphans = Path(store.root) / asset, []
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # in a read-only store, no process publishes
            stack.enter_context(locked(folder / ".publishing"))
        entries = {key: store.readable(asset, key) for key in store.partitions(asset)}
        named = {file.name for entry in entries.values() if entry for file in entry.files.values()}
        unknown = {key for key, entry in entries.items() if entry is None}
        ours = AssetFiles.of(folder)
        for path in sorted(folder.glob("[!.]*")):
            parts = CONTENT.split(path.name, maxsplit=1)
            if len(parts) == 1 or parts[0] in unknown or path.name in named:
                continue
            if not ours.wrote(path):
                continue
            if repair:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            orphans.append(Finding("orphan", str(path), repaired=repair and not path.exists()))
    return orphans
