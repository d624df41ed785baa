"""Verification: what is damaged is named and marked, what nobody names is removed."""

import hashlib
import os
from pathlib import Path

import pytest

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.locks import locked
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.verification import inventory, verify

KEYS = tuple(f"sub-{number}_ses-test" for number in range(4))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(root=str(tmp_path))
    for key in KEYS:
        content = f"the series of {key}"
        store.put(
            Entry("pearson", key, files={}, recipe="r"),
            {"a.txt": lambda path, content=content: path.write_text(content)},
        )
    return store


def found(store: Store, repair: bool = False) -> list[tuple[str, str, bool]]:
    findings = verify(store, inventory(store), repair=repair)
    return [(each.what, Path(each.where).name, each.repaired) for each in findings]


def file_of(store: Store, key: str) -> Path:
    (file,) = store.entry("pearson", key).files.values()
    return Path(store.root) / "pearson" / file.name


def test_a_sound_store_has_nothing_to_tell_and_every_entry_is_looked_at(store):
    looks = []
    assert list(verify(store, inventory(store), looked_at=lambda: looks.append(1))) == []
    assert len(looks) == len(KEYS)


def test_every_kind_of_damage_is_named_and_marked(store, tmp_path):
    flipped, short, gone = (file_of(store, key) for key in KEYS[:3])
    status = flipped.stat()
    flipped.write_bytes(flipped.read_bytes().swapcase())
    os.utime(flipped, ns=(status.st_atime_ns, status.st_mtime_ns))
    short.write_bytes(short.read_bytes()[:5])
    gone.unlink()
    manifest = tmp_path / "pearson" / f"{KEYS[3]}.json"
    manifest.write_text(manifest.read_text()[:100])
    kept = next((tmp_path / "pearson").glob(f"{KEYS[3]}.*.txt"))

    assert found(store) == [("damaged", key, False) for key in KEYS]
    assert store.damaged() == {}
    assert found(store, repair=True) == [("damaged", key, True) for key in KEYS]
    assert [key for _, key in store.damaged()] == list(KEYS[:3])
    assert not any(store.is_whole(store.entry("pearson", key)) for key in KEYS[:3])
    assert kept.exists()  # nobody knows whether its manifest named it


def test_what_no_manifest_names_is_removed_and_what_is_not_the_stores_is_left(store, tmp_path):
    folder = tmp_path / "pearson"
    content = b"left by a process that was killed"
    orphan = folder / f"{KEYS[0]}.{hashlib.sha256(content).hexdigest()[:12]}.a.txt"
    orphan.write_bytes(content)
    stored = next(folder.glob(f"{KEYS[1]}.*.a.txt"))
    mine = [
        folder / "notes of mine.txt",
        folder / f"{stored.name}.bak",  # a copy beside its original
        folder / f"{stored.stem}.csv",  # converted
        folder / f"{KEYS[0]}.0123456789ab.a.txt",  # whose name isn't its content's
    ]
    for path in mine:
        path.write_bytes(stored.read_bytes())
    dead, alive = folder / ".writing-dead", folder / ".writing-alive"
    for scratch in (dead, alive):
        scratch.mkdir()
    (dead / ".held").write_text("")
    wrong = [("orphan", orphan.name, False), ("abandoned", dead.name, False)]
    with locked(alive / ".held"):
        assert found(store) == wrong
        assert found(store, repair=True) == [(what, name, True) for what, name, _ in wrong]
        assert found(store) == []
    assert all(path.exists() for path in mine)
    assert alive.exists()
    assert not orphan.exists()
    assert not dead.exists()
