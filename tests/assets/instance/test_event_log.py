"""Dagster's log with engines that are kept: what it holds is what Dagster's own would hold."""

import contextlib
import sqlite3
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._daemon import controller
from sqlalchemy.event import listen

from attnconn_assets.instance.event_log import EventLog
from attnconn_core.errors import ParameterError

KEYS = [f"sub-{number}" for number in range(5)]
SESSIONS = dg.DynamicPartitionsDefinition(name="few")


@dg.asset(partitions_def=SESSIONS, check_specs=[dg.AssetCheckSpec("sound", asset="series")])
def series(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    for key in context.partition_keys:
        context.log_event(dg.AssetMaterialization("series", partition=key, tags={"a": key}))
        context.add_asset_metadata({"length": len(key)}, asset_key="series", partition_key=key)
    checked = dg.AssetCheckResult(passed=True, check_name="sound")
    return dg.MaterializeResult(check_results=[checked])


def made(instance: dg.DagsterInstance) -> str:
    """Make five sessions in one run; its id."""
    instance.add_dynamic_partitions("few", KEYS)
    result = dg.materialize(
        [series],
        instance=instance,
        tags={
            "dagster/asset_partition_range_start": KEYS[0],
            "dagster/asset_partition_range_end": KEYS[-1],
        },
    )
    return result.run_id


@contextlib.contextmanager
def opened(folder: Path, settings: str) -> Iterator[dg.DagsterInstance]:
    folder.mkdir(exist_ok=True)
    (folder / "dagster.yaml").write_text(f"telemetry: {{enabled: false}}\n{settings}")
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        yield instance


OURS = "instance_class: {module: attnconn_assets.instance.event_log, class: Instance}"


def kept(folder: Path, run_id: str) -> dict[str, list[tuple]]:
    """What the tables hold, times and ids of runs aside."""
    found = {}
    runs = folder / "history" / "runs"
    wanted = {
        "log": (runs / f"{run_id}.db", "dagster_event_type, partition", "event_logs"),
        "index": (runs / "index.db", "dagster_event_type, partition", "event_logs"),
        "tags": (
            runs / "index.db",
            "dagster_event_type, partition, key",
            "asset_event_tags join event_logs on event_logs.id = event_id",
        ),
        "checks": (runs / "index.db", "check_name, execution_status", "asset_check_executions"),
        "assets": (runs / "index.db", "asset_key, last_run_id = ?", "asset_keys"),
    }
    for name, (file, columns, table) in wanted.items():
        with contextlib.closing(sqlite3.connect(file)) as database:
            asked = (run_id,) if "?" in columns else ()
            found[name] = database.execute(f"select {columns} from {table}", asked).fetchall()  # noqa: S608
    return found


def test_the_project_keeps_its_events_so_and_looks_for_backfills_often(home):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert type(instance.event_log_storage) is EventLog
        assert Path(instance.event_log_storage.path_for_shard("index")).is_relative_to(home)
        assert instance.get_ref().custom_instance_class_config == {"backfill_interval_seconds": 2}


@pytest.mark.parametrize("size", ["0", "100"])
def test_it_holds_what_dagsters_own_holds(tmp_path, monkeypatch, size):
    found = []
    for name, settings, batch in (("own", "", "0"), ("ours", OURS, size)):
        monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", batch)
        with opened(tmp_path / name, settings) as instance:
            assert isinstance(instance.event_log_storage, EventLog) == bool(settings)
            run_id = made(instance)
        found.append(kept(tmp_path / name, run_id))
    own, ours = found
    assert len(own["index"]) > 3 * len(KEYS)
    for name in own:
        assert sorted(own[name], key=str) == sorted(ours[name], key=str), name


def test_dagsters_own_reads_it_and_the_other_way_round(tmp_path):
    folder = tmp_path / "home"
    told = []
    for settings in (OURS, "", OURS):
        with opened(folder, settings) as instance:
            run_id = made(instance)
            told.append(len(instance.all_logs(run_id)))
            latest = instance.get_latest_materialization_event(dg.AssetKey("series"))
            assert latest.run_id == run_id
            assert instance.get_materialized_partitions(dg.AssetKey("series")) == set(KEYS)
            assert latest.asset_materialization.metadata["length"].value == len(KEYS[0])
    assert len(set(told)) == 1


def test_events_make_no_engines(tmp_path, monkeypatch):
    made_anew = []
    create = sqlite_event_log.create_engine
    monkeypatch.setattr(
        sqlite_event_log, "create_engine", lambda *a, **k: made_anew.append(a) or create(*a, **k)
    )
    counts = {}
    for name, settings in (("own", ""), ("ours", OURS)):
        with opened(tmp_path / name, settings) as instance:
            made(instance)
            made_anew.clear()
            for key in KEYS:
                event = dg.AssetMaterialization("series", partition=key)
                instance.report_runless_asset_event(event)
        counts[name] = len(made_anew)
    assert counts["own"] >= 2 * len(KEYS)
    assert counts["ours"] <= 2  # of the log of what belongs to no run, which is new


def test_threads_write_at_once(tmp_path):
    with opened(tmp_path / "home", OURS) as instance:

        def report(name: str) -> None:
            for key in KEYS:
                instance.report_runless_asset_event(dg.AssetMaterialization(name, partition=key))

        threads = [threading.Thread(target=report, args=(f"asset{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in range(4):
            asset = dg.AssetKey(f"asset{number}")
            assert instance.get_materialized_partitions(asset) == set(KEYS)


def test_a_batch_is_one_transaction_a_file(tmp_path, monkeypatch):
    with opened(tmp_path / "home", OURS) as instance:
        run_id = made(instance)
        log = instance.event_log_storage
        events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        opened_for = []
        connect = log.run_connection
        monkeypatch.setattr(
            log, "run_connection", lambda run: opened_for.append(run) or connect(run)
        )
        log.store_event_batch(events)
        assert opened_for == [run_id]


def test_a_batch_that_cannot_be_stored_leaves_nothing_in_the_index(tmp_path, monkeypatch):
    with opened(tmp_path / "home", OURS) as instance:
        run_id = made(instance)
        log = instance.event_log_storage
        events = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        before = len(instance.fetch_materializations(dg.AssetKey("series"), limit=100).records)
        monkeypatch.setattr(log, "_store_asset_event", broken)
        with pytest.raises(OSError, match="disk full"):
            log.store_event_batch(events)
        after = len(instance.fetch_materializations(dg.AssetKey("series"), limit=100).records)
        assert after == before
        logged = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        assert len(logged) == len(events)  # nor is any twice in the run's own file


def test_a_check_is_one_transaction_of_the_index(tmp_path, monkeypatch):
    with opened(tmp_path / "home", OURS) as instance:
        run_id = made(instance)
        log = instance.event_log_storage
        (event,) = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        committed = []
        listen(log._of_index, "commit", committed.append)
        log.store_event(event)
        assert len(committed) == 1
        monkeypatch.setattr(log, "_update_asset_check_evaluation", broken)
        before = checked(tmp_path / "home")
        with pytest.raises(OSError, match="disk full"):
            log.store_event(event)
        assert checked(tmp_path / "home") == before  # nor is the event there without its line
        monkeypatch.undo()
        log.store_event(event)
        assert checked(tmp_path / "home") == before + 1


def checked(folder: Path) -> int:
    index = folder / "history" / "runs" / "index.db"
    with contextlib.closing(sqlite3.connect(index)) as database:
        kind = "select count(*) from event_logs where dagster_event_type = ?"
        return database.execute(kind, ("ASSET_CHECK_EVALUATION",)).fetchone()[0]


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_daemon_that_would_never_rest_is_refused(tmp_path, monkeypatch, seconds):
    usual = controller.DEFAULT_DAEMON_INTERVAL_SECONDS
    monkeypatch.setattr(controller, "DEFAULT_DAEMON_INTERVAL_SECONDS", usual)
    settings = f"{OURS}\nbackfill_interval_seconds: {seconds}"
    with (
        opened(tmp_path / "home", settings) as instance,
        pytest.raises(ParameterError, match=f"seconds must be at least 1; got {seconds}"),
    ):
        instance.get_backfill_settings()
    assert usual == controller.DEFAULT_DAEMON_INTERVAL_SECONDS


@pytest.mark.parametrize("settings", ["", f"{OURS}\nbackfill_interval_seconds: 3"])
def test_the_daemon_looks_for_backfills_as_often_as_it_is_told(tmp_path, monkeypatch, settings):
    usual = controller.DEFAULT_DAEMON_INTERVAL_SECONDS
    monkeypatch.setattr(controller, "DEFAULT_DAEMON_INTERVAL_SECONDS", usual)
    waited = []

    class Shutdown:
        def wait(self, seconds: float) -> None:
            waited.append(seconds)

    with opened(tmp_path / "home", settings) as instance:
        daemon = controller.create_daemon_of_type("BACKFILL", instance)
        context = types.SimpleNamespace(instance=instance)
        with daemon:
            for _ in daemon.core_loop(context, Shutdown()):
                if waited:
                    break
    expected = 3 if settings else usual
    assert expected - 1 < waited[0] <= expected


def broken(*_: object) -> None:
    raise OSError("disk full")
