"""The whole line as one job, by hand or by night."""

import dagster as dg
import pytest

from attnconn_assets.assets.catalogue import resources, specs
from attnconn_assets.building.partitions import add_sessions
from attnconn_assets.definitions import define
from attnconn_assets.operation.jobs import nightly, refresh
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError


def test_the_job_makes_the_whole_line_each_asset_in_runs_of_its_own(write_study, instance):
    # Assets per session, per configuration and of the whole cohort.
    few = {"methods": ["pearson", "attention_group_base"], "reliability": {"seeds": 1}}
    study = load_study(write_study(**few))
    add_sessions(study, instance, study.make_source().sessions())
    job = refresh(study)
    assert job.execute_in_process(instance=instance).success
    store = resources(study)["store"]
    for spec in specs(study):
        key = {"session": "sub-001_ses-test", "configuration": "base", "whole": "all"}
        assert store.find(spec.name, key[spec.partitioned]) is not None
    runs = instance.get_runs()
    assert len(runs) > len(specs(study))
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}

    before = len(runs)
    assert job.execute_in_process(instance=instance).success
    assert len(instance.get_runs()) == before + 1  # nothing was left to make


def test_the_night_has_the_schedule_that_the_study_names(write_study):
    later = load_study(write_study(automation={"nightly": "30 4 * * 6"}))
    (schedule,) = nightly(later, refresh(later))
    assert schedule.cron_schedule == "30 4 * * 6"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    never = load_study(write_study())
    assert nightly(never, refresh(never)) == []


def test_a_line_that_is_no_time_is_refused(write_study):
    with pytest.raises(StudyError, match=r"automation\.nightly: .*cron line.*got 'at night'"):
        load_study(write_study(automation={"nightly": "at night"}))


def test_everything_is_on_the_page(write_study):
    shown = define(load_study(write_study(automation={"nightly": "0 2 * * *"})))
    assert {sensor.name for sensor in shown.sensors} == {"tiny_discovery", "tiny_follow"}
    assert {schedule.name for schedule in shown.schedules} == {"tiny_nightly"}
    follow = next(sensor for sensor in shown.sensors if sensor.name == "tiny_follow")
    assert follow.default_status == dg.DefaultSensorStatus.STOPPED


@pytest.mark.filterwarnings("ignore:Parameter `owners` of")  # beta, of anything but assets
def test_assets_jobs_sensors_and_checks_say_whose_they_are(write_study):
    owners = ["team:imaging", "who@example.org"]
    study = load_study(write_study(owners=owners, automation={"nightly": "0 2 * * *"}))
    shown = define(study)
    nodes = shown.resolve_asset_graph().asset_nodes
    groups = {spec.name: spec.group for spec in specs(study)}
    assert {node.key.path[1] for node in nodes} == groups.keys()
    for node in nodes:
        assert sorted(node.owners) == sorted(owners)
        tags = {"attnconn/study": "tiny", "attnconn/group": groups[node.key.path[1]]}
        assert tags.items() <= node.tags.items()
        assert node.description
    for each in (*shown.jobs, *shown.sensors, *shown.schedules):
        assert sorted(each.owners) == sorted(owners), each.name
        assert each.tags["attnconn/study"] == "tiny"
        assert each.description
    checks = [check for asset in shown.assets for check in asset.check_specs]
    assert checks
    assert all(check.description and check.metadata["attnconn/group"] for check in checks)


@pytest.mark.parametrize("owner", ["imaging", "team:", "a b@c"])
def test_an_owner_is_a_mail_address_or_a_team(write_study, owner):
    with pytest.raises(StudyError, match=r"owners.*must be an e-mail address or a team"):
        load_study(write_study(owners=[owner]))


@pytest.mark.parametrize(
    "config", [{"modles": True}, {"models": "perhaps"}, {"models": False, "retry": 1}]
)
def test_run_configuration_of_a_refresh_is_typed_and_refuses_unknown_keys(tiny_study, config):
    with pytest.raises(dg.DagsterInvalidConfigError):
        refresh(tiny_study).execute_in_process(
            run_config={"ops": {"tiny_make_stale": {"config": config}}}
        )
