"""Training waits its turn, whoever trains: two processes never do at once."""

import itertools
import os
import subprocess
import sys
import time

import dagster as dg

from attnconn_assets.instance.pools import TRAINING, free_places, why_full
from attnconn_assets.instance.run_locks import announced, end_orphans

# Two studies in one home, of models alone: each body says when it began and when it ended.
TRAIN = """
import os, sys, time
from attnconn_assets.building import asset
from attnconn_assets.instance.home import open_instance
from attnconn_assets.operation import runner
from attnconn_assets.study.study import load_study
from pathlib import Path

study, log = load_study(Path(sys.argv[1])), Path(sys.argv[2])
waits, trains = log.with_name("waits"), log.with_name("trains")
whole, make = runner.specs, asset.make
wanted = ("time_series", "subject_forecaster")
runner.specs = lambda study: [spec for spec in whole(study) if spec.name in wanted]

def making(platform, spec, partition):
    began = time.monotonic()
    made = make(platform, spec, partition)
    if spec.trains:
        trains.touch()
    # The first to train goes on once the other has come to where it waits.
    deadline = time.monotonic() + 60
    while spec.trains and not waits.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    if spec.trains:
        with log.open("a") as file:
            file.write(f"{study.name} {began} {time.monotonic()}\\n")
    return made

class Silent:
    def step(self, step): ...
    def made(self): ...
    def said(self, message):
        print(message, flush=True)
        if message == "waiting: another process holds pool attnconn_training":
            waits.touch()

asset.make = making
with open_instance() as instance:
    print("open", flush=True)
    sys.stdin.readline()
    outcome = runner.materialise_stale(study, instance, Silent())
sys.exit(bool(outcome.failed))
"""


def test_two_processes_do_not_train_at_once(write_study, home, tmp_path):
    log = tmp_path / "log"
    environment = {**os.environ, "DAGSTER_HOME": str(home), "OMP_NUM_THREADS": "1"}
    few = {"n_subjects": 3, "methods": ["attention_subject"]}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TRAIN, str(write_study(name=name, **few)), str(log)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("first", "second")
    ]
    said = []
    for process in processes:  # both have imported everything before either begins
        assert process.stdout.readline() == "open\n"
    # The second begins once the first trains: two that look at once both find the place free, and
    # then one waits in Dagster, which says nothing.
    deadline = time.monotonic() + 120
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
        while not (tmp_path / "trains").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
    for process in processes:
        said.append(process.communicate()[0])
        assert process.returncode == 0
    spans = sorted(
        (float(began), float(ended), study)
        for study, began, ended in map(str.split, log.read_text().splitlines())
    )
    assert len(spans) == 12
    assert {study for *_, study in spans} == {"first", "second"}
    for (_, ended, _), (began, _, _) in itertools.pairwise(spans):
        assert ended <= began
    assert any("waiting: another process holds pool attnconn_training" in told for told in said)


def test_a_place_is_given_back_by_a_run_that_was_killed(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        storage = instance.event_log_storage

        @dg.job
        def job() -> None: ...

        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        assert not why_full(instance, TRAINING)
        storage.initialize_concurrency_limit_to_default(TRAINING)
        storage.claim_concurrency_slot(TRAINING, run.run_id, "step")
        assert why_full(instance, TRAINING).startswith("another process holds")
        with announced(instance, run.run_id):
            end_orphans(instance)
            assert why_full(instance, TRAINING).startswith("another process holds")
        left = home / "attnconn-running" / f"{run.run_id}.run"
        left.touch()
        os.utime(left, (time.time() - 60,) * 2)
        assert end_orphans(instance) == [run.run_id]
        assert not why_full(instance, TRAINING)
        free_places(instance, run.run_id)


def test_a_pool_that_a_person_has_closed_is_named(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        instance.event_log_storage.set_concurrency_slots(TRAINING, 0)
        assert why_full(instance, TRAINING) == "pool attnconn_training is limited to 0 in Dagster"
        instance.event_log_storage.set_concurrency_slots(TRAINING, 1)
        assert not why_full(instance, TRAINING)
