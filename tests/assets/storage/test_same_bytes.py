"""What is stored is the same, whichever process made it, but for times and the ids of runs."""

import os
import re
import subprocess
import sys

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.study.study import load_study
from tests.assets.conftest import REPOSITORY, write_study_to

_TIME = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC")
_RUN = re.compile(r"\b[0-9a-f]{32}\b|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def _page(store, folder):
    page = store.path(store.entry("report", "all"), "report.html").read_text()
    return _RUN.sub("run", _TIME.sub("time", page)).replace(str(folder), "folder")


def test_another_process_stores_the_same_bytes(whole_line, tmp_path):
    path = write_study_to(tmp_path)
    # Sets and texts have another order in a process with another seed of hashes.
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(
        [sys.executable, "-m", "attnconn_assets", "--study", str(path), "run"],
        env={**os.environ, "PYTHONHASHSEED": seed, "DAGSTER_HOME": str(home)},
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    here, there = store_of(whole_line.study), store_of(load_study(path))
    first, second = ({e.asset + "/" + e.partition: e for e in s.entries()} for s in (here, there))
    assert first.keys() == second.keys()
    assert {each.name for each in specs(whole_line.study)} == set(here.assets())
    for name, entry in first.items():
        other = second[name]
        assert entry.files.keys() == other.files.keys()
        differ = [
            file
            for file, stored in entry.files.items()
            if stored.sha256 != other.files[file].sha256 and file != "report.html"
        ]
        assert not differ, f"{name}: {differ}"
        if name != "report/all":  # its page holds the time
            assert entry.digest == other.digest, name
    assert _page(here, whole_line.folder) == _page(there, tmp_path)
