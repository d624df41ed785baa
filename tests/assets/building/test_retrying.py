"""What failed for no fault of its inputs is tried again, alone; what else failed is not."""

from collections import Counter

import dagster as dg
import pytest
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import should_retry

from attnconn_assets.assets.catalogue import resources
from attnconn_assets.building import retrying
from attnconn_assets.building.asset import build_asset
from attnconn_assets.building.checks import Check
from attnconn_assets.building.partitions import add_sessions
from attnconn_assets.building.result import Result
from attnconn_assets.building.spec import BuildSpec
from attnconn_assets.building.work import Work
from attnconn_core.errors import SeriesError

RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
KEY = dg.AssetKey(["tiny", "pearson"])
SHAKY, BAD = "sub-002_ses-test", "sub-003_ses-retest"
TRIED: Counter[str] = Counter()
FAULTS = {"disk": 0, "input": 0}
"""How many tries of the shaky session the disk fails, and of the bad one its content."""


def make(work: Work) -> Result:
    key = work.partition
    TRIED[key] += 1
    if key == SHAKY and TRIED[key] <= FAULTS["disk"]:
        raise OSError(5, "Input/output error")
    if key == BAD and TRIED[key] <= FAULTS["input"]:
        raise SeriesError("a window needs 6 consecutive frames; the longest run has 3")
    return Result(files={"a.txt": key.encode()}, checks=(Check("any", True, "none"),))


@pytest.fixture
def run(tiny_study, home, monkeypatch):
    """Run a chunk of eight sessions, with faults."""
    monkeypatch.setattr(retrying, "_PAUSE", 0.0)
    TRIED.clear()
    FAULTS.update(disk=0, input=0)
    asset = build_asset(tiny_study, BuildSpec("pearson", make, "session", checked=True))
    job = dg.Definitions(
        assets=[asset], resources=resources(tiny_study), executor=dg.in_process_executor
    ).resolve_implicit_global_asset_job_def()
    sessions = tiny_study.make_source().sessions()
    with dg.DagsterInstance.from_config(str(home)) as instance:
        add_sessions(tiny_study, instance, sessions)

        def start(tags=None, **faults):
            FAULTS.update(faults)
            bounds = (sessions[0].key, sessions[-1].key)
            span = dict(zip(RANGE, bounds, strict=True))
            ran = job.execute_in_process(
                instance=instance, tags={**span, **(tags or {})}, raise_on_error=False
            )
            return ran, instance

        yield start


def test_of_a_chunk_only_what_a_disk_failed_is_tried_again(run):
    ran, instance = run(disk=1)
    assert ran.success
    assert TRIED.pop(SHAKY) == 2
    assert set(TRIED.values()) == {1}
    records = instance.fetch_materializations(KEY, limit=40).records
    latest = {each.partition_key: each.asset_materialization.metadata for each in reversed(records)}
    assert len(latest) == 8
    for shown in latest.values():  # also of those that the first try had made
        assert {"file a.txt", "mlflow run"} <= shown.keys()
    check = instance.event_log_storage.get_asset_check_partition_info(
        [dg.AssetCheckKey(KEY, "sound")]
    )
    assert {each.latest_execution_status.value for each in check} == {"SUCCEEDED"}


def test_bad_input_is_not_tried_again_alone_nor_beside_what_is(run):
    ran, _ = run(input=9)
    assert not ran.success
    assert set(TRIED.values()) == {1}
    TRIED.clear()
    ran, instance = run(disk=1, input=9)
    assert not ran.success
    assert TRIED[BAD] == 1
    assert TRIED[SHAKY] == 2
    (event,) = ran.get_step_failure_events()
    told = event.step_failure_data.user_failure_data.metadata["failed"].value
    assert list(told) == [BAD]
    assert SHAKY in instance.get_materialized_partitions(KEY)


def test_a_disk_that_stays_broken_ends_the_run_with_the_reason(run):
    ran, _ = run(disk=99)
    assert not ran.success
    assert TRIED[SHAKY] == 3
    (event,) = ran.get_step_failure_events()
    told = event.step_failure_data.user_failure_data.metadata["failed"].value
    assert told[SHAKY].startswith("OSError: [Errno 5] Input/output error")


@pytest.mark.parametrize(("faults", "again"), [({"disk": 99}, True), ({"input": 99}, False)])
def test_a_run_with_max_retries_is_tried_again_unless_its_input_is_bad(run, faults, again):
    ran, instance = run({"dagster/max_retries": "1"}, **faults)
    assert instance.run_retries_enabled
    assert should_retry(instance.get_run_by_id(ran.run_id), instance) == again


def test_a_run_without_max_retries_is_not_tried_again(run):
    ran, instance = run(disk=99)
    assert not should_retry(instance.get_run_by_id(ran.run_id), instance)


def test_a_run_that_is_tried_again_makes_what_failed_and_no_more(run):
    first, _ = run(disk=3, input=9)
    of_first = {
        "dagster/retry_number": "1",
        "dagster/parent_run_id": first.run_id,
        "dagster/root_run_id": first.run_id,
    }
    TRIED[BAD] = 0
    ran, instance = run(of_first)
    assert not ran.success
    assert TRIED[SHAKY] == 4
    assert TRIED.pop(BAD) == 0
    TRIED.pop(SHAKY)
    assert set(TRIED.values()) == {1}
    assert len(instance.get_materialized_partitions(KEY)) == 7


def test_a_run_that_a_person_starts_again_makes_everything(run):
    run(disk=3, input=1)
    TRIED[SHAKY], TRIED[BAD] = 9, 9
    ran, _ = run()
    assert ran.success
    assert all(n in (2, 10) for n in TRIED.values())
