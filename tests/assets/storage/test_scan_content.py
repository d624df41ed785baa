"""A scan that was replaced by one of the same size and time is found by its content."""

import os

import pytest

from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.scan_content import changed_scans, files_read
from attnconn_assets.storage.store import Store
from attnconn_assets.storage.user_files import hashed


@pytest.fixture
def scans(tmp_path):
    paths = [tmp_path / f"sub-{number}.npy" for number in range(3)]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


@pytest.fixture
def store(tmp_path, scans):
    store = Store(root=str(tmp_path / "store"))
    for number, path in enumerate(scans):
        facts = {"read": [hashed(path)]}
        store.put(Entry("time_series", f"sub-{number}_ses-1", {}, "recipe", facts=facts), {})
    return store


def replace(path, content):
    """Write another content, and set the time of change back."""
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_scan_with_the_same_size_and_time_is_found(store, scans):
    files = files_read(store)
    assert [*files] == [str(path) for path in scans]
    assert list(changed_scans(files)) == []
    replace(scans[1], b"sub-X.npy")
    looked_at = []
    (finding,) = changed_scans(files_read(store), lambda: looked_at.append(1))
    assert (finding.what, finding.where) == ("scan", str(scans[1]))
    assert "`touch` it" in finding.why
    assert len(looked_at) == 3


def test_scans_that_a_run_notices_are_left_to_it(store, scans):
    scans[0].write_bytes(b"longer than before")
    scans[1].unlink()
    assert [*files_read(store)] == [str(scans[2])]
