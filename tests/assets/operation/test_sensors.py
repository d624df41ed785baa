"""Discovery and follow-up: complete scans become partitions, and what they allow is requested."""

from types import SimpleNamespace

import dagster as dg
import numpy as np
import pytest

from attnconn_assets.assets.catalogue import assets, resources, specs, store_of
from attnconn_assets.building.partitions import add_sessions, deleted_sessions, session_partitions
from attnconn_assets.instance.forgetting import forget_study
from attnconn_assets.operation import sensors
from attnconn_assets.operation.jobs import refresh
from attnconn_assets.operation.sensors import discovery, follow
from attnconn_assets.storage.entry import Entry
from attnconn_assets.study.settings import ExclusionRules
from attnconn_assets.study.study import load_study
from attnconn_core.connectivity import Pearson
from attnconn_core.errors import TrackingError


def save(folder, subject: str, session: str = "test", seed: int = 0) -> None:
    values = np.random.default_rng(seed).normal(size=(120, 5))
    np.save(folder / f"sub-{subject}_ses-{session}.npy", values)


@pytest.fixture
def scans(tmp_path, write_study):
    folder = tmp_path / "scans"
    folder.mkdir()
    for number, session in enumerate(("test", "retest")):
        save(folder, "1", session, seed=100 + number)
    nothing = dict.fromkeys(("n_subjects", "n_regions", "n_frames"))
    path = write_study(
        source="arrays",
        root="../scans",
        repetition_time=0.72,
        automation={"request_runs": True},
        **nothing,
    )
    return load_study(path), folder


class Ticks:
    """A sensor that keeps its cursor from tick to tick, as the daemon does."""

    def __init__(self, sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> None:
        self.sensor, self.instance, self.cursor = sensor, instance, None

    def tick(self) -> dg.SensorResult | dg.SkipReason:
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, last_sensor_start_time=1.0
        )
        result = self.sensor(context)
        if isinstance(result, dg.SensorResult):
            self.cursor = result.cursor
            for request in result.dynamic_partitions_requests or ():
                self.instance.add_dynamic_partitions(
                    request.partitions_def_name, list(request.partition_keys)
                )
        return result

    def added(self) -> list[str]:
        requests = self.tick().dynamic_partitions_requests
        return [key for request in requests or () for key in request.partition_keys]

    def skipped(self) -> str:
        result = self.tick()
        return (result if isinstance(result, dg.SkipReason) else result.skip_reason).skip_message


def test_a_scan_is_added_once_it_has_stopped_growing(scans, instance):
    study, folder = scans
    ticks = Ticks(discovery(study), instance)
    assert "2 still being written (sub-1_ses-retest, sub-1_ses-test)" in ticks.skipped()
    assert ticks.added() == ["sub-1_ses-retest", "sub-1_ses-test"]
    assert ticks.skipped() == "all 2 sessions are known"

    save(folder, "2")
    assert ticks.added() == []
    save(folder, "2", seed=8)  # a copy that goes on
    assert ticks.added() == []
    assert ticks.added() == ["sub-2_ses-test"]


def test_a_scan_that_can_not_be_read_is_told_and_added_when_it_can(scans, instance):
    study, folder = scans
    ticks = Ticks(discovery(study), instance)
    broken = folder / "sub-2_ses-test.npy"
    broken.write_bytes(b"\x93NUMPY half of a header")
    ticks.tick()
    assert ticks.added() == ["sub-1_ses-retest", "sub-1_ses-test"]
    assert "1 can't be read (sub-2_ses-test: " in ticks.skipped()
    assert str(broken) in ticks.skipped()
    save(folder, "2")
    assert "still being written" in ticks.skipped()
    assert ticks.added() == ["sub-2_ses-test"]


def test_removed_scans_and_bad_names_are_told_and_cost_nobody_else(scans, instance):
    study, folder = scans
    ticks = Ticks(discovery(study), instance)
    ticks.tick()
    ticks.tick()
    (series,) = [each for each in assets(study).assets if each.key.path[-1] == "time_series"]
    dg.materialize(
        [series],
        instance=instance,
        resources=resources(study),
        partition_key="sub-1_ses-retest",
    )
    (folder / "sub-1_ses-retest.npy").unlink()
    save(folder, "a b")
    told = ticks.skipped()
    assert "1 removed; their results are kept (sub-1_ses-retest)" in told
    exclude = study.exclude.model_copy(update={"sessions": ("sub-1_ses-retest",)})
    excluding = study.model_copy(update={"exclude": exclude})
    assert "removed;" not in Ticks(discovery(excluding), instance).skipped()
    assert "1 refused (" in told
    assert "sub-a b_ses-test.npy" in told
    partitions = instance.get_dynamic_partitions(session_partitions(study).name)
    assert set(partitions) == {"sub-1_ses-retest", "sub-1_ses-test"}


def test_a_preview_changes_nothing(scans, instance):
    study, _ = scans
    ticks = Ticks(discovery(study), instance)
    ticks.tick()
    cursor = ticks.cursor
    for _ in range(3):  # as Dagster's page does: without a start time, and with the last cursor
        preview = ticks.sensor(dg.build_sensor_context(instance=instance, cursor=cursor))
        cursor = preview.cursor
    assert "deleted by hand" not in str(preview.skip_reason)
    assert ticks.added() == ["sub-1_ses-retest", "sub-1_ses-test"]


@pytest.mark.parametrize("ticks_before", [2, 3])
def test_a_partition_that_is_deleted_on_purpose_stays_away_and_is_asked_about(
    scans, write_study, instance, ticks_before
):
    study, folder = scans
    name = session_partitions(study).name
    ticks = Ticks(discovery(study), instance)
    for _ in range(ticks_before):  # it is deleted at once, or after a tick that saw it
        ticks.tick()
    instance.delete_dynamic_partition(name, "sub-1_ses-test")
    for _ in range(3):
        told = ticks.skipped()
        assert "1 deleted by hand from Dagster's partitions and not added again" in told
        assert "write `exclude: {sessions: [sub-1_ses-test]}` in the study" in told
    save(folder, "2")
    ticks.tick()
    assert ticks.added() == ["sub-2_ses-test"]

    listing = study.make_source().sessions()
    assert add_sessions(study, instance, listing) == []
    assert add_sessions(study, instance, listing, deleted_too=True) == ["sub-1_ses-test"]
    assert ticks.skipped() == "all 3 sessions are known"

    instance.delete_dynamic_partition(name, "sub-1_ses-test")
    excluded = study.model_copy(update={"exclude": ExclusionRules(sessions=("sub-1_ses-test",))})
    ticks = Ticks(discovery(excluded), instance)
    assert ticks.skipped() == "all 2 sessions are known"


def test_what_is_stored_and_unknown_to_dagster_is_said(scans, instance):
    study, _ = scans
    add_sessions(study, instance, study.make_source().sessions())
    store = store_of(study)
    for key in ("sub-1_ses-test", "sub-1_ses-retest"):
        store.put(Entry("time_series", key, {}, "recipe"), {})
    ticks = Ticks(discovery(study), instance)
    assert ticks.skipped() == (
        "results of 2 sessions are stored, and Dagster doesn't show them; the job tiny_refresh, or "
        "`attnconn run`, records them"
    )
    for key in ("sub-1_ses-test", "sub-1_ses-retest"):
        instance.report_runless_asset_event(
            dg.AssetMaterialization(dg.AssetKey(["tiny", "time_series"]), partition=key)
        )
    assert ticks.skipped() == "all 2 sessions are known"


def test_a_study_that_is_cleared_has_no_partitions_that_were_deleted(scans, instance):
    study, _ = scans
    listing = study.make_source().sessions()
    add_sessions(study, instance, listing)
    names = [spec.name for spec in specs(study)]
    forget_study(instance, study.name, session_partitions(study).name, names)
    assert deleted_sessions(study, instance, listing) == []
    assert len(add_sessions(study, instance, listing)) == 2


def test_a_partition_that_a_person_added_is_not_called_removed(scans, instance):
    study, _ = scans
    ticks = Ticks(discovery(study), instance)
    ticks.tick()
    ticks.tick()
    instance.add_dynamic_partitions(session_partitions(study).name, ["sub 9_ses-1"])
    told = ticks.skipped()
    assert told.startswith("1 without a scan or results; partitions added by hand can be deleted")
    assert "(sub 9_ses-1)" in told


def test_a_history_that_was_wiped_is_no_deletion_of_every_session(scans, instance, run_line):
    study, _ = scans
    study = study.model_copy(update={"methods": ("pearson",)})
    run_line(study, instance)
    kept = study.make_source().sessions()[0].key
    name = session_partitions(study).name
    for session in study.make_source().sessions()[1:]:
        instance.delete_dynamic_partition(name, session.key)
    assert deleted_sessions(study, instance, study.make_source().sessions()) != []
    instance.delete_dynamic_partition(name, kept)
    assert len(deleted_sessions(study, instance, study.make_source().sessions())) == 2
    instance.wipe()  # as `dagster run wipe` does, with every session's partition
    outcome, _ = run_line(study, instance)
    assert (outcome.deleted, outcome.made) == ([], 0)
    assert len(instance.get_dynamic_partitions(name)) == 2


def test_sessions_are_added_once(scans, instance):
    study, _ = scans
    sessions = study.make_source().sessions()
    assert add_sessions(study, instance, sessions) == ["sub-1_ses-retest", "sub-1_ses-test"]
    assert add_sessions(study, instance, sessions) == []
    assert len(instance.get_dynamic_partitions(session_partitions(study).name)) == 2


def test_what_new_sessions_allow_is_requested_once(scans, instance):
    study, folder = scans
    for subject in ("2", "3", "4"):
        for number, session in enumerate(("test", "retest")):
            save(folder, subject, session, seed=int(subject) * 2 + number)
    add_sessions(study, instance, study.make_source().sessions())
    job = refresh(study)
    ticks = Ticks(follow(study, job), instance)
    assert follow(study, job).default_status == dg.DefaultSensorStatus.RUNNING

    (request,) = ticks.tick().run_requests
    # What is made goes on to the end in that one run, as far as no model is needed.
    result = job.execute_in_process(run_config=request.run_config, instance=instance)
    assert result.success
    store = resources(study)["store"]
    assert store.find("time_series", "sub-4_ses-retest") is not None
    assert store.find("granger", "sub-4_ses-retest") is not None
    assert store.find("subject_forecaster", "sub-4_ses-retest") is None
    left = ticks.skipped()
    assert left.startswith("models need training, which this sensor doesn't request: ")
    assert "subject_forecaster (8)" in left
    assert "is not made yet" not in left
    assert ticks.skipped() == f"nothing has changed since the last look: {left}"


def test_a_failure_is_not_tried_again_until_its_scan_changes(scans, instance):
    study, folder = scans
    dead = np.random.default_rng(0).normal(size=(120, 5))
    dead[:, 2] = 7.0
    np.save(folder / "sub-2_ses-test.npy", dead)
    add_sessions(study, instance, study.make_source().sessions())
    job = refresh(study)
    ticks = Ticks(follow(study, job), instance)
    (request,) = ticks.tick().run_requests
    result = job.execute_in_process(
        run_config=request.run_config, instance=instance, raise_on_error=False
    )
    (event,) = result.get_step_failure_events()
    told = event.step_failure_data.user_failure_data.description
    assert "time_series of sub-2_ses-test: every region must change" in told

    # The session goes no further, and only that session.
    store = resources(study)["store"]
    assert store.find("pearson", "sub-1_ses-test") is not None
    assert store.find("pearson", "sub-2_ses-test") is None
    for said in (ticks.skipped(), ticks.skipped()):
        assert "time_series of sub-2_ses-test failed: every region must change" in said
        assert "up to date" not in said
    assert ticks.skipped().startswith("nothing has changed since the last look: ")

    save(folder, "2")
    (request,) = ticks.tick().run_requests
    # Its scores fail: only one subject has two sessions.
    job.execute_in_process(run_config=request.run_config, instance=instance, raise_on_error=False)
    assert store.find("pearson", "sub-2_ses-test") is not None


def test_what_failed_for_no_fault_of_its_scan_is_tried_again(scans, instance, monkeypatch):
    study, _ = scans
    add_sessions(study, instance, study.make_source().sessions())
    job = refresh(study)
    ticks = Ticks(follow(study, job), instance)
    clock = [1e9]
    monkeypatch.setattr(sensors, "time", SimpleNamespace(time=lambda: clock[0]))
    estimate, broken = Pearson.estimate, True

    def fails(self, series):
        if broken:
            raise TrackingError("MLflow's database is away")
        return estimate(self, series)

    monkeypatch.setattr(Pearson, "estimate", fails)

    def run():
        (request,) = ticks.tick().run_requests
        job.execute_in_process(
            run_config=request.run_config, instance=instance, raise_on_error=False
        )

    run()  # all of it
    run()  # what is left, which fails once more
    said = ticks.skipped()
    assert "the last refresh couldn't make pearson" in said
    assert "next try after 01:47 UTC" in said
    clock[0] += 61
    run()
    assert "next try after 01:49 UTC" in ticks.skipped()
    broken = False
    clock[0] += 121
    run()
    store = resources(study)["store"]
    assert store.find("pearson", "sub-1_ses-test") is not None
    assert "pearson" not in ticks.skipped()


def test_a_group_score_that_failed_follows_when_its_cohort_changes(scans, instance):
    study, folder = scans
    add_sessions(study, instance, study.make_source().sessions())
    study = study.model_copy(update={"methods": ("pearson",)})
    job = refresh(study)
    ticks = Ticks(follow(study, job), instance)
    (request,) = ticks.tick().run_requests  # one subject can't be told from others
    job.execute_in_process(run_config=request.run_config, instance=instance, raise_on_error=False)
    store = resources(study)["store"]
    assert "at least 2 subjects" in store.failure("fingerprint", "all")
    assert ticks.skipped().startswith("fingerprint failed: a fingerprint needs at least 2 subjects")
    for number, session in enumerate(("test", "retest")):
        save(folder, "2", session, seed=5 + number)
    add_sessions(study, instance, study.make_source().sessions())
    (request,) = ticks.tick().run_requests
    assert job.execute_in_process(run_config=request.run_config, instance=instance).success
    assert store.find("report", "all") is not None


def test_an_asset_that_was_wiped_is_shown_again_from_the_store(scans, instance):
    study, folder = scans
    for number, session in enumerate(("test", "retest")):
        save(folder, "2", session, seed=5 + number)
    add_sessions(study, instance, study.make_source().sessions())
    study = study.model_copy(update={"methods": ("pearson",)})
    job = refresh(study)
    ticks = Ticks(follow(study, job), instance)
    (request,) = ticks.tick().run_requests
    assert job.execute_in_process(run_config=request.run_config, instance=instance).success
    assert ticks.skipped() == "all is up to date"
    assert ticks.skipped() == "nothing has changed since the last look: all is up to date"

    pearson, report = (dg.AssetKey([study.name, name]) for name in ("pearson", "report"))
    instance.wipe_assets([pearson, report])
    (request,) = ticks.tick().run_requests
    result = job.execute_in_process(run_config=request.run_config, instance=instance)
    assert result.success
    assert len(instance.get_materialized_partitions(pearson)) == 4
    assert instance.get_latest_materialization_event(report) is not None
    said = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert any("Dagster didn't know 5 partitions that the store has" in line for line in said)
    assert any("0 made" in line for line in said)
    assert ticks.skipped() == "all is up to date"


def test_a_damaged_database_of_mlflow_is_said_in_the_tick(scans, instance, monkeypatch):
    study, _ = scans
    add_sessions(study, instance, study.make_source().sessions())

    def damaged(*_):
        raise TrackingError("mlflow.db: it is damaged: move it away")

    monkeypatch.setattr(sensors, "Pages", damaged)
    assert Ticks(follow(study, refresh(study)), instance).skipped().endswith("move it away")


def test_a_refresh_leaves_scans_alone_that_are_still_on_their_way(scans, instance):
    study, folder = scans
    add_sessions(study, instance, study.make_source().sessions())
    save(folder, "2")
    study = study.model_copy(update={"methods": ("pearson",)})
    refresh(study).execute_in_process(instance=instance, raise_on_error=False)
    store = resources(study)["store"]
    assert store.find("time_series", "sub-1_ses-test") is not None
    assert store.find("time_series", "sub-2_ses-test") is None


def test_an_empty_folder_is_told_in_the_tick(scans, instance):
    study, folder = scans
    for path in folder.iterdir():
        path.unlink()
    assert "it holds none (0 sessions are known)" in Ticks(discovery(study), instance).skipped()
    assert "it holds none" in Ticks(follow(study, refresh(study)), instance).skipped()


def test_a_table_of_the_study_that_changed_makes_the_sensor_look_again(scans, instance, tmp_path):
    study, _ = scans
    table = tmp_path / "people.csv"
    table.write_text("Subject,Score\n1,2\n")
    study = study.model_copy(update={"phenotypes": table})
    ticks = Ticks(follow(study, refresh(study)), instance)
    assert ticks.tick().run_requests
    assert ticks.skipped().startswith("nothing has changed")
    table.write_text("Subject,Score\n1,2\n2,3\n")
    assert not ticks.skipped().startswith("nothing has changed")


def test_nothing_is_requested_while_runs_go_on(scans, instance):
    study, _ = scans
    job = refresh(study)
    instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    assert Ticks(follow(study, job), instance).skipped() == "waiting for 1 run to end"
