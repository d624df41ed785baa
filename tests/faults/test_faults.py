"""What the platform does when it is killed, starved, locked out, raced or given rubbish."""

import contextlib
import re
import sqlite3
import subprocess
import time

import numpy as np
import pytest

pytestmark = pytest.mark.servers

OTHER_SOURCE = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))
LOCKED = 8.0  # seconds; MLflow waits 20 for its database before it gives up


@pytest.mark.parametrize("published", [False, True])
def test_a_killed_run(make_place, published):
    """Killed while a partition is made, or between its manifest and the end of its run."""
    place = make_place(sessions=10)
    first = place.start()

    def halfway() -> bool:
        if len(place.stored()) < 3:
            return False
        try:
            runs = place.tracked(patience=0)
        except sqlite3.OperationalError:  # it was stopped while it writes there
            return False
        return "RUNNING" in runs and (len(runs) == len(place.stored())) == published

    assert first.kill_when(halfway), first.told
    stored, recorded = place.stored(), place.recorded()
    assert place.damage() == []
    assert recorded <= stored < place.sessions
    assert len(stored - recorded) <= 1

    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (10 - len(stored), len(stored), 0)
    assert place.stored() == place.sessions
    assert place.damage() == []
    assert all(name.startswith(".writing-") for name in place.strays())
    assert place.recorded() == place.sessions
    # A run that made what is stored is finished, although its process was killed.
    assert set(place.tracked()) == ({"FINISHED"} if published else {"FINISHED", "KILLED"})


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB, and how to make room on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a file system can't be mounted here: {mounted.stderr.strip()}")

    def enlarge() -> None:
        subprocess.run(["mount", "-o", "remount,size=16m", str(folder)], check=True)

    yield folder, enlarge
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(make_place, small_disk, tmp_path):
    """A failure is told for each session, and room is all that the next run needs."""
    folder, enlarge = small_disk
    scans = tmp_path / "scans"
    scans.mkdir()
    rng = np.random.default_rng(1)
    for subject in "abcdef":
        np.save(scans / f"sub-{subject}_ses-test.npy", rng.normal(size=(200, 8)))
    # The last of the chunk fails for a reason of its own.
    cut = scans / "sub-g_ses-test.npy"
    cut.write_bytes((scans / "sub-a_ses-test.npy").read_bytes()[:1000])
    source = {"source": "arrays", "root": str(scans), "repetition_time": 0.72, **OTHER_SOURCE}
    place = make_place(store=str(folder / "store"), **source)
    sessions = {path.stem for path in scans.iterdir()}

    full = place.run()
    assert full.status == 1
    stored = place.stored()
    lost = sessions - stored - {cut.stem}
    assert len(stored) >= 2, full.told
    assert len(lost) >= 2, full.told
    assert full.counts == (len(stored), 0, len(lost) + 1)
    assert place.damage() == []
    assert place.recorded() == stored
    assert all(name.endswith(".failed") for name in place.strays())
    assert sorted(set(place.tracked())) == ["FAILED", "FINISHED"]
    for session in lost:
        told = full.failure(f"time_series of {session}")
        assert "No space left on device" in told
    assert "whole NumPy file" in full.failure(f"time_series of {cut.stem}")

    enlarge()
    np.save(cut, rng.normal(size=(200, 8)))
    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (len(lost) + 1, len(stored), 0)
    assert place.stored() == place.recorded() == sessions
    assert place.damage() == place.strays() == []


def test_a_full_disk_of_mlflow(bare_place, small_disk):
    """One line names the database and the cause, and room is all that the next run needs."""
    folder, enlarge = small_disk
    place = bare_place(tracking=str(folder / "mlruns"))
    full = place.run()
    assert full.status == 1
    assert "Traceback" not in full.told
    assert f"{folder}/mlruns/mlflow.db: MLflow's database must be readable and" in full.told
    assert place.stored() == set()

    enlarge()
    again = place.run()
    assert again.status == 0, again.told
    assert place.stored() == place.sessions


def test_rubbish_among_good_scans(make_place, tmp_path):
    scans = tmp_path / "scans"
    scans.mkdir()
    rng = np.random.default_rng(1)
    for subject in "abde":
        np.save(scans / f"sub-{subject}_ses-test.npy", rng.normal(size=(60, 3)))
    good = {path.stem for path in scans.iterdir()}
    cut, words = scans / "sub-c_ses-test.npy", scans / "sub-f_ses-test.csv"
    cut.write_bytes((scans / "sub-a_ses-test.npy").read_bytes()[:400])
    words.write_text("region-001,region-002,region-003\n1,2,3\n4,five,6\n")
    source = {"source": "arrays", "root": str(scans), "repetition_time": 0.72, **OTHER_SOURCE}
    place = make_place(**source)

    run = place.run()
    assert run.status == 1
    assert run.counts == (4, 0, 2)
    assert place.stored() == place.recorded() == good
    assert place.damage() == []
    for bad, why in ((cut, "whole NumPy file"), (words, "every column must hold numbers")):
        told = run.failure(f"time_series of {bad.stem}")
        assert str(bad) in told
        assert why in told


def test_two_backfills_of_the_same_partitions(bare_place):
    place = bare_place(sessions=6)
    both = [place.start(), place.start()]
    for each in both:
        each.wait()
    assert [each.status for each in both] == [0, 0], both[0].told + both[1].told
    # Which of them makes a partition that both find missing is no matter; one of them does.
    assert [sum(each.counts) for each in both] == [6, 6]
    assert sum(each.counts[0] for each in both) == 6
    assert place.stored() == place.recorded() == place.sessions
    assert place.damage() == place.strays() == []
    assert set(place.tracked()) <= {"FINISHED", "KILLED"}
    assert place.run().counts == (0, 6, 0)


def test_a_locked_database_of_mlflow(make_place, until):
    place = make_place(sessions=6)
    run = place.start()
    until(lambda: len(place.stored()) >= 2 or run.poll() is not None, "two partitions")
    with contextlib.closing(sqlite3.connect(place.database, timeout=60)) as other:
        other.execute("BEGIN EXCLUSIVE")
        time.sleep(LOCKED)
        other.rollback()
    run.wait()
    made, _, failed = run.counts
    assert (made + failed, run.status) == (6, 1 if failed else 0), run.told
    assert place.damage() == []
    if failed:
        assert re.search("mlflow", run.err.read_text(), re.IGNORECASE)

    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (failed, made, 0)
    assert place.stored() == place.recorded() == place.sessions
    assert place.damage() == place.strays() == []
    assert "RUNNING" not in place.tracked()


def test_ten_processes_that_open_a_new_instance(bare_place):
    place = bare_place(sessions=6)
    openers = [place.start("seed", open_tracking=True) for _ in range(10)]
    for opener in openers:
        opener.wait()
    assert [opener.told for opener in openers if opener.status != 0] == []
    assert sorted(place.known()) == sorted(place.sessions)
    assert place.tracked() == []
