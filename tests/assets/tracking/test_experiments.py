"""Experiments and runs that a person renamed or deleted in MLflow's page."""

import pytest

from attnconn_assets.tracking.tags import Origin
from attnconn_assets.tracking.tracking import Tracking


@pytest.fixture
def tracking(tmp_path):
    return Tracking(folder=str(tmp_path / "mlruns"))


def track(tracking, dagster_run="dagster-1"):
    origin = Origin("tiny", "pearson", "sub-1_ses-test", dagster_run, "abc")
    with tracking.run("connectivity", "pearson", origin, {}) as run:
        pass
    return run.id


def anew(tracking):
    """The same folder as another process finds it."""
    return Tracking(folder=tracking.folder)


def experiment_of(tracking, run):
    return tracking.client().get_run(run).info.experiment_id


@pytest.mark.parametrize("other", [anew, lambda same: same], ids=["later", "meanwhile"])
def test_a_deleted_experiment_is_restored_and_that_is_said(tracking, other, caplog):
    first = track(tracking)
    experiment = experiment_of(tracking, first)
    tracking.client().delete_experiment(experiment)
    second = track(other(tracking), "dagster-2")
    assert experiment_of(tracking, second) == experiment
    assert tracking.client().get_run(first).info.lifecycle_stage == "active"
    assert "the MLflow experiment 'connectivity' was deleted and has been restored" in caplog.text


def test_a_renamed_experiment_is_followed(tracking):
    experiment = experiment_of(tracking, track(tracking))
    tracking.client().rename_experiment(experiment, "my matrices")
    assert experiment_of(tracking, track(anew(tracking), "dagster-2")) == experiment


def test_experiments_are_described_unless_a_person_has_done_so(tracking):
    note = "mlflow.note.content"
    experiment = experiment_of(tracking, track(tracking))
    tracking.describe({"connectivity": "One run per matrix.", "report": "isn't made yet"})
    client = tracking.client()
    assert client.get_experiment(experiment).tags[note] == "One run per matrix."
    client.set_experiment_tag(experiment, note, "mine")
    tracking.describe({"connectivity": "One run per matrix."})
    assert client.get_experiment(experiment).tags[note] == "mine"


def test_an_experiment_of_an_older_version_is_found_by_its_name(tracking):
    experiment = tracking.client().create_experiment("connectivity")
    assert experiment_of(tracking, track(tracking)) == experiment
    tracking.client().rename_experiment(experiment, "my matrices")
    assert experiment_of(tracking, track(anew(tracking), "dagster-2")) == experiment


def test_a_deleted_run_that_is_restored_is_not_current_beside_a_newer_one(tracking):
    first = track(tracking)
    client = tracking.client()
    client.delete_run(first)
    second = track(tracking, "dagster-2")
    assert client.get_run(first).info.lifecycle_stage == "deleted"
    client.restore_run(first)
    current = {run: client.get_run(run).data.tags["attnconn.current"] for run in (first, second)}
    assert current == {first: "false", second: "true"}


def test_a_deleted_experiment_is_restored_for_the_current_runs_of_its_study(tracking):
    first = track(tracking)
    client = tracking.client()
    experiment = experiment_of(tracking, first)
    client.delete_experiment(experiment)
    assert tracking.deleted("another").names == tracking.restore("another").names == []
    assert tracking.deleted("tiny").names == tracking.restore("tiny").names == ["connectivity"]
    assert client.get_run(first).info.lifecycle_stage == "active"
    assert tracking.restore("tiny").names == []

    # Of runs that aren't current there is nothing to show.
    client.set_tag(first, "attnconn.current", "false")
    client.delete_experiment(experiment)
    assert tracking.restore("tiny").names == []
