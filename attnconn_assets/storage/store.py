"""The store: every series, model, matrix and score, and for each what made it.

An asset's partition is one manifest, ``<root>/<asset>/<partition>.json``, and the
files it names. A file carries its content's hash in its name and is complete before
the manifest that names it replaces the one before: whatever dies in between, a
reader sees the old partition or the new one, and nothing that is half-written. Where
the last try failed, ``.<partition>.failed`` says why: what is stored is then older than
it should be, and nobody builds on it.
"""

import dataclasses
import datetime
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from attnconn_assets.storage.entry import Entry, StoredFile
from attnconn_assets.storage.locks import alone, is_free
from attnconn_assets.storage.user_files import sha256_of
from attnconn_core.errors import StoreError

__all__ = ["Store"]

# In the name of an entry's file, but not of its manifest.
_CONTENT = re.compile(r"\.[0-9a-f]{12}\.")
# Where an entry is written, and what is locked in it as long as somebody writes.
_SCRATCH, _HELD = ".writing-", ".held"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,159}")


class Store(dg.ConfigurableResource):
    """A folder of entries."""

    root: str

    def find(self, asset: str, partition: str) -> Entry | None:
        """Return the entry, or None if there is none.

        Raises
        ------
        StoreError
            If its manifest is damaged.
        """
        path = self._manifest(asset, partition)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            files = {name: StoredFile(**file) for name, file in content.pop("files").items()}
            entry = Entry(files=files, **content)
            # A manifest from elsewhere must not lead out of its folder.
            if (entry.asset, entry.partition) != (asset, partition):
                raise StoreError(f"it is of {entry.asset}/{entry.partition}")
            for file in files.values():
                if Path(file.name).name != file.name:
                    raise StoreError(f"it names a file elsewhere, {file.name!r}")
        except (FileNotFoundError, NotADirectoryError):  # beside assets lies the report's copy
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, StoreError) as error:
            raise StoreError(f"{path}: the manifest is damaged: {error}") from error
        return entry

    def entry(self, asset: str, partition: str) -> Entry:
        """Return the entry.

        Raises
        ------
        StoreError
            If there is none, or making it anew has failed since.
        """
        found = self.find(asset, partition)
        if found is None:
            raise StoreError(f"{asset} of {partition} isn't in the store: materialise it first")
        why = self.failure(asset, partition)
        if why is not None:
            raise StoreError(
                f"{asset} of {partition} failed when it was last made, and what is stored is "
                f"older: {why}"
            )
        return found

    def entries(self) -> Iterator[Entry]:
        """Go through everything that is stored.

        Raises
        ------
        StoreError
            If a manifest is damaged.
        """
        for folder in sorted(Path(self.root).glob("*/")):
            for partition in self.partitions(folder.name):
                entry = self.find(folder.name, partition)
                if entry is not None:
                    yield entry

    def partitions(self, asset: str) -> list[str]:
        """List the partitions of an asset that are stored, in order."""
        manifests = sorted(self._folder(asset).glob("*.json"))
        return [path.stem for path in manifests if not _CONTENT.search(path.name)]

    def fail(self, asset: str, partition: str, why: str, tried: str = "") -> None:
        """Remember that a partition could not be made; what it held stays.

        Parameters
        ----------
        asset, partition
            What couldn't be made.
        why
            For people.
        tried
            Stands for all that it would have been made from: as long as that stays as it
            is, another try would end as this one.
        """
        note = self._failure_note(asset, partition)
        note.parent.mkdir(parents=True, exist_ok=True)
        try:
            note.write_text(json.dumps({"why": why, "tried": tried}), encoding="utf-8")
        except OSError:
            note.unlink(missing_ok=True)
            raise

    def failure(self, asset: str, partition: str) -> str | None:
        """Say why a partition's last making failed; None if it didn't."""
        note = self._failed(asset, partition)
        return None if note is None else note["why"]

    def failed_with(self, asset: str, partition: str) -> str | None:
        """Return what the last making that failed was tried with; None if it didn't fail."""
        note = self._failed(asset, partition)
        return None if note is None else note["tried"]

    def _failed(self, asset: str, partition: str) -> dict[str, str] | None:
        try:
            text = self._failure_note(asset, partition).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            note = json.loads(text)
            return {"why": str(note["why"]), "tried": str(note["tried"])}
        except (ValueError, TypeError, KeyError):  # written by hand, or cut off
            return {"why": text, "tried": ""}

    def snapshot(self) -> "Store":
        """Return a store that reads each manifest once: for looking at all of them."""
        return _Snapshot(root=self.root)

    def path(self, entry: Entry, name: str) -> Path:
        """Return where a file of an entry lies, after checking that it is what was stored.

        Raises
        ------
        StoreError
            If the entry has no such file, or the file is missing or was changed.
        """
        if name not in entry.files:
            raise StoreError(
                f"{entry.asset} of {entry.partition} has no {name}; it has {', '.join(entry.files)}"
            )
        file = entry.files[name]
        path = self._folder(entry.asset) / file.name
        if not path.is_file():
            raise StoreError(
                f"{path}: missing; materialise {entry.asset} of {entry.partition} again"
            )
        if sha256_of(path) != file.sha256:
            raise StoreError(
                f"{path}: not what was stored (another SHA-256); "
                f"materialise {entry.asset} of {entry.partition} again"
            )
        return path

    def is_whole(self, entry: Entry) -> bool:
        """Whether every file of an entry lies where it should, at its size."""
        paths = {self._folder(entry.asset) / file.name: file.size for file in entry.files.values()}
        return all(path.is_file() and path.stat().st_size == size for path, size in paths.items())

    def put(self, draft: Entry, writers: Mapping[str, Callable[[Path], None]]) -> Entry:
        """Write an entry's files, then its manifest, in place of what was there.

        Parameters
        ----------
        draft
            The entry, without files.
        writers
            What a file is called → a function that writes it to a given path.

        Returns
        -------
        The entry as stored.
        """
        manifest = self._manifest(draft.asset, draft.partition)
        folder = manifest.parent
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=folder) as name,
            alone(Path(name) / _HELD),
        ):
            scratch = Path(name)
            files = {}
            for called, write in writers.items():
                written = scratch / _checked(called)
                write(written)
                files[called] = _named(draft.partition, called, written)
            entry = dataclasses.replace(
                draft,
                files=files,
                made_by={"at": datetime.datetime.now(datetime.UTC).isoformat(), **draft.made_by},
            )
            drawn_up = scratch / manifest.name
            drawn_up.write_text(
                json.dumps(dataclasses.asdict(entry), indent=1, allow_nan=False), encoding="utf-8"
            )
            # One writer at a time publishes: another's clearing up must not meet its files.
            with alone(folder / ".publishing"):
                before = self.readable(draft.asset, draft.partition)
                for called, file in files.items():
                    os.replace(scratch / called, folder / file.name)
                os.replace(drawn_up, manifest)
                self._failure_note(draft.asset, draft.partition).unlink(missing_ok=True)
                kept = {file.name for file in files.values()}
                for file in before.files.values() if before else ():
                    if file.name not in kept:
                        (folder / file.name).unlink(missing_ok=True)
        return entry

    def clear_abandoned(self) -> int:
        """Remove what killed processes were writing; return how many pieces that were."""
        abandoned = [
            scratch
            for scratch in Path(self.root).glob(f"*/{_SCRATCH}*")
            if is_free(scratch / _HELD)
        ]
        for scratch in abandoned:
            shutil.rmtree(scratch, ignore_errors=True)
        return len(abandoned)

    def readable(self, asset: str, partition: str) -> Entry | None:
        """Return the entry; None if there is none, or its manifest is damaged."""
        try:
            return self.find(asset, partition)
        except StoreError:
            return None

    def _folder(self, asset: str) -> Path:
        return Path(self.root) / _checked(asset)

    def _failure_note(self, asset: str, partition: str) -> Path:
        return self._folder(asset) / f".{_checked(partition)}.failed"

    def _manifest(self, asset: str, partition: str) -> Path:
        return self._folder(asset) / f"{_checked(partition)}.json"


class _Snapshot(Store):
    """A store as it was when each of its entries was first looked at."""

    _found: dict[tuple[str, str], Entry | None] = PrivateAttr(default_factory=dict)
    _notes: dict[tuple[str, str], dict[str, str] | None] = PrivateAttr(default_factory=dict)

    def find(self, asset: str, partition: str) -> Entry | None:
        """Return the entry, or None if there is none."""
        key = asset, partition
        if key not in self._found:
            self._found[key] = super().find(asset, partition)
        return self._found[key]

    def _failed(self, asset: str, partition: str) -> dict[str, str] | None:
        key = asset, partition
        if key not in self._notes:
            self._notes[key] = super()._failed(asset, partition)
        return self._notes[key]


def _named(partition: str, called: str, written: Path) -> StoredFile:
    """Name a file by its content."""
    sha256 = sha256_of(written)
    return StoredFile(f"{partition}.{sha256[:12]}.{called}", sha256, written.stat().st_size)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise StoreError(
            "a name in the store must be letters, digits, '.', '_' and '-', the first a letter "
            f"or digit; got {name!r}"
        )
    return name
