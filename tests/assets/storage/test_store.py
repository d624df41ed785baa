"""The store: what is written is whole, what was there stays, what is damaged is named."""

import dataclasses
import json
import os
from pathlib import Path
from threading import Thread

import pytest

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.manifest import DamageError
from attnconn_assets.storage.store import Store
from attnconn_core.errors import StoreError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(root=str(tmp_path))


def draft(partition: str = "sub-1_ses-test") -> Entry:
    return Entry("pearson", partition, files={}, recipe="r1", inputs={"a/b": "c"})


def write(text: str):
    return lambda path: path.write_text(text)


def test_what_is_put_is_found(store):
    put = store.put(draft(), {"note.txt": write("one")})
    found = store.find("pearson", "sub-1_ses-test")
    assert found == put
    assert found.inputs == {"a/b": "c"}
    assert store.path(found, "note.txt").read_text() == "one"


def test_nothing_is_none_and_asking_for_it_says_what_to_do(store):
    assert store.find("pearson", "sub-1_ses-test") is None
    with pytest.raises(StoreError, match="pearson of sub-1_ses-test isn't in the store"):
        store.entry("pearson", "sub-1_ses-test")


def test_a_second_put_replaces_the_first_and_leaves_no_file_behind(store, tmp_path):
    first = store.put(draft(), {"note.txt": write("one")})
    second = store.put(draft(), {"note.txt": write("two")})
    assert first.digest != second.digest
    assert store.path(store.entry("pearson", "sub-1_ses-test"), "note.txt").read_text() == "two"
    assert len(list((tmp_path / "pearson").glob("[!.]*"))) == 2  # the manifest and one file


def test_the_same_content_has_the_same_digest(store):
    first = store.put(draft(), {"note.txt": write("one")})
    assert store.put(draft(), {"note.txt": write("one")}).digest == first.digest


@pytest.mark.parametrize("stage", ["first", "second"])
def test_a_writer_that_fails_leaves_what_was_there(store, tmp_path, stage):
    store.put(draft(), {"note.txt": write("one")})

    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError("disk full")

    writers = {"note.txt": fail} if stage == "first" else {"note.txt": write("two"), "b.txt": fail}
    with pytest.raises(OSError, match="disk full"):
        store.put(draft(), writers)
    assert store.path(store.entry("pearson", "sub-1_ses-test"), "note.txt").read_text() == "one"
    assert not list((tmp_path / "pearson").glob(".writing-*"))


def test_a_changed_file_is_refused(store):
    entry = store.put(draft(), {"note.txt": write("one")})
    store.path(entry, "note.txt").write_text("tampered")
    assert not store.is_whole(entry)
    with pytest.raises(StoreError, match="not what was stored"):
        store.path(entry, "note.txt")


def test_a_missing_file_is_named(store):
    entry = store.put(draft(), {"note.txt": write("one")})
    store.path(entry, "note.txt").unlink()
    with pytest.raises(StoreError, match="missing; materialise pearson of sub-1_ses-test again"):
        store.path(entry, "note.txt")
    with pytest.raises(StoreError, match=r"has no other\.txt; it has note\.txt"):
        store.path(entry, "other.txt")


@pytest.mark.parametrize("content", ["{", "[]", '{"files": {"a": 1}}', '{"asset": "pearson"}'])
def test_a_damaged_manifest_is_named(store, tmp_path, content):
    store.put(draft(), {"note.txt": write("one")})
    (tmp_path / "pearson" / "sub-1_ses-test.json").write_text(content)
    with pytest.raises(StoreError, match="the manifest is damaged"):
        store.find("pearson", "sub-1_ses-test")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a\0b", "x" * 200])
def test_names_that_could_leave_the_folder_are_refused(store, name):
    with pytest.raises(StoreError, match="a name in the store must be"):
        store.put(Entry("pearson", name, files={}, recipe="r"), {"a": write("")})
    with pytest.raises(StoreError, match="a name in the store must be"):
        store.find(name, "all")


def test_manifests_hold_no_value_that_json_lacks(store, tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.put(
            Entry("pearson", "all", files={}, recipe="r", facts={"r2": float("nan")}),
            {"a.txt": write("")},
        )
    assert store.find("pearson", "all") is None
    store.put(draft("all"), {"a.txt": write("")})
    assert json.loads((tmp_path / "pearson" / "all.json").read_text())["asset"] == "pearson"


def test_a_damaged_manifest_is_no_obstacle_to_making_it_again(store, tmp_path):
    store.put(draft(), {"note.txt": write("one")})
    (tmp_path / "pearson" / "sub-1_ses-test.json").write_text("{")
    made = store.put(draft(), {"note.txt": write("two")})
    assert store.find("pearson", "sub-1_ses-test") == made


def test_two_writers_of_one_partition_leave_a_whole_one(store, monkeypatch):
    # The second puts back what the first has just replaced and is about to clear away.
    store.put(draft(), {"note.txt": write("one")})
    unlink, second = Path.unlink, []

    def interrupted(path: Path, **how: bool) -> None:
        if not second:
            again = Thread(target=store.put, args=(draft(), {"note.txt": write("one")}))
            second.append(again)
            again.start()
            again.join(timeout=0.5)
        unlink(path, **how)

    monkeypatch.setattr(Path, "unlink", interrupted)
    store.put(draft(), {"note.txt": write("two")})
    second[0].join()
    left = store.entry("pearson", "sub-1_ses-test")
    assert store.path(left, "note.txt").read_text() == "one"


def test_facts_that_others_read_are_content_and_where_it_came_from_is_not():
    entry = Entry(
        "group_forecaster", "base", {}, "r", facts={"folds": [1], "read": [{"path": "a"}]}
    )
    other = dataclasses.replace(entry, facts={**entry.facts, "folds": [2]})
    moved = dataclasses.replace(entry, facts={**entry.facts, "read": [], "training_seconds": 3.0})
    assert entry.digest == moved.digest != other.digest


def flip(path: Path) -> None:
    """Change one byte, as a disk does: size and time of change stay."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_flipped_byte_is_found_by_its_reader_and_then_known_to_all(store):
    entry = store.put(draft(), {"note.txt": write("one")})
    path = store.path(entry, "note.txt")
    flip(path)
    assert store.is_whole(entry)  # it looks as it was left
    with pytest.raises(DamageError, match="another SHA-256"):
        store.path(entry, "note.txt")
    assert not store.is_whole(entry)
    assert list(store.damaged()) == [("pearson", "sub-1_ses-test")]
    assert "another SHA-256" in store.damage("pearson", "sub-1_ses-test")

    again = store.put(draft(), {"note.txt": write("one")})
    assert store.is_whole(again)
    assert store.damaged() == {}


def test_a_note_of_damage_says_nothing_of_what_was_stored_since(store):
    entry = store.put(draft(), {"note.txt": write("one")})
    again = store.put(draft(), {"note.txt": write("one")})
    store.mark_damaged(entry, "seen too late")
    assert store.damage("pearson", "sub-1_ses-test") is None
    assert store.is_whole(again)


def test_a_changed_time_is_a_suspicion_and_a_sound_file_gets_its_time_back(store):
    entry = store.put(draft(), {"note.txt": write("one")})
    path = store.path(entry, "note.txt")
    os.utime(path, ns=(1, 1))
    assert store.is_whole(entry)
    assert path.stat().st_mtime_ns == entry.files["note.txt"].changed_ns
    path.write_text("two")
    assert not store.is_whole(entry)


@pytest.mark.parametrize("key", ['"recipe": "r1"', '"a/b": "c"', '"size": 3'])
def test_a_manifest_knows_when_it_is_not_what_was_stored(store, tmp_path, key):
    store.put(draft(), {"note.txt": write("one")})
    manifest = tmp_path / "pearson" / "sub-1_ses-test.json"
    text = manifest.read_text()
    assert key in text
    manifest.write_text(text.replace(key, f"{key[:-2]}4{key[-1] if key[-1] == chr(34) else ''}"))
    assert store.readable("pearson", "sub-1_ses-test") is None
    assert "the manifest is damaged" in store.damage("pearson", "sub-1_ses-test")


def test_a_manifest_of_an_older_version_is_read(store, tmp_path):
    entry = store.put(draft(), {"note.txt": write("one")})
    manifest = tmp_path / "pearson" / "sub-1_ses-test.json"
    content = json.loads(manifest.read_text())
    del content["sealed"], content["files"]["note.txt"]["changed_ns"]
    manifest.write_text(json.dumps(content))
    old = store.find("pearson", "sub-1_ses-test")
    assert old.digest == entry.digest
    assert store.is_whole(old)


def test_what_one_process_makes_another_one_does_not(store, tmp_path):
    keys = ["sub-1_ses-test", "sub-2_ses-test"]
    other = Store(root=store.root)
    with store.making("pearson", keys[:1]) as mine, other.making("pearson", keys) as theirs:
        assert (mine, theirs) == (keys[:1], keys[1:])
    with other.making("pearson", keys) as theirs:
        assert theirs == keys
    assert list((tmp_path / "pearson").iterdir()) == []
