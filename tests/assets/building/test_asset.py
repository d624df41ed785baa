"""One kind of asset: what is made of a chunk counts, and what fails is named with its reason."""

import errno

import dagster as dg
import numpy as np
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.loader import LoadingContextForTest

from attnconn_assets.assets.catalogue import assets, resources
from attnconn_assets.building.asset import build_asset
from attnconn_assets.building.checks import Check
from attnconn_assets.building.partitions import add_sessions, session_partitions
from attnconn_assets.building.result import Result
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import load_study
from attnconn_core.errors import SeriesError

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
KEY = dg.AssetKey(["tiny", "pearson"])


def make(work: Work) -> Result:
    run = work.runs.own()
    if work.partition == "sub-002_ses-test":
        raise SeriesError("a window needs 6 consecutive frames; the longest run has 3")
    passed = work.partition != "sub-003_ses-retest"
    check = Check("finite", passed, "every value must be finite", {} if passed else {"NaN": 3})
    run.metrics({"early": 1.0})
    return Result(
        files={"a.txt": work.partition.encode()}, metrics={"letters": 16}, checks=(check,)
    )


@pytest.fixture
def chunk(tiny_study, instance):
    """A chunk of eight sessions, two of which fail."""
    spec = BuildSpec("pearson", make, "session", checked=True)
    definitions = dg.Definitions(
        assets=[build_asset(tiny_study, spec)],
        resources=resources(tiny_study),
        executor=dg.in_process_executor,
    )
    sessions = tiny_study.make_source().sessions()
    add_sessions(tiny_study, instance, sessions)
    keys = [session.key for session in sessions]
    result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        tags=dict(zip(RANGE, (keys[0], keys[-1]), strict=True)),
        raise_on_error=False,
    )
    return result, keys


BAD = {"sub-002_ses-test", "sub-003_ses-retest"}


def test_a_chunk_keeps_what_is_made_and_names_what_fails(chunk, tiny_study, instance):
    result, keys = chunk
    assert not result.success
    store = resources(tiny_study)["store"]
    assert {key for key in keys if store.find("pearson", key) is None} == BAD
    assert set(instance.get_materialized_partitions(KEY)) == set(keys) - BAD

    (event,) = result.get_step_failure_events()
    told = event.step_failure_data.user_failure_data
    assert told.description.startswith("2 of 8 failed. sub-002_ses-test: a window needs 6")
    assert set(told.metadata["failed"].value) == BAD
    assert "every value must be finite; NaN: 3" in told.metadata["failed"].value[max(BAD)]


def test_a_partition_that_its_checks_refuse_shows_them(chunk, instance):
    records = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(KEY, "sound"), limit=20
    )
    told = [record.event.dagster_event for record in records if record.event is not None]
    shown = [e.event_specific_data for e in told if e.event_type_value == "ASSET_CHECK_EVALUATION"]
    refused = {each.partition: each.metadata for each in shown if not each.passed}
    assert set(refused) == BAD
    broken = refused["sub-003_ses-retest"]["finite"].value
    assert broken.startswith("broken: every value must be finite")
    assert refused["sub-002_ses-test"]["failed because"].value.startswith("a window needs 6")


def test_every_partition_has_its_own_verdict(chunk, instance):
    _, keys = chunk
    check = dg.AssetCheckKey(KEY, "sound")
    every = instance.event_log_storage.get_asset_check_partition_info([check])
    verdicts = {each.partition_key: each.latest_execution_status.value for each in every}
    # One that can't be made isn't sound, and no verdict on the chunk stands beside these.
    assert verdicts == {key: "FAILED" if key in BAD else "SUCCEEDED" for key in keys}


def test_a_partition_that_failed_says_why_among_its_own_events(chunk, instance):
    records = instance.fetch_observations(
        dg.AssetRecordsFilter(asset_key=KEY, asset_partitions=["sub-002_ses-test"]), limit=5
    ).records
    (told,) = [record.event_log_entry.asset_observation for record in records]
    assert told.description.startswith("not made: a window needs 6 consecutive frames")
    assert told.metadata["failed because"].value.startswith("a window needs 6")
    others = instance.fetch_observations(KEY, limit=20).records
    assert {record.partition_key for record in others} == BAD


def test_every_partition_shows_where_it_lies_and_its_run(chunk, instance):
    records = instance.fetch_materializations(KEY, limit=20).records
    made = [record.asset_materialization for record in records]
    # Each is recorded as it is made, and again, with all there is to show, at the end.
    assert [len({each.partition for each in half}) for half in (made[:6], made[6:])] == [6, 6]
    for each in made:
        assert each.metadata["file a.txt"].value.endswith(".a.txt")
        assert each.metadata["mlflow run"].value.startswith("http://127.0.0.1:5000/#/experiments/")
    assert all(each.metadata["letters"].value == 16 for each in made[:6])


def length(work: Work) -> Result:
    return Result(files={"a.txt": work.partition.encode()}, checks=(Check("any", True, "none"),))


def reads(work: Work) -> Result:
    work.entry("pearson", work.partition)
    return Result(files={"b.txt": work.partition.encode()})


def reads_all(work: Work) -> Result:
    for session in work.cohort().sessions:
        work.entry("pearson", session.key)
    return Result(files={"c.txt": b"all"})


def test_an_identical_rebuild_leaves_nothing_unsynced(tiny_study, home):
    specs = [
        BuildSpec("pearson", length, "session", checked=True),
        BuildSpec("partial", reads, "session", needs={"pearson": "session"}),
        BuildSpec("group_mean", reads_all, "whole", needs={"pearson": "session"}),
    ]
    definitions = dg.Definitions(
        assets=[build_asset(tiny_study, spec, specs) for spec in specs],
        resources=resources(tiny_study),
        executor=dg.in_process_executor,
    )
    job = definitions.resolve_implicit_global_asset_job_def()
    sessions = tiny_study.make_source().sessions()
    keys = [session.key for session in sessions]

    def materialise(instance, asset, *bounds):
        tags = dict(zip(RANGE, bounds, strict=True)) if bounds else {}
        ran = job.execute_in_process(
            instance=instance, asset_selection=[dg.AssetKey(["tiny", asset])], tags=tags
        )
        assert ran.success

    def unsynced(instance) -> list[str]:
        asked = CachingStaleStatusResolver(
            instance, definitions.resolve_asset_graph(), LoadingContextForTest(instance)
        )
        partitions = {"pearson": keys, "partial": keys, "group_mean": [None]}
        return [
            f"{asset} {key}: {asked.get_stale_causes(dg.AssetKey(['tiny', asset]), key)}"
            for asset, every in partitions.items()
            for key in every
            if asked.get_status(dg.AssetKey(["tiny", asset]), key) != StaleStatus.FRESH
        ]

    with dg.DagsterInstance.from_config(str(home)) as instance:
        add_sessions(tiny_study, instance, sessions)
        for asset, *bounds in (
            ("pearson", keys[0], keys[-1]),
            ("partial", keys[0], keys[-1]),
            ("group_mean",),
        ):
            materialise(instance, asset, *bounds)
        assert unsynced(instance) == []
        # Of other chunks, and of one session: the same content, and so nothing to do.
        for first, last in ((0, 2), (3, 3), (4, 7)):
            materialise(instance, "pearson", keys[first], keys[last])
        assert unsynced(instance) == []


def interrupted(work: Work) -> Result:
    try:
        raise DagsterExecutionInterruptedError
    finally:  # as where a database is in the middle of something
        raise OSError("the database is closed")


def test_an_end_that_is_asked_for_is_no_failure_of_a_partition(tiny_study, instance):
    asset = build_asset(tiny_study, BuildSpec("pearson", interrupted, "whole"))
    with pytest.raises(DagsterExecutionInterruptedError):
        dg.materialize([asset], instance=instance, resources=resources(tiny_study))
    assert resources(tiny_study)["store"].failure("pearson", WHOLE) is None


def test_a_partition_of_any_name_fails_alone(tiny_study, instance):
    sessions = tiny_study.make_source().sessions()
    add_sessions(tiny_study, instance, sessions)
    by_hand = "sub 1_ses-1"
    instance.add_dynamic_partitions(session_partitions(tiny_study).name, [by_hand])
    (series,) = [each for each in assets(tiny_study).assets if each.key.path[-1] == "time_series"]
    result = dg.materialize(
        [series],
        instance=instance,
        resources=resources(tiny_study),
        tags=dict(zip(RANGE, (sessions[-1].key, by_hand), strict=True)),
        raise_on_error=False,
    )
    (event,) = result.get_step_failure_events()
    assert set(event.step_failure_data.user_failure_data.metadata["failed"].value) == {by_hand}


def test_a_range_that_ends_before_it_starts_is_refused(tiny_study, instance):
    sessions = tiny_study.make_source().sessions()
    add_sessions(tiny_study, instance, sessions)
    backwards = (sessions[2].key, sessions[0].key)
    with pytest.raises(dg.Failure, match="its end lies before its start"):
        dg.materialize(
            [build_asset(tiny_study, BuildSpec("pearson", length, "session"))],
            instance=instance,
            resources=resources(tiny_study),
            tags=dict(zip(RANGE, backwards, strict=True)),
        )


def full_disk(_: Work) -> Result:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(("make", "names_scan"), [(full_disk, False), (make, True)])
def test_only_a_failure_of_the_scan_names_its_file(
    write_study, instance, tmp_path, make, names_scan
):
    (tmp_path / "scans").mkdir()
    for subject in ("001", "002"):
        frames = np.random.default_rng(int(subject)).normal(size=(120, 5))
        np.save(tmp_path / "scans" / f"sub-{subject}_ses-test.npy", frames)
    simulated = dict.fromkeys(("n_subjects", "n_regions", "n_frames", "behaviour"))
    source = {"source": "arrays", "root": "../scans", "repetition_time": 0.72}
    study = load_study(write_study(**simulated, **source))
    add_sessions(study, instance, study.make_source().sessions())
    dg.materialize(
        [build_asset(study, BuildSpec("pearson", make, "session"))],
        instance=instance,
        resources=resources(study),
        partition_key="sub-002_ses-test",
        raise_on_error=False,
    )
    why = resources(study)["store"].failure("pearson", "sub-002_ses-test")
    assert ("(scan: " in why) == names_scan


def test_a_run_that_fails_is_failed_in_mlflow_too(chunk, tiny_study):
    client = resources(tiny_study)["tracking"].client()
    experiment = client.get_experiment_by_name("pearson")
    runs = client.search_runs([experiment.experiment_id])
    ended = {run.data.tags["attnconn.partition"]: run.info.status for run in runs}
    assert {key for key, status in ended.items() if status == "FAILED"} == BAD
    assert all(run.data.metrics["early"] == 1 for run in runs if run.info.status == "FINISHED")


def test_configuration_that_no_asset_has_is_refused(tiny_study, instance):
    job = assets(tiny_study).resolve_implicit_global_asset_job_def()
    config = {"ops": {"tiny__pearson": {"config": {"lags": 2}}}}
    with pytest.raises(dg.DagsterInvalidConfigError, match='unexpected config entry "lags"'):
        job.execute_in_process(run_config=config, instance=instance)
