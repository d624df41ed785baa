"""The trace: from a result back to the scans that it was made from, and forward from a scan.

The manifests list the inputs of every entry with their hashes at the time of reading. Entries that
read scans list the files.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import sha256_of
from attnconn_core.errors import StoreError
from attnconn_core.wording import meant

__all__ = ["Node", "back", "files_behind", "forward", "trace_lines"]

_ALIKE = 8  # most partitions of one asset that are shown one by one


@dataclass(frozen=True)
class Node:
    """One entry of the store in a trace.

    Attributes
    ----------
    entry
        The stored entry.
    changed
        Whether it was made again since the entry that reads it was made.
    inputs
        Its inputs that are still stored.
    """

    entry: Entry
    changed: bool = False
    inputs: tuple["Node", ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """``asset/partition``."""
        return f"{self.entry.asset}/{self.entry.partition}"

    @property
    def files(self) -> tuple[Mapping[str, Any], ...]:
        """The user's files that it was made from: path, size, time of change, SHA-256."""
        return tuple(self.entry.facts.get("read", ()))


def back(store: Store, asset: str, partition: str) -> Node:
    """Return an entry with everything that it was made from.

    An entry that several others read occurs at each of them.

    Raises
    ------
    StoreError
        If the entry, or one of its direct or indirect inputs, isn't in the store.
    """
    known: dict[tuple[str, str], Node] = {}

    def walk(asset: str, partition: str, digest: str | None) -> Node:
        if (asset, partition) not in known:
            entry = store.find(asset, partition)
            if entry is None:
                raise StoreError(f"{asset} of {partition} isn't in the store: it can't be traced")
            inputs = tuple(
                walk(*_parted(name), digest_read)
                for name, digest_read in sorted(entry.inputs.items())
            )
            known[asset, partition] = Node(entry, inputs=inputs)
        node = known[asset, partition]
        changed = digest is not None and digest != node.entry.digest
        return Node(node.entry, changed, node.inputs) if changed else node

    return walk(asset, partition, None)


def files_behind(store: Store, *names: str) -> list[Mapping[str, Any]]:
    """Return the user's files behind some entries, each once, sorted by path.

    Parameters
    ----------
    store
        The store.
    names
        ``asset/partition`` of each entry.
    """
    files = {
        file["path"]: file
        for entry in _behind(store, names)
        for file in entry.facts.get("read", ())
    }
    return [files[path] for path in sorted(files)]


def versions_behind(store: Store, *names: str) -> Counter[str]:
    """Return the versions that some entries and all behind them were made with, with their number.

    The text is empty for results of code that didn't record versions.

    Parameters
    ----------
    store, names
        As for `files_behind`.
    """
    return Counter(entry.made_by.get("versions", "") for entry in _behind(store, names))


def _behind(store: Store, names: Iterable[str]) -> Iterator[Entry]:
    """Yield some entries and all that they rest on, each once."""
    waiting = list(names)
    seen = set(waiting)
    while waiting:
        entry = store.find(*_parted(waiting.pop()))
        if entry is None:
            continue
        yield entry
        further = entry.inputs.keys() - seen
        seen |= further
        waiting += further


def forward(store: Store, file: str) -> list[Entry]:
    """Return all entries that were made from a user's file, given by path or SHA-256.

    They are in the order in which they were made.
    """
    entries = {f"{entry.asset}/{entry.partition}": entry for entry in store.entries()}
    readers: dict[str, list[str]] = defaultdict(list)
    for name, entry in entries.items():
        for input_name in entry.inputs:
            readers[input_name].append(name)
    waiting = [
        name
        for name, entry in entries.items()
        if any(file in (r.get("path"), r.get("sha256")) for r in entry.facts.get("read", ()))
    ]
    resting = set(waiting)
    while waiting:
        further = set(readers[waiting.pop()]) - resting
        resting |= further
        waiting += further
    results = (entries[name] for name in resting)
    return sorted(results, key=lambda entry: (entry.made_by.get("at", ""), entry.asset))


def trace_lines(store: Store, what: str) -> Iterator[str]:
    """Yield the lines of a trace.

    Parameters
    ----------
    store
        The store.
    what
        An asset, ``asset/partition``, a session or subject (``sub-01``), or the path or SHA-256 of
        a file that was read or is stored, or of a copy of a stored file.

    Raises
    ------
    StoreError
        If the store doesn't know it.
    """
    asset, partition = _parted(what)
    start = store.readable(asset, partition or WHOLE)  # a path isn't a name in the store
    if start is not None:
        yield from _told_back(store, start)
        return
    partitions = _partitions(store, asset)
    if partitions:
        rule = f"{what} isn't stored" if partition else "a trace needs one partition"
        raise StoreError(
            f"{rule}; {asset} has {len(partitions)}: name one, such as "
            f"{asset}/{partitions[0]} or {asset}/{partitions[-1]}"
        )
    path = _file(what)
    # A file that is gone is known by its path, which may have been given from this folder.
    places = dict.fromkeys((what, str(path or what), os.path.abspath(what)))
    resting = next((found for place in places if (found := forward(store, place))), [])
    if resting:
        yield f"{len(resting)} results were made from {what}"
        yield from (f"  {entry.asset}/{entry.partition}  {entry.digest}" for entry in resting)
        return
    if of_session := _of_session(store, what):
        yield f"{len(of_session)} results are of {what}"
        yield from (f"  {entry.asset}/{entry.partition}  {entry.digest}" for entry in of_session)
        return
    stored = _holding(store, what if path is None else _sha256(path))
    if not stored:
        raise StoreError(
            f"{what}: must be an asset, asset/partition, a session, a subject (sub-…), an MLflow "
            f"run, or a file that was read or is stored; the store in {store.root} knows "
            f"{'no such file' if path else 'none'}{_nearest(store, what)}"
        )
    for name, entry in stored:
        yield f"{what} is {name} of {entry.asset}/{entry.partition}"
    yield from _told_back(store, stored[0][1])


def _file(what: str) -> Path | None:
    """Return the file at a path; None if there is none.

    Raises
    ------
    StoreError
        If the path is a folder or a device.
    """
    try:
        path = Path(what).resolve()
        if path.exists() and not path.is_file():
            kind = "folder" if path.is_dir() else "device"
            raise StoreError(f"{what}: must be a file, or the name of an asset; it is a {kind}")
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # not a valid path
        return None


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise StoreError(f"{path}: must be a file that can be read; {error.strerror}") from error


def _holding(store: Store, sha256: str) -> list[tuple[str, Entry]]:
    """Return name and entry of every stored file with this content."""
    return [
        (name, entry)
        for entry in store.entries()
        for name, file in entry.files.items()
        if file.sha256 == sha256
    ]


def _of_session(store: Store, what: str) -> list[Entry]:
    """Return the results of a session, or of all sessions of a subject; of none if it isn't one."""
    return [entry for entry in store.entries() if f"{entry.partition}_".startswith(f"{what}_")]


def _nearest(store: Store, what: str) -> str:
    """Return a question that suggests the stored name nearest to an unknown one, or nothing."""
    entries = list(store.entries())
    asset, partition = _parted(what)
    assets = dict.fromkeys(entry.asset for entry in entries)
    if not partition:
        return meant(what, [*assets, *dict.fromkeys(entry.partition for entry in entries)])
    near = [f"{name}/{partition}" for name in assets if _partitions(store, name)]
    return meant(f"{asset}/{partition}", near)


def _told_back(store: Store, start: Entry) -> Iterator[str]:
    node = back(store, start.asset, start.partition)
    yield from _tree(node, 0)
    files = files_behind(store, node.name)
    yield f"{len(files)} file{'s' * (len(files) != 1)} behind it"
    yield from (f"  {file['path']}  {_size_and_hash(file)}" for file in files)


def _parted(name: str) -> tuple[str, str]:
    asset, _, partition = name.partition("/")
    return asset, partition


def _partitions(store: Store, asset: str) -> list[str]:
    try:
        return store.partitions(asset)
    except StoreError:
        return []


def _tree(node: Node, depth: int) -> Iterator[str]:
    entry, since = node.entry, " (made again since)" if node.changed else ""
    run = entry.made_by.get("mlflow_run", "")
    yield f"{'  ' * depth}{node.name}  {entry.digest}  MLflow {run}{since}"
    for file in node.files:
        yield f"{'  ' * (depth + 1)}{file['path']}  {_size_and_hash(file)}"
    for asset, nodes in groupby(node.inputs, key=lambda source: source.entry.asset):
        alike = list(nodes)
        for source in alike[:_ALIKE]:
            yield from _tree(source, depth + 1)
        if len(alike) > _ALIKE:
            yield f"{'  ' * (depth + 1)}… and {len(alike) - _ALIKE} more of {asset}"


def _size_and_hash(file: Mapping[str, Any]) -> str:
    return f"{file.get('bytes', '?')} bytes  SHA-256 {file.get('sha256', '?')}"
