"""Which runs are current: those of what is stored, and those below them."""

import dataclasses
import shutil
import sqlite3

import pytest

from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking

ORIGIN = Origin("tiny", "fingerprint", "all", "dagster-1", "abc")


@pytest.fixture
def tracking(empty_tracking, tmp_path):
    return Tracking(folder=str(shutil.copytree(empty_tracking, tmp_path / "mlruns")))


def track(tracking, origin=ORIGIN, methods=("pearson",)):
    """Track a result with a run below it for each method; return its id and theirs."""
    with tracking.run("scores", "tiny", origin, {}) as run:
        below = []
        for method in methods:
            named = {"method": method}
            with tracking.run("scores", f"tiny {method}", origin, named, run) as one:
                below.append(one.id)
    return run.id, *below


def current(tracking):
    client = tracking.client()
    experiment = client.get_experiment_by_name("scores").experiment_id
    runs = client.search_runs([experiment], "tags.`attnconn.current` = 'true'")
    return {run.info.run_id for run in runs}


def move(tracking, run_id):
    table = tracking.run_table("tiny")
    others = table.others("fingerprint", "all", run_id)
    tracking.make_current(run_id, others, table, ORIGIN)


def test_an_earlier_result_is_current_again_with_the_runs_below_it(tracking):
    first = track(tracking)
    later = dataclasses.replace(ORIGIN, dagster_run="dagster-2")
    second = track(tracking, later)
    assert current(tracking) == set(second)
    table = tracking.run_table("tiny")
    assert table.shows("fingerprint", "all", second[0])
    assert table.others("fingerprint", "all", second[0]) == []
    assert not table.shows("fingerprint", "all", first[0])

    move(tracking, first[0])
    assert current(tracking) == set(first)
    assert tracking.run_table("tiny").shows("fingerprint", "all", first[0])


def test_a_run_below_one_that_is_gone_did_not_make_a_result(tracking):
    run, below = track(tracking)
    made = ("all", "dagster-1")
    assert tracking.makers_of("tiny", "fingerprint")[made].run_id == run
    tracking.client().delete_run(run)
    assert tracking.makers_of("tiny", "fingerprint") == {}
    with sqlite3.connect(tracking.file) as database:  # as `mlflow gc` leaves it
        for table in ("tags", "params", "metrics", "latest_metrics", "runs"):
            database.execute(f"delete from {table} where run_uuid = ?", (run,))  # noqa: S608
    assert tracking.client().get_run(below).info.lifecycle_stage == "active"
    assert tracking.makers_of("tiny", "fingerprint") == {}


def test_tags_of_the_origin_that_a_person_removed_are_set_again(tracking):
    run, *below = track(tracking)
    tracking.client().delete_tag(run, "attnconn.partition")
    assert not tracking.run_table("tiny").shows("fingerprint", "all", run)
    move(tracking, run)
    assert tracking.run_table("tiny").shows("fingerprint", "all", run)
    assert current(tracking) == {run, *below}


def test_a_run_of_a_method_whose_parent_a_person_removed_is_below_it_again(tracking):
    run, *below = track(tracking, methods=("pearson", "granger"))
    tracking.client().delete_tag(below[1], "mlflow.parentRunId")
    assert tracking.run_table("tiny").others("fingerprint", "all", run) == [below[1]]
    move(tracking, run)
    assert current(tracking) == {run, *below}
    assert tracking.client().get_run(below[1]).data.tags["mlflow.parentRunId"] == run
    assert tracking.run_table("tiny").others("fingerprint", "all", run) == []


def test_a_run_below_an_earlier_result_that_nobody_replaced_is_found(tracking):
    """That of a method which the study no longer has."""
    _, _, gone = track(tracking, methods=("pearson", "partial"))
    second = track(tracking, dataclasses.replace(ORIGIN, dagster_run="dagster-2"))
    assert current(tracking) == {*second, gone}
    table = tracking.run_table("tiny")
    assert table.shows("fingerprint", "all", second[0])
    assert table.others("fingerprint", "all", second[0]) == [gone]
    move(tracking, second[0])
    assert current(tracking) == set(second)


def test_results_of_others_are_not_looked_at(tracking):
    other = track(tracking, dataclasses.replace(ORIGIN, study="other"))
    ours = track(tracking)
    assert tracking.run_table("tiny").others("fingerprint", "all", ours[0]) == []
    assert tracking.run_table("tiny").known == {*other, *ours}


def test_what_a_person_deleted_stays_deleted_and_what_goes_on_is_waited_for(tracking):
    (run,) = track(tracking, methods=())
    client = tracking.client()
    client.delete_run(run)
    assert tracking.run_table("tiny").shows("fingerprint", "all", run)
    (other,) = track(tracking, dataclasses.replace(ORIGIN, dagster_run="dagster-2"), methods=())
    assert not tracking.run_table("tiny").shows("fingerprint", "all", run)
    client.update_run(other, "RUNNING")
    assert tracking.run_table("tiny").shows("fingerprint", "all", run)
    assert tracking.run_table("tiny").others("fingerprint", "all", run) == []
    client.set_terminated(other)
    move(tracking, run)
    assert current(tracking) == set()
    assert client.get_run(run).info.lifecycle_stage == "deleted"
