"""Verification: every manifest and file of a store against its hash, and what nobody names."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.locks import alone
from attnconn_assets.storage.manifest import DamageError
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.stored_files import why_not_whole
from attnconn_core.stored_names import CONTENT

__all__ = ["Finding", "inventory", "verify"]

_AT_ONCE = 4  # files hashed side by side


@dataclass(frozen=True)
class Finding:
    """Something that is wrong in a store.

    Attributes
    ----------
    what
        ``"damaged"``, ``"orphan"`` (a file that no manifest names) or ``"abandoned"`` (what a
        killed process was writing).
    where
        ``asset/partition``, or the path.
    why
        What was found; empty where `what` says it.
    repaired
        Whether it was removed, or is made again by the next run.
    """

    what: str
    where: str
    why: str = ""
    repaired: bool = False


def inventory(store: Store) -> list[tuple[str, str]]:
    """List the assets and partitions that have a manifest."""
    return [(asset, key) for asset in store.assets() for key in store.partitions(asset)]


def verify(
    store: Store,
    places: list[tuple[str, str]],
    *,
    repair: bool = False,
    looked_at: Callable[[], None] = lambda: None,
) -> Iterator[Finding]:
    """Hash every manifest and file, and find what no manifest names.

    Parameters
    ----------
    store
        What to look at; others may read and write it meanwhile.
    places
        Its `inventory`.
    repair
        Whether what is damaged is marked, so that the next run makes it again, and what
        nobody names is removed.
    looked_at
        Called after each partition.
    """

    def examine(place: tuple[str, str]) -> Finding | None:
        return _examined(store, *place, repair)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for found in pool.map(examine, places):
            looked_at()
            if found is not None:
                yield found
    for asset in store.assets():
        yield from _orphans(store, asset, repair)
    for scratch in store.abandoned():
        if repair:
            shutil.rmtree(scratch, ignore_errors=True)
        yield Finding("abandoned", str(scratch), repaired=repair and not scratch.exists())


def _examined(store: Store, asset: str, partition: str, repair: bool) -> Finding | None:
    """Say what is wrong with an entry; one that was replaced meanwhile is looked at again."""
    where = f"{asset}/{partition}"
    while True:
        try:
            entry = store.find(asset, partition)
        except DamageError as error:
            return Finding("damaged", where, str(error), repaired=repair)  # stale as it is
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
    """Find the files of the store's own making that no manifest names.

    Those of a partition whose manifest is damaged aren't among them.
    """
    folder, found = Path(store.root) / asset, []
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # where nothing can be written, nobody publishes
            stack.enter_context(alone(folder / ".publishing"))
        entries = {key: store.readable(asset, key) for key in store.partitions(asset)}
        named = {file.name for each in entries.values() if each for file in each.files.values()}
        unknown = {key for key, entry in entries.items() if entry is None}
        for path in sorted(folder.glob("[!.]*")):
            parts = CONTENT.split(path.name, maxsplit=1)
            if len(parts) == 1 or parts[0] in unknown or path.name in named:
                continue
            if repair:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            found.append(Finding("orphan", str(path), repaired=repair and not path.exists()))
    return found
