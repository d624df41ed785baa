"""The store: every series, model, matrix and score, each with a record of how it was made.

A partition of an asset is one manifest, ``<root>/<asset>/<partition>.json``, and the files that it
names. File names contain a hash of the content. Files are complete before a new manifest replaces
the old one, so a reader sees the old or the new partition even if a process is killed in between.

``.<partition>.failed`` holds the reason if the last try failed. The stored result is then older
than it should be, and no other asset reads it. ``.<partition>.damaged`` is written when a file is
found missing or changed; the partition is then stale.
"""

import contextlib
import dataclasses
import datetime
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.locks import is_free, locked, locked_if_free
from attnconn_assets.storage.manifest import DamageError, parsed, written
from attnconn_assets.storage.notes import read_note, write_note
from attnconn_assets.storage.stored_files import named, why_not_whole
from attnconn_core.errors import StoreError
from attnconn_core.stored_names import CONTENT, check_stored_name, is_stored_name

__all__ = ["Store"]

# Prefix of the folder in which an entry is written, and the lock in it while it is written.
_SCRATCH, _HELD = ".writing-", ".held"
_MAKING = ".making-"  # prefix of locks on partitions that are being made
_REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class Store(dg.ConfigurableResource):
    """A folder of entries."""

    root: str
    _folder_seen: tuple[int, int] | None = PrivateAttr(default=None)

    def find(self, asset: str, partition: str) -> Entry | None:
        """Return the stored entry of a partition; None if nothing is stored.

        Raises
        ------
        DamageError
            If its manifest is damaged.
        """
        try:
            return parsed(self._manifest(asset, partition), asset, partition)
        except (
            FileNotFoundError,
            NotADirectoryError,
        ):  # the report's copy lies beside the assets' folders
            return None

    def entry(self, asset: str, partition: str) -> Entry:
        """Return the entry.

        Raises
        ------
        StoreError
            If there is none, or a later try to make it failed.
        """
        entry = self.find(asset, partition)
        if entry is None:
            raise StoreError(f"{asset} of {partition} isn't in the store: materialise it first")
        why = self.failure(asset, partition)
        if why is not None:
            raise StoreError(
                f"{asset} of {partition} failed when it was last made, and the stored result is "
                f"older: {why}"
            )
        return entry

    def entries(self) -> Iterator[Entry]:
        """Yield all entries.

        Raises
        ------
        StoreError
            If a manifest is damaged.
        """
        for asset in self.assets():
            for partition in self.partitions(asset):
                entry = self.find(asset, partition)
                if entry is not None:
                    yield entry

    def assets(self) -> list[str]:
        """Return the names of assets that have a folder, sorted."""
        folders = sorted(Path(self.root).glob("*/"))
        return [folder.name for folder in folders if is_stored_name(folder.name)]

    def partitions(self, asset: str) -> list[str]:
        """Return the stored partitions of an asset, sorted."""
        manifests = sorted(self._folder(asset).glob("*.json"))
        return [path.stem for path in manifests if not CONTENT.search(path.name)]

    def fail(self, asset: str, partition: str, why: str, tried: str = "") -> None:
        """Record that a partition couldn't be made; the stored result stays.

        Parameters
        ----------
        asset, partition
            The partition.
        why
            The reason in words.
        tried
            Hash of everything that it would have been made from. While it is the same, another
            try would fail in the same way.
        """
        write_note(self._failure_note(asset, partition), why=why, tried=tried)

    def failure(self, asset: str, partition: str) -> str | None:
        """Return why the last try to make a partition failed; None if it didn't."""
        note = self._failed(asset, partition)
        return None if note is None else note["why"]

    def failed_with(self, asset: str, partition: str) -> str | None:
        """Return the hash of the inputs of the last failed try; None if it didn't fail."""
        note = self._failed(asset, partition)
        return None if note is None else note["tried"]

    def _failed(self, asset: str, partition: str) -> dict[str, str] | None:
        return read_note(self._failure_note(asset, partition), "why", "tried")

    def mark_damaged(self, entry: Entry, why: str) -> None:
        """Record that an entry is damaged, unless the store is read-only."""
        with contextlib.suppress(OSError):
            write_note(self._damage_note(entry.asset, entry.partition), why=why, of=_moment(entry))

    def damage(self, asset: str, partition: str) -> str | None:
        """Return what is damaged in a partition; None if nothing is known to be."""
        try:
            entry = self.find(asset, partition)
        except DamageError as error:
            return str(error)
        note = self._damaged(asset, partition) if entry else None
        # A note on an entry that was replaced since doesn't count.
        return note["why"] if note and entry and note["of"] == _moment(entry) else None

    def _damaged(self, asset: str, partition: str) -> dict[str, str] | None:
        return read_note(self._damage_note(asset, partition), "why", "of")

    def damaged(self) -> dict[tuple[str, str], str]:
        """Return asset and partition → damage, for all that are recorded as damaged."""
        notes = sorted(Path(self.root).glob("*/.*.damaged"))
        places = [(note.parent.name, note.name[1 : -len(".damaged")]) for note in notes]
        return {place: why for place in places if (why := self.damage(*place)) is not None}

    def snapshot(self) -> "Store":
        """Return a store that reads each manifest only once."""
        return _Snapshot(root=self.root)

    def path(self, entry: Entry, name: str) -> Path:
        """Return the path of an entry's file, after checking its hash.

        Raises
        ------
        StoreError
            If the entry has no such file.
        DamageError
            If the file is missing or was changed; the entry is then recorded as damaged.
        """
        if name not in entry.files:
            raise StoreError(
                f"{entry.asset} of {entry.partition} has no {name}; it has {', '.join(entry.files)}"
            )
        path = self._folder(entry.asset) / entry.files[name].name
        why = why_not_whole(path, entry.files[name], hashed=True)
        if why:
            self.mark_damaged(entry, f"{path}: {why}")
            raise DamageError(
                f"{path}: {why}; materialise {entry.asset} of {entry.partition} again, as the "
                "next run does"
            )
        return path

    def is_whole(self, entry: Entry) -> bool:
        """Whether every file of an entry is unchanged, by size and time of change.

        If only the time differs, the hash is checked: a copied file is intact, and its time is
        set back. Changed files are recorded as damage.
        """
        if self.damage(entry.asset, entry.partition) is not None:
            return False
        for file in entry.files.values():
            path = self._folder(entry.asset) / file.name
            why = why_not_whole(path, file)
            if why:
                self.mark_damaged(entry, f"{path}: {why}")
                return False
        return True

    def put(self, draft: Entry, writers: Mapping[str, Callable[[Path], None]]) -> Entry:
        """Write an entry's files, then replace its manifest.

        Parameters
        ----------
        draft
            The entry, without files.
        writers
            File name → function that writes the file to a given path.

        Returns
        -------
        The entry as stored.
        """
        manifest = self._manifest(draft.asset, draft.partition)
        folder = manifest.parent
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder) as name,
            locked(Path(name) / _HELD),
        ):
            scratch = Path(name)
            files = {}
            for called, write in writers.items():
                drawn = scratch / check_stored_name(called)
                write(drawn)
                files[called] = named(draft.partition, called, drawn)
            entry = dataclasses.replace(
                draft,
                files=files,
                made_by={"at": datetime.datetime.now(datetime.UTC).isoformat(), **draft.made_by},
            )
            drawn_up = scratch / manifest.name
            drawn_up.write_text(written(entry), encoding="utf-8")
            # One writer publishes at a time, as publishing also removes the former files.
            with locked(folder / ".publishing"):
                before = self.readable(draft.asset, draft.partition)
                for called, file in files.items():
                    os.replace(scratch / called, folder / file.name)
                os.replace(drawn_up, manifest)
                self._failure_note(draft.asset, draft.partition).unlink(missing_ok=True)
                self._damage_note(draft.asset, draft.partition).unlink(missing_ok=True)
                kept = {file.name for file in files.values()}
                for file in before.files.values() if before else ():
                    if file.name not in kept:
                        (folder / file.name).unlink(missing_ok=True)
        return entry

    def amend(self, entry: Entry, **made_by: str) -> None:
        """Change `made_by` of a stored entry, which isn't part of its content.

        An entry that was replaced since it was read isn't changed.
        """
        manifest = self._manifest(entry.asset, entry.partition)
        folder = manifest.parent
        with (
            tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder) as name,
            locked(Path(name) / _HELD),
            locked(folder / ".publishing"),
        ):
            if self.readable(entry.asset, entry.partition) != entry:
                return
            amended = dataclasses.replace(entry, made_by={**entry.made_by, **made_by})
            drawn_up = Path(name) / manifest.name
            drawn_up.write_text(written(amended), encoding="utf-8")
            os.replace(drawn_up, manifest)

    def state(self, asset: str, partition: str) -> tuple[object, ...]:
        """Return a value that changes whenever the partition is made or tried again."""
        stamps: list[object] = []
        for path in (self._manifest(asset, partition), self._failure_note(asset, partition)):
            try:
                status = path.stat()
                stamps += [status.st_ino, status.st_mtime_ns]
            except OSError:
                stamps.append(None)
        return tuple(stamps)

    @contextlib.contextmanager
    def making(self, asset: str, partitions: Sequence[str]) -> Iterator[list[str]]:
        """Lock those partitions that no other process is making; yield their keys.

        Raises
        ------
        StoreError
            If the store isn't writable, or its folder was replaced.
        """
        self._require_same_folder()
        locks = {
            key: self._folder(asset) / f"{_MAKING}{check_stored_name(key)}" for key in partitions
        }
        with contextlib.ExitStack() as stack:
            try:
                self._folder(asset).mkdir(parents=True, exist_ok=True)
                self._folder_seen = _identity(Path(self.root))
                held = stack.enter_context(locked_if_free(locks.values()))
            except OSError as error:
                if error.errno in _REFUSED:
                    raise StoreError(
                        f"the store's folders must be writable; got {self._folder(asset)} "
                        f"({error.strerror}): {asset} can't be made there"
                    ) from error
                held = set(locks.values())  # no room for lock files: continue without
            yield [key for key, lock in locks.items() if lock in held]

    def _require_same_folder(self) -> None:
        """Raise an error if the store's folder was replaced, as by a lost mount."""
        if self._folder_seen not in (None, _identity(Path(self.root))):
            raise StoreError(
                f"the store's folder must stay the same during a run; {self.root} is missing or "
                "was replaced: was its disk unmounted? Mount it, and run again"
            )

    def abandoned(self) -> list[Path]:
        """Return the folders that killed processes were writing in."""
        return [
            scratch
            for scratch in sorted(Path(self.root).glob(f"*/{_SCRATCH}*"))
            if is_free(scratch / _HELD)
        ]

    def clear_abandoned(self) -> int:
        """Remove the temporary files of killed processes; return the number of folders."""
        abandoned = self.abandoned()
        for scratch in abandoned:
            shutil.rmtree(scratch, ignore_errors=True)
        with contextlib.suppress(OSError), locked_if_free(Path(self.root).glob(f"*/{_MAKING}*")):
            pass  # free locks are removed
        return len(abandoned)

    def readable(self, asset: str, partition: str) -> Entry | None:
        """Return the entry; None if there is none, or its manifest is damaged."""
        try:
            return self.find(asset, partition)
        except StoreError:
            return None

    def _folder(self, asset: str) -> Path:
        return Path(self.root) / check_stored_name(asset)

    def _failure_note(self, asset: str, partition: str) -> Path:
        return self._folder(asset) / f".{check_stored_name(partition)}.failed"

    def _damage_note(self, asset: str, partition: str) -> Path:
        return self._folder(asset) / f".{check_stored_name(partition)}.damaged"

    def _manifest(self, asset: str, partition: str) -> Path:
        return self._folder(asset) / f"{check_stored_name(partition)}.json"


class _Snapshot(Store):
    """A store that remembers each entry as first read."""

    _entries: dict[tuple[str, str], Entry | None] = PrivateAttr(default_factory=dict)
    _failures: dict[tuple[str, str], dict[str, str] | None] = PrivateAttr(default_factory=dict)
    _damages: dict[tuple[str, str], dict[str, str] | None] = PrivateAttr(default_factory=dict)

    def find(self, asset: str, partition: str) -> Entry | None:
        """Return the entry, or None if there is none."""
        key = asset, partition
        if key not in self._entries:
            self._entries[key] = super().find(asset, partition)
        return self._entries[key]

    def _failed(self, asset: str, partition: str) -> dict[str, str] | None:
        key = asset, partition
        if key not in self._failures:
            self._failures[key] = super()._failed(asset, partition)
        return self._failures[key]

    def _damaged(self, asset: str, partition: str) -> dict[str, str] | None:
        key = asset, partition
        if key not in self._damages:
            self._damages[key] = super()._damaged(asset, partition)
        return self._damages[key]

    def mark_damaged(self, entry: Entry, why: str) -> None:
        """Record that an entry is damaged, unless the store is read-only."""
        self._damages.pop((entry.asset, entry.partition), None)
        super().mark_damaged(entry, why)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return a folder's device and inode, which identify it; None if it is missing."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _moment(entry: Entry) -> str:
    """Return when an entry was made, which distinguishes it from a later one with equal content."""
    return entry.made_by.get("at", "")
