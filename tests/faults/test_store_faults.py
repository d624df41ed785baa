"""What `attnconn run` and `attnconn verify` do about a store that was damaged."""

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers


def files_of(place, partition: str) -> list[Path]:
    manifest = json.loads((place.store / f"{partition}.json").read_text())
    return [place.store / file["name"] for file in manifest["files"].values()]


def flip(path: Path, *, quietly: bool) -> None:
    """Flip one bit; quietly as a disk does it, which leaves the time of change."""
    status, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    if quietly:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_damaged_store_is_made_again_by_the_next_run(made):
    """A flipped byte, a file cut short, a file that is gone, a manifest cut short."""
    flipped, cut, gone, manifest, *_ = sorted(made.sessions)
    flip(files_of(made, flipped)[0], quietly=False)
    short = files_of(made, cut)[0]
    short.write_bytes(short.read_bytes()[:100])
    files_of(made, gone)[0].unlink()
    (made.store / f"{manifest}.json").write_text("{")
    assert len(made.damage()) == 4

    again = made.run()
    assert again.status == 0, again.told
    assert again.counts == (4, 2, 0)
    assert made.damage() == made.strays() == []
    for partition in (flipped, cut, gone, manifest):
        assert f"time_series of {partition} was damaged, and was made again: " in again.told
    assert made.run().counts == (0, 6, 0)


def test_verify_finds_what_only_a_hash_shows_and_the_next_run_makes_it_again(made):
    flipped = min(made.sessions)
    flip(files_of(made, flipped)[0], quietly=True)
    orphan = made.store / f"{flipped}.{hashlib.sha256(b'').hexdigest()[:12]}.series.parquet"
    orphan.write_bytes(b"")
    assert made.run().counts == (0, 6, 0)  # nobody has looked

    seen = made.start("verify").wait()
    assert seen.status == 1
    assert "1 damaged, 1 orphan, 0 abandoned" in seen.told
    repaired = made.start("verify --repair").wait()
    assert repaired.status == 1
    assert not orphan.exists()
    again = made.run()
    assert again.counts == (1, 5, 0), again.told
    assert made.damage() == made.strays() == []
    assert made.start("verify").wait().status == 0


@pytest.fixture
def frozen():
    """Make a folder read-only, for root too, until the test ends."""
    mounted = []

    def freeze(folder: Path) -> None:
        for options in (["--bind"], ["-o", "remount,bind,ro"]):
            told = subprocess.run(
                ["mount", *options, str(folder), str(folder)],
                capture_output=True,
                text=True,
                check=False,
            )
            if told.returncode:
                pytest.skip(f"a file system can't be mounted here: {told.stderr.strip()}")
            mounted[:] = [folder]

    def thaw() -> None:
        while mounted:
            subprocess.run(["umount", str(mounted.pop())], check=True)

    freeze.thaw = thaw
    yield freeze
    thaw()


def test_a_read_only_store_is_read_and_what_it_lacks_is_said_once(made, frozen):
    frozen(made.store.parent)
    assert made.run().counts == (0, 6, 0)
    assert made.start("verify").wait().status == 0
    frozen.thaw()

    lost = min(made.sessions)
    files_of(made, lost)[0].unlink()
    frozen(made.store.parent)
    refused = made.run()
    assert refused.status == 1
    told = refused.err.read_text()
    assert told.count("the store's folders must be writable") == 1
    frozen.thaw()
    assert made.run().counts == (1, 5, 0)
    assert made.damage() == made.strays() == []


def test_a_clock_that_was_set_back(make_place):
    """All that a killed run left lies a day in the future."""
    place = make_place(sessions=10)
    first = place.start()
    assert first.kill_when(lambda: 3 <= len(place.stored()) < 10), first.told
    stored, ahead = place.stored(), time.time() + 86_400
    for folder in (place.store, place.home):
        for path in folder.rglob("*"):
            os.utime(path, (ahead, ahead))
    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (10 - len(stored), len(stored), 0)
    assert place.recorded() == place.sessions
    assert "STARTED" not in place.dagster_runs()
    assert place.damage() == place.strays() == []


def test_a_polite_end(make_place):
    """SIGTERM, as a cluster's queue sends it: what was done is kept, nothing is left behind."""
    place = make_place(sessions=10)
    first = place.start()
    assert first.stop_when(lambda: len(place.stored()) >= 3, signal.SIGTERM), first.told
    stored = place.stored()
    assert place.damage() == []
    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (10 - len(stored), len(stored), 0)
    assert place.recorded() == place.sessions
    assert place.damage() == place.strays() == []
    assert "RUNNING" not in place.tracked()


@pytest.mark.parametrize("step", ["writing", "drawn up", "files moved", "published"])
def test_a_process_killed_at_a_step_of_writing(make_place, step):
    place = make_place(sessions=6)
    killed = place.start(die_at=step).wait()
    assert killed.status == -signal.SIGKILL, killed.told
    stored = place.stored()
    assert len(stored) == (1 if step == "published" else 0)
    assert place.damage() == []
    again = place.run()
    assert again.status == 0, again.told
    assert again.counts == (6 - len(stored), len(stored), 0)
    assert place.recorded() == place.sessions
    assert place.damage() == place.strays() == []
