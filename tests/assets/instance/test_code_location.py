"""Runs of this process on Dagster's timeline: they name the code location of their job."""

import dagster as dg

from attnconn_assets.instance.code_location import LOCATION

SETTINGS = (
    "telemetry: {enabled: false}\n"
    "instance_class: {module: attnconn_assets.instance.event_log, class: Instance}\n"
)


@dg.asset
def series() -> None:
    """An asset that any definitions hold."""


@dg.job
def other() -> None:
    """A job that is no materialisation of assets."""


def test_a_run_of_assets_names_its_code_location_as_a_launched_one_does(tmp_path):
    (tmp_path / "dagster.yaml").write_text(SETTINGS)
    job = dg.Definitions(assets=[series]).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        made = job.execute_in_process(instance=instance, asset_selection=[series.key])
        run = instance.get_run_by_id(made.run_id)
        origin = run.remote_job_origin.repository_origin
        assert origin.get_label() == f"__repository__@{LOCATION}"
        assert run.remote_job_origin.job_name == run.job_name
        # By this tag the pages filter.
        listed = instance.get_runs(dg.RunsFilter(tags={".dagster/repository": origin.get_label()}))
        assert [each.run_id for each in listed] == [made.run_id]
        alone = other.execute_in_process(instance=instance)
        assert instance.get_run_by_id(alone.run_id).remote_job_origin is None
