"""MLflow: runs that end as they should, lead back to Dagster, and open by a link."""

import contextlib
import dataclasses
import sqlite3
import subprocess
import sys
import threading
import urllib.parse
from pathlib import Path

import pytest

from attnconn_assets.tracking.run import TrackedRun
from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking

ORIGIN = Origin("tiny", "pearson", "sub-1_ses-test", "dagster-1", "abc")


@pytest.fixture
def tracking(tmp_path: Path) -> Tracking:
    return Tracking(folder=str(tmp_path / "mlruns"))


def track(tracking: Tracking, origin: Origin = ORIGIN, **changes) -> TrackedRun:
    with tracking.run("connectivity", "pearson", origin, {"lags": 5}, **changes) as run:
        run.metrics({"r2": 0.5, "none": None, "nan": float("nan"), "inf": float("inf")})
    return run


def test_a_run_ends_finished_with_what_it_was_told(tracking):
    stored = tracking.client().get_run(track(tracking).id)
    assert stored.info.status == "FINISHED"
    assert stored.data.params == {"lags": "5"}
    assert stored.data.metrics == {"r2": 0.5}
    assert stored.data.tags["attnconn.partition"] == "sub-1_ses-test"
    assert stored.data.tags["attnconn.dagster_run"] == "dagster-1"


def test_a_run_whose_body_raises_ends_failed(tracking):
    def fail() -> None:
        with tracking.run("connectivity", "pearson", ORIGIN, {}):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    experiment = tracking.client().get_experiment_by_name("connectivity")
    (run,) = tracking.client().search_runs([experiment.experiment_id])
    assert run.info.status == "FAILED"


def test_of_runs_left_running_those_that_made_what_is_stored_are_finished(tracking):
    client = tracking.client()
    makes, fails = track(tracking), track(tracking, dataclasses.replace(ORIGIN, partition="other"))
    for run in (makes, fails):
        client.update_run(run.id, "RUNNING")

    def maker_of(asset, partition):
        return makes.id if (asset, partition) == (ORIGIN.asset, ORIGIN.partition) else None

    assert tracking.close_left_running(ORIGIN.study, lambda _: False, maker_of) == 0
    assert tracking.close_left_running(ORIGIN.study, lambda _: True, maker_of) == 2
    status = {run: client.get_run(run.id).info.status for run in (makes, fails)}
    assert list(status.values()) == ["FINISHED", "KILLED"]


def test_an_orphan_is_closed_at_the_next_try_and_only_the_last_is_current(tracking):
    client = tracking.client()
    orphan = track(tracking)
    client.update_run(orphan.id, "RUNNING")  # as a killed process leaves it
    other = track(tracking, dataclasses.replace(ORIGIN, partition="sub-2_ses-test"))
    last = track(tracking, dataclasses.replace(ORIGIN, dagster_run="dagster-2"))
    assert client.get_run(orphan.id).info.status == "KILLED"
    current = {
        name: client.get_run(run.id).data.tags["attnconn.current"]
        for name, run in {"orphan": orphan, "other": other, "last": last}.items()
    }
    assert current == {"orphan": "false", "other": "true", "last": "true"}


def test_curves_are_whole(tracking):
    @dataclasses.dataclass
    class Epoch:
        number: int
        loss: float
        validation_r2: float | None

    with tracking.run("subject_forecaster", "x", ORIGIN, {}) as run:
        run.curve([Epoch(n, 1 / n, None) for n in range(1, 1501)])
    history = tracking.client().get_metric_history(run.id, "loss")
    assert [point.step for point in history] == list(range(1, 1501))
    assert "validation_r2" not in tracking.client().get_run(run.id).data.metrics


def test_files_and_models_are_found_again(tracking, tmp_path):
    model = tmp_path / "model.safetensors"
    model.write_bytes(b"weights")
    with tracking.run("subject_forecaster", "x", ORIGIN, {}) as run:
        run.figure("training.png", b"png")
        run.file("report.html", b"page")
        run.model("sub-1", model, "abc")
    client = tracking.client()
    listed = [f.path for f in client.list_artifacts(run.id)]
    assert sorted(listed) == ["figures", "report.html"]
    assert [f.path for f in client.list_artifacts(run.id, "figures")] == ["figures/training.png"]
    (logged,) = client.search_logged_models([run.experiment_id])
    assert logged.params == {"path": str(model), "sha256": "abc"}


def test_links_lead_to_the_run_and_to_the_comparison(tracking):
    runs = [track(tracking), track(tracking)]
    made_by = {"mlflow_experiment": runs[0].experiment_id, "mlflow_run": runs[0].id}
    link = tracking.link(made_by).value
    assert link == f"http://127.0.0.1:5000/#/experiments/{runs[0].experiment_id}/runs/{runs[0].id}"
    assert tracking.link(made_by, "report 1.html").value == f"{link}/artifacts/report%201.html"
    page, _, query = tracking.comparison(
        runs[0].experiment_id, [run.id for run in runs]
    ).value.partition("?")
    assert page == f"http://127.0.0.1:5000/#/experiments/{runs[0].experiment_id}/runs"
    asked = urllib.parse.parse_qs(query)
    assert asked["compareRunsMode"] == ["CHART"]
    (wanted,) = asked["searchFilter"]
    found = tracking.client().search_runs([runs[0].experiment_id], wanted)
    assert {run.info.run_id for run in found} == {run.id for run in runs}


def test_a_sweep_is_one_run_that_others_stand_below(tracking):
    sweep = tracking.sweep("group_forecaster", "tiny", "published_group")
    assert tracking.sweep("group_forecaster", "tiny", "published_group").id == sweep.id
    assert tracking.sweep("group_forecaster", "other", "published_group").id != sweep.id
    below = track(tracking, parent=sweep)
    client = tracking.client()
    assert client.get_run(below.id).data.tags["mlflow.parentRunId"] == sweep.id
    assert client.get_run(sweep.id).info.status == "FINISHED"


OPEN = """
import sys
import threading
from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking
origin = Origin("tiny", "pearson", sys.argv[2], "dagster", "abc")
with Tracking(folder=sys.argv[1]).run("connectivity", "pearson", origin, {}):
    pass
"""


def test_processes_that_open_a_new_database_at_once(tmp_path):
    folder = str(tmp_path / "mlruns")
    openers = [
        subprocess.Popen([sys.executable, "-c", OPEN, folder, f"sub-{number}_ses-test"])
        for number in range(3)
    ]
    assert [opener.wait() for opener in openers] == [0, 0, 0]
    client = Tracking(folder=folder).client()
    experiment = client.get_experiment_by_name("connectivity")
    runs = client.search_runs([experiment.experiment_id])
    assert [run.info.status for run in runs] == ["FINISHED"] * 3


def test_its_database_writes_ahead(tracking):
    tracking.client()
    with contextlib.closing(sqlite3.connect(f"{tracking.folder}/mlflow.db")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_database_that_another_process_holds_is_waited_for(tmp_path):
    folder = str(tmp_path / "mlruns")
    Tracking(folder=folder).client()
    holder = sqlite3.connect(f"{folder}/mlflow.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    freed = threading.Timer(7, holder.rollback)  # a connection gives up after 5 seconds
    freed.start()
    try:
        run = track(Tracking(folder=folder))
    finally:
        freed.join()
        holder.close()
    assert Tracking(folder=folder).client().get_run(run.id).info.status == "FINISHED"


def test_a_question_mark_in_the_path_begins_no_options(tmp_path):
    folder = tmp_path / "we?ird [x] #1 50%" / "mlruns"
    client = Tracking(folder=str(folder)).client()
    assert [each.name for each in client.search_experiments()] == ["Default"]
    assert (folder / "mlflow.db").stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == ["we?ird [x] #1 50%"]
