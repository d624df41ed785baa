"""A model that a person deleted in MLflow's registry is there again after the next run."""

import shutil

import dagster as dg
import pytest

from attnconn_assets.assets.catalogue import specs, tracking_of
from attnconn_assets.operation import runner, sensors
from attnconn_assets.operation.jobs import refresh
from attnconn_assets.operation.sensors import follow
from tests.assets.operation.test_sensors import Ticks

NAME = "tiny_group_forecaster"
ALIASES = ("champion", "champion-fold-2")


@pytest.fixture
def again(line, monkeypatch):
    """A function that runs the line's champion alone; returns what the run says of the registry."""
    every = specs
    monkeypatch.setattr(runner, "specs", lambda s: [e for e in every(s) if e.name == "champion"])

    def run():
        outcome, _ = line.run()
        assert (outcome.made, outcome.failed) == (0, {})
        return list(outcome.heals())

    return run


@pytest.fixture
def client(line):
    return tracking_of(line.study).client()


def pointed(client):
    return {alias: str(v) for alias, v in client.get_registered_model(NAME).aliases.items()}


def shown_versions(line):
    """What the champion's page shows last."""
    (record,) = line.instance.fetch_observations(dg.AssetKey(["tiny", "champion"]), limit=1).records
    return record.event_log_entry.asset_observation.metadata["versions"].value


def test_nothing_is_said_of_a_registry_that_is_as_it_was(again, client):
    before = pointed(client)
    assert set(before) == set(ALIASES)
    assert again() == []
    assert pointed(client) == before


def test_a_model_that_was_deleted_is_registered_again(again, client, line, load_model):
    client.delete_registered_model(NAME)
    (told,) = again()
    assert told == (
        f"MLflow's registry lacked the version, the alias or the files of {NAME} version 1 "
        f"(champion), {NAME} version 2 (champion-fold-2); they were registered "
        "again"
    )
    assert pointed(client) == {"champion": "1", "champion-fold-2": "2"} == shown_versions(line)
    assert load_model(tracking_of(line.study), f"models:/{NAME}@champion") is not None
    known = tracking_of(line.study).run_table("tiny").known
    assert {each.run_id for each in client.search_model_versions()} <= known
    assert again() == []


def test_a_version_that_was_deleted_is_registered_again_under_its_alias(again, client, line):
    before = pointed(client)
    client.delete_model_version(NAME, before["champion"])
    (told,) = again()
    after = pointed(client)
    assert after["champion-fold-2"] == before["champion-fold-2"]
    assert int(after["champion"]) > int(before["champion"])
    assert f"{NAME} version {after['champion']} (champion);" in told
    assert shown_versions(line) == {"champion": after["champion"]}
    assert again() == []


def test_an_alias_that_was_deleted_is_set_again(again, client):
    before = pointed(client)
    client.delete_registered_model_alias(NAME, "champion")
    assert len(again()) == 1
    assert pointed(client) == before
    assert again() == []


def test_an_alias_that_was_moved_by_hand_stays_and_nothing_is_said(again, client):
    before = pointed(client)
    client.set_registered_model_alias(NAME, "champion", before["champion-fold-2"])
    assert again() == []
    assert pointed(client)["champion"] == before["champion-fold-2"]
    client.set_registered_model_alias(NAME, "champion", before["champion"])


def test_an_alias_that_was_moved_by_hand_stays_where_its_model_is_registered_again(again, client):
    before = pointed(client)
    kept = client.create_model_version(NAME, "s3://lab/model").version
    client.set_registered_model_alias(NAME, "champion", kept)
    client.delete_model_version(NAME, before["champion"])
    assert len(again()) == 1
    assert pointed(client)["champion"] == str(kept)
    assert again() == []


def test_what_the_study_chooses_is_noted_again_where_a_person_has_moved_its_alias(again, client):
    """A store that was restored holds an earlier champion than the note does."""
    before = pointed(client)["champion"]
    kept = client.create_model_version(NAME, "s3://lab/another").version
    client.set_registered_model_alias(NAME, "champion", kept)
    client.set_registered_model_tag(NAME, "attnconn.chosen.champion", kept)
    again()
    chosen = client.get_registered_model(NAME).tags["attnconn.chosen.champion"]
    assert client.get_model_version(NAME, chosen).tags["fold"] == "fold-1"
    assert pointed(client)["champion"] == str(kept)
    assert again() == []
    client.set_registered_model_alias(NAME, "champion", before)


def test_the_sensor_sees_that_a_model_is_gone(again, client, line, monkeypatch):
    monkeypatch.setattr(sensors, "specs", runner.specs)
    job = refresh(line.study)
    ticks = Ticks(follow(line.study, job), line.instance)
    assert ticks.skipped() == "all is up to date"
    client.delete_registered_model(NAME)
    (request,) = ticks.tick().run_requests
    job.execute_in_process(run_config=request.run_config, instance=line.instance)
    assert set(pointed(client)) == set(ALIASES)
    assert ticks.skipped() == "all is up to date"


def test_an_experiment_that_was_deleted_is_restored(again, client, line, monkeypatch):
    monkeypatch.setattr(sensors, "specs", runner.specs)
    job = refresh(line.study)
    ticks = Ticks(follow(line.study, job), line.instance)
    assert ticks.skipped() == "all is up to date"
    (experiment,) = {each for each in client.search_experiments() if each.name == "fingerprint"}
    client.delete_experiment(experiment.experiment_id)
    (request,) = ticks.tick().run_requests
    result = job.execute_in_process(run_config=request.run_config, instance=line.instance)
    assert client.get_experiment(experiment.experiment_id).lifecycle_stage == "active"
    told = "MLflow experiments with runs of stored results were deleted; restored: fingerprint"
    said = [entry.user_message for entry in line.instance.all_logs(result.run_id)]
    assert any(told in line for line in said)
    assert ticks.skipped() == "all is up to date"

    client.delete_experiment(experiment.experiment_id)
    assert again() == [told]
    assert again() == []


@pytest.mark.parametrize("part", ["parent", "child"])
def test_runs_that_were_deleted_in_part_are_restored(again, client, line, monkeypatch, part):
    monkeypatch.setattr(sensors, "specs", runner.specs)
    (experiment,) = {each for each in client.search_experiments() if each.name == "fingerprint"}
    wanted = "tags.`attnconn.current` = 'true'"
    deleted = next(
        run
        for run in client.search_runs([experiment.experiment_id], wanted)
        if ("mlflow.parentRunId" in run.data.tags) == (part == "child")
    )
    client.delete_run(deleted.info.run_id)
    job = refresh(line.study)
    ticks = Ticks(follow(line.study, job), line.instance)
    assert ticks.tick().run_requests
    (told,) = again()
    assert told.endswith("deleted without their parent or their children; restored: 1")
    assert client.get_run(deleted.info.run_id).info.lifecycle_stage == "active"
    assert again() == []
    assert ticks.skipped() == "all is up to date"


def test_a_run_that_was_deleted_with_its_children_stays_so_and_is_counted(again, client):
    (experiment,) = {each for each in client.search_experiments() if each.name == "fingerprint"}
    runs = client.search_runs([experiment.experiment_id], "tags.`attnconn.current` = 'true'")
    for run in runs:
        client.delete_run(run.info.run_id)
    (told,) = again()
    assert told.startswith(f"{len(runs)} MLflow runs of stored results are deleted in MLflow and")
    for run in runs:
        client.restore_run(run.info.run_id)
    assert again() == []


def test_files_of_a_version_that_are_gone_are_copied_again(again, client, line, load_model):
    folder = line.study.tracking_folder / "models" / NAME
    shutil.rmtree(folder)
    versions = {each.version for each in client.search_model_versions()}
    assert len(again()) == 1
    assert {each.version for each in client.search_model_versions()} == versions
    assert load_model(tracking_of(line.study), f"models:/{NAME}@champion-fold-2") is not None
    assert again() == []
