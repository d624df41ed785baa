"""Runs whose process is gone are ended; those that go on are left alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg

from attnconn_assets.instance.run_locks import announced, end_orphans

HOLD = """
import sys, time
from attnconn_assets.storage.locks import locked
from pathlib import Path
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def started(instance: dg.DagsterInstance) -> str:
    @dg.job
    def job() -> None: ...

    return instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id


def age(folder) -> None:
    for file in folder.iterdir():
        long_ago = time.time() - 60
        os.utime(file, (long_ago, long_ago))


def test_a_run_is_ended_when_its_process_is_killed_and_not_before(instance):
    run_id = started(instance)
    with announced(instance, run_id):
        pass  # makes the folder
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.STARTED
    folder = _root(instance) / "attnconn-running"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / f"{run_id}.run")], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        age(folder)
        assert end_orphans(instance) == []
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    age(folder)
    assert end_orphans(instance) == [run_id]
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.FAILURE
    assert list(folder.iterdir()) == []


def test_a_run_in_parts_goes_on_as_long_as_one_of_them_does(instance):
    run_id = started(instance)
    with announced(instance, run_id), announced(instance, run_id, "body"):
        age(_root(instance) / "attnconn-running")
        assert end_orphans(instance) == []
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.STARTED


def _root(instance: dg.DagsterInstance) -> Path:
    return Path(instance.root_directory)
