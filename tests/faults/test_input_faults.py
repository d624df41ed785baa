"""Code, scans and folders that change, or go away, in the middle of a run."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.servers

OTHER_SOURCE = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))


@pytest.fixture
def scans(tmp_path) -> Path:
    """Ten scans, as files."""
    folder = tmp_path / "scans"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for subject in "abcdefghij":
        np.save(folder / f"sub-{subject}_ses-test.npy", rng.normal(size=(60, 3)))
    return folder


@pytest.fixture
def of_files(make_place, scans):
    """A study of these scans, with some keys changed."""

    def make(**changes):
        source = {"source": "arrays", "root": str(scans), "repetition_time": 0.72, **OTHER_SOURCE}
        return make_place(**{**source, **changes})

    return make


def keys(scans: Path) -> set[str]:
    return {path.stem for path in scans.iterdir()}


def recipes(place) -> dict[str, str]:
    manifests = {path.stem: json.loads(path.read_text()) for path in place.store.glob("*.json")}
    return {name: manifest["recipe"] for name, manifest in manifests.items()}


@pytest.mark.parametrize("overlapping", [False, True])
def test_code_that_changes_in_the_middle_of_a_backfill(make_place, until, overlapping):
    """What the old code made is stale for the new: one end result, all of one recipe."""
    place = make_place(sessions=10, chunk=2)
    old = place.start()
    if overlapping:
        until(lambda: len(place.stored()) >= 3 or old.poll() is not None, "three partitions")
        new = place.start(new_code=True).wait()
        old.wait()
        assert old.status == new.status == 0, old.told + new.told
    else:
        assert old.kill_when(lambda: 3 <= len(place.stored()) < 10), old.told
    assert place.damage() == []
    before = recipes(place)

    last = place.start(new_code=True).wait()
    assert last.status == 0, last.told
    of_new = set(recipes(place).values())
    assert len(of_new) == 1
    stale = [key for key, recipe in before.items() if recipe not in of_new]
    if not overlapping:
        assert len(stale) == len(before)
    assert last.counts[0] == len(stale) + 10 - len(before)
    assert place.recorded() == place.sessions
    assert place.damage() == place.strays() == []
    assert place.start(new_code=True).wait().counts == (0, 10, 0)


def test_a_scan_that_is_replaced_while_it_is_read(of_files, scans, until):
    """It is read once more, and the session is made of the new file."""
    place = of_files()
    victim = scans / "sub-c_ses-test.npy"
    run = place.start(pause_at=victim.stem)
    until(lambda: (place.folder / "reading").exists() or run.poll() is not None, "a scan is read")
    other = np.random.default_rng(2).normal(size=(60, 3))
    np.save(scans.parent / "other.npy", other)
    os.replace(scans.parent / "other.npy", victim)
    (place.folder / "go on").touch()
    run.wait()
    assert run.counts == (10, 0, 0), run.told
    assert place.stored() == keys(scans)
    assert place.damage() == place.strays() == []
    # Made of what lies there now, or it would be made again.
    assert place.run().counts == (0, 10, 0)


def test_a_folder_of_scans_that_goes_away_and_comes_back(of_files, scans):
    place = of_files(chunk=1)
    all_keys = keys(scans)
    away = scans.with_name("unmounted")
    first = place.start()
    assert first.meanwhile(lambda: 2 <= len(place.stored()) < 10, lambda: scans.rename(away))
    assert first.status == 1, first.told
    stored = place.stored()
    assert stored < all_keys
    assert str(scans) in first.told
    assert place.damage() == []
    gone = place.run()  # still away: said, and what is stored stays
    assert gone.status == 1
    assert str(scans) in gone.told
    assert "Traceback" not in gone.told
    assert place.stored() == stored

    away.rename(scans)
    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (10 - len(stored), len(stored), 0)
    assert place.stored() == place.recorded() == all_keys
    assert place.damage() == place.strays() == []


@pytest.fixture
def mount(tmp_path):
    """A folder that is mounted, and how to take it away and to bring it back."""
    real, folder = tmp_path / "real", tmp_path / "mounted"
    real.mkdir()
    folder.mkdir()

    def come() -> None:
        told = subprocess.run(
            ["mount", "--bind", str(real), str(folder)], capture_output=True, text=True, check=False
        )
        if told.returncode:
            pytest.skip(f"a folder can't be mounted here: {told.stderr.strip()}")

    def go() -> None:
        subprocess.run(["umount", "-l", str(folder)], check=True)

    come()
    yield folder, go, come
    subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def test_a_store_on_a_mount_that_goes_away_and_comes_back(make_place, mount):
    folder, go, come = mount
    place = make_place(sessions=10, chunk=1, store=str(folder / "store"))
    first = place.start()
    assert first.meanwhile(lambda: 3 <= len(place.stored()) < 10, go), first.told
    assert first.status == 1, first.told
    assert "Traceback" not in first.told
    assert first.told.count("the store's folder must stay the same during a run") == 1
    come()
    assert place.damage() == []
    stored = place.stored()
    assert len(stored) >= 3
    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (10 - len(stored), len(stored), 0)
    assert place.stored() == place.recorded() == place.sessions
    assert place.damage() == place.strays() == []


def test_a_store_on_a_mount_that_is_away_when_a_run_begins(make_place, mount):
    folder, go, come = mount
    place = make_place(sessions=4, store=str(folder / "store"))
    assert place.run().status == 0
    go()
    away = place.run()
    assert away.status == 1
    assert "Traceback" not in away.told
    assert "Dagster knows 4 stored partitions. If its disk" in away.told
    assert not list(folder.iterdir())
    come()
    assert place.run().counts == (0, 4, 0)
    assert place.stored() == place.recorded() == place.sessions
