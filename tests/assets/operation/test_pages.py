"""What Dagster's and MLflow's pages show follows the store, whatever was restored or lost."""

import shutil

import dagster as dg
import pytest

from attnconn_assets.assets.catalogue import assets, specs, store_of, tracking_of
from attnconn_assets.instance.data_versions import CONTENT_HASH
from attnconn_assets.instance.shown_versions import shown_as_failed
from attnconn_assets.operation import runner, sensors
from attnconn_assets.operation.jobs import refresh
from attnconn_assets.operation.pages import Pages
from attnconn_assets.operation.sensors import follow
from attnconn_assets.study.study import load_study
from attnconn_core.errors import SeriesError
from attnconn_core.sources import Simulated
from tests.assets.building.test_asset import RANGE
from tests.assets.operation.test_sensors import Ticks

MADE = ("regions", "time_series", "granger_order", "granger")
N_OF_PENALTY = 5  # partitions that rest on the penalty: the order, and Granger of four sessions
SESSIONS = [f"sub-{number}_ses-{name}" for number in ("001", "002") for name in ("test", "retest")]


@pytest.fixture
def lab(write_study, monkeypatch):
    """A function that writes a study of four assets, whose penalty is given."""
    every = specs
    monkeypatch.setattr(runner, "specs", lambda s: [e for e in every(s) if e.name in MADE])

    def write(alpha: float = 1.0):
        granger = {"lags": 2, "alpha": alpha}
        return load_study(write_study(n_subjects=2, methods=["granger"], granger=granger))

    return write


@pytest.fixture
def on_disk(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def newest(instance, asset="granger", partition=SESSIONS[0]):
    key = dg.AssetKey(["tiny", asset])
    only = {} if partition is None else {"asset_partitions": [partition]}
    records = instance.fetch_materializations(dg.AssetRecordsFilter(key, **only), limit=1).records
    return records[0].asset_materialization


def n_events(instance):
    keys = [dg.AssetKey(["tiny", asset]) for asset in MADE]
    return sum(len(instance.fetch_materializations(key, limit=10_000).records) for key in keys)


def current(study, asset="granger"):
    """Partition → the runs that are current in MLflow."""
    client = tracking_of(study).client()
    experiments = [each.experiment_id for each in client.search_experiments()]
    wanted = f"tags.`attnconn.asset` = '{asset}' and tags.`attnconn.current` = 'true'"
    found = {}
    for run in client.search_runs(experiments, wanted):
        found.setdefault(run.data.tags["attnconn.partition"], set()).add(run.info.run_id)
    return found


def shown_as_stored(study, instance):
    """Hold both pages against the store."""
    store = store_of(study)
    for key in SESSIONS:
        entry = store.entry("granger", key)
        event = newest(instance, partition=key)
        assert event.metadata[CONTENT_HASH].value == entry.digest
        assert event.metadata["mlflow run"].value.endswith(entry.made_by["mlflow_run"])
        path = event.metadata["file matrix.parquet"].value
        assert store.path(entry, "matrix.parquet").samefile(path)
        assert current(study)[key] == {entry.made_by["mlflow_run"]}


def test_pages_follow_a_store_that_was_restored_from_a_backup(lab, run_line, on_disk):
    study = lab(1.0)
    run_line(study, on_disk)
    backup = study.folder / "backup"
    shutil.copytree(study.store_folder, backup)
    assert run_line(lab(2.0), on_disk)[0].made == N_OF_PENALTY
    shutil.rmtree(study.store_folder)
    backup.rename(study.store_folder)

    outcome, _ = run_line(lab(1.0), on_disk)
    assert (outcome.made, outcome.failed) == (0, {})
    assert outcome.corrected == dict.fromkeys(("Dagster", "MLflow"), N_OF_PENALTY)
    assert list(outcome.heals()) == [
        "MLflow (5 partitions) and Dagster (5 partitions) showed other results than the store "
        "holds, as after a backup is restored; the stored results are shown again"
    ]
    shown_as_stored(study, on_disk)
    told = n_events(on_disk)
    again, _ = run_line(lab(1.0), on_disk)
    assert list(again.heals()) == []
    assert n_events(on_disk) == told


def test_links_follow_the_address_of_mlflows_page(lab, run_line, on_disk):
    study = lab()
    run_line(study, on_disk)
    moved = study.model_copy(update={"tracking_page": "https://mlflow.lab.example/imaging"})
    outcome, _ = run_line(moved, on_disk)
    assert (outcome.made, outcome.relinked, outcome.corrected) == (0, 10, {})
    (line,) = outcome.heals()
    assert line.startswith("Dagster's links of 10 partitions led to an earlier address of MLflow")
    for key in SESSIONS:
        link = newest(on_disk, partition=key).metadata["mlflow run"].value
        assert link.startswith("https://mlflow.lab.example/imaging/#/experiments/")
    told = n_events(on_disk)
    assert list(run_line(moved, on_disk)[0].heals()) == []
    assert n_events(on_disk) == told


def test_the_sensor_sees_that_a_store_was_restored(lab, run_line, on_disk, monkeypatch):
    monkeypatch.setattr(sensors, "specs", runner.specs)
    study = lab(1.0)
    run_line(study, on_disk)
    backup = study.folder / "backup"
    shutil.copytree(study.store_folder, backup)
    run_line(lab(2.0), on_disk)
    job = refresh(study)
    ticks = Ticks(follow(study, job), on_disk)
    assert ticks.tick().run_requests  # of what the other penalty has made
    shutil.rmtree(study.store_folder)
    backup.rename(study.store_folder)

    (request,) = ticks.tick().run_requests
    assert job.execute_in_process(run_config=request.run_config, instance=on_disk).success
    shown_as_stored(study, on_disk)
    assert ticks.skipped() == "all is up to date"


def test_pages_follow_when_the_home_was_restored_from_a_backup(lab, run_line, home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_line(lab(1.0), instance)
    backup = home.with_name("backup")
    shutil.copytree(home, backup)
    study = lab(2.0)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_line(study, instance)
    shutil.rmtree(home)
    backup.rename(home)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        outcome, _ = run_line(study, instance)
        assert (outcome.made, outcome.corrected) == (0, {"Dagster": N_OF_PENALTY})
        shown_as_stored(study, instance)
        assert list(run_line(study, instance)[0].heals()) == []


def test_an_asset_without_partitions_is_held_against_the_store_too(lab, run_line, on_disk):
    study = lab()
    run_line(study, on_disk)
    entry = store_of(study).entry("regions", "all")
    on_disk.report_runless_asset_event(
        dg.AssetMaterialization(
            dg.AssetKey(["tiny", "regions"]), metadata={CONTENT_HASH: "of another"}
        )
    )
    outcome, _ = run_line(study, on_disk)
    assert outcome.corrected == {"Dagster": 1}
    assert newest(on_disk, "regions", None).metadata[CONTENT_HASH].value == entry.digest


def test_what_a_person_reported_by_hand_stays(lab, run_line, on_disk):
    study = lab()
    run_line(study, on_disk)
    key = dg.AssetKey(["tiny", "granger"])
    by_hand = dg.AssetMaterialization(key, partition=SESSIONS[0], description="looked at")
    on_disk.report_runless_asset_event(by_hand)
    assert list(run_line(study, on_disk)[0].heals()) == []
    assert newest(on_disk).description == "looked at"


def test_a_log_that_gives_a_chunk_one_version_is_looked_into(lab, run_line, instance):
    """As Dagster's own does, in a home that lacks the project's settings."""
    study = lab()
    run_line(study, instance)
    told = n_events(instance)
    assert list(run_line(study, instance)[0].heals()) == []
    assert n_events(instance) == told


def test_a_run_that_was_deleted_on_purpose_stays_deleted(lab, run_line, on_disk):
    study = lab()
    run_line(study, on_disk)
    run = store_of(study).entry("granger", SESSIONS[0]).made_by["mlflow_run"]
    client = tracking_of(study).client()
    client.delete_run(run)
    (told,) = run_line(study, on_disk)[0].heals()
    assert told.startswith("1 MLflow run of stored results is deleted in MLflow and stays so")
    assert client.get_run(run).info.lifecycle_stage == "deleted"


def test_a_partition_that_is_made_by_hand_meanwhile_is_left_to_its_run(lab, run_line, on_disk):
    study = lab()
    run_line(study, on_disk)
    client = tracking_of(study).client()
    entry = store_of(study).entry("granger", SESSIONS[0])
    run = client.get_run(entry.made_by["mlflow_run"])
    on_disk.add_run(
        dg.DagsterRun(job_name="by hand", run_id="b" * 32, status=dg.DagsterRunStatus.STARTED)
    )
    client.set_tag(run.info.run_id, "attnconn.current", "false")
    tags = {**run.data.tags, "attnconn.current": "true", "attnconn.dagster_run": "b" * 32}
    going_on = client.create_run(run.info.experiment_id, tags=tags).info.run_id
    assert list(run_line(study, on_disk)[0].heals()) == []
    assert current(study)[SESSIONS[0]] == {going_on}
    client.set_terminated(going_on, "FAILED")
    assert run_line(study, on_disk)[0].corrected == {"MLflow": 1}
    assert current(study)[SESSIONS[0]] == {run.info.run_id}


def test_what_a_failed_run_did_not_come_to_is_not_shown_as_failed(
    lab, run_line, on_disk, monkeypatch
):
    study = lab(1.0)
    run_line(study, on_disk)
    load = Simulated.load

    def broken(source, session):
        if session.key == SESSIONS[0]:
            raise SeriesError("its second half is missing")
        return load(source, session)

    job = assets(study).resolve_implicit_global_asset_job_def()
    keys = [dg.AssetKey(["tiny", name]) for name in ("time_series", "granger")]
    order = on_disk.get_dynamic_partitions("tiny_sessions")
    with monkeypatch.context() as patched:
        patched.setattr(Simulated, "load", broken)
        ran = job.get_subset(asset_selection=set(keys)).execute_in_process(
            instance=on_disk,
            tags=dict(zip(RANGE, (order[0], order[-1]), strict=True)),
            raise_on_error=False,
        )
    assert not ran.success
    assert set(shown_as_failed(on_disk, keys[1], SESSIONS)) == set(SESSIONS)

    every = specs(study)
    (granger,) = (spec for spec in every if spec.name == "granger")
    pages = Pages(study, on_disk, every)
    assert set(pages.unlike_store(granger, SESSIONS, store_of(study))) == set(SESSIONS)
    outcome, _ = run_line(study, on_disk)
    assert outcome.shown_as_failed >= len(SESSIONS) - 1
    assert any("showed 4 partitions as failed" in line for line in outcome.heals())
    assert shown_as_failed(on_disk, keys[1], SESSIONS) == []
    told = n_events(on_disk)
    outcome, _ = run_line(study, on_disk)
    assert (outcome.shown_as_failed, n_events(on_disk)) == (0, told)
