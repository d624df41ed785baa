"""Copies for users are what the store holds, or are written again."""

from types import SimpleNamespace

import pytest

from attnconn_assets.building.user_copies import changed_copies, write_copies
from attnconn_assets.storage.entry import Entry
from attnconn_assets.storage.store import Store


def _write(path):
    path.write_bytes(b"<p>stored</p>")


@pytest.fixture
def stored(tmp_path):
    store = Store(root=str(tmp_path / "store"))
    place = tmp_path / "report.html"
    store.put(Entry("report", "all", {}, "recipe"), {"report.html": _write})
    specs = [
        SimpleNamespace(name="report", copies={"report.html": place}),
        SimpleNamespace(name="fingerprint", copies={}),
    ]
    return specs, store, place


@pytest.mark.parametrize("changed", [None, b"<p>stored, and changed</p>"])
def test_a_missing_or_changed_copy_is_found_and_written_again(stored, changed):
    specs, store, place = stored
    if changed is not None:
        place.write_bytes(changed)
    assert changed_copies(specs, store) == [place]
    assert write_copies(specs, store) == [place]
    assert place.read_bytes() == b"<p>stored</p>"
    assert changed_copies(specs, store) == write_copies(specs, store) == []


def test_nothing_is_written_from_a_damaged_file(stored):
    specs, store, place = stored
    store.path(store.entry("report", "all"), "report.html").write_bytes(b"damaged")
    assert write_copies(specs, store) == []
    assert not place.exists()
