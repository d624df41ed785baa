"""An error about a full or failing disk names the folders of a study and their free space."""

import errno
import io
import sqlite3
import sys

import pytest

from attnconn_assets.operation.disks import naming_disks
from attnconn_core.errors import StoreError, TrackingError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (sqlite3.OperationalError("disk I/O error"), "disk I/O error"),
        (OSError(errno.ENOSPC, "No space"), "No space left on device"),
    ],
)
def test_a_full_disk_is_named_with_its_free_space(tiny_study, home, monkeypatch, error, words):
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    wanted = pytest.raises(StoreError, match=f"a disk reports: {words}")
    with wanted as caught, naming_disks(tiny_study):
        raise error
    for folder in (tiny_study.store_folder, tiny_study.tracking_folder, home):
        assert f"{folder}: " in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("no such table"),
        FileNotFoundError("atlas"),
        TrackingError("disk I/O error"),
    ],
)
def test_other_errors_stay_as_they_are(tiny_study, error):
    with pytest.raises(type(error), match=str(error)), naming_disks(tiny_study):
        raise error


def test_a_full_disk_of_the_output_is_not_the_studys(tiny_study, monkeypatch):
    class Full(io.StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, "No space")

    monkeypatch.setattr("sys.stdout", Full())
    with pytest.raises(OSError, match="No space") as caught, naming_disks(tiny_study):
        sys.stdout.flush()
    assert not isinstance(caught.value, StoreError)
