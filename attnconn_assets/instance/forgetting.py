"""Removes a study's runs, assets and partitions from Dagster's history."""

from collections.abc import Collection

import dagster as dg

from attnconn_assets.instance.known_partitions import forget
from attnconn_core.errors import InputError

__all__ = ["forget_study"]

_GOING_ON = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def forget_study(
    instance: dg.DagsterInstance, study: str, partitions: str, assets: Collection[str]
) -> int:
    """Delete a study's runs, the history of its assets, and its partitions.

    Parameters
    ----------
    instance
        Dagster's instance.
    study
        Name of the study, the first part of its asset keys.
    partitions
        Name of its dynamic partitions.
    assets
        Names of its assets. Others that a person reported under the study's name are kept.

    Returns
    -------
    The number of deleted runs.

    Raises
    ------
    InputError
        If one of its runs is unfinished.
    """
    runs = [run for run in instance.get_runs() if _is_of(run, study)]
    going_on = [run.run_id for run in runs if run.status in _GOING_ON]
    if going_on:
        raise InputError(
            f"a study can only be removed while it has no unfinished run; {study} has "
            f"{', '.join(going_on[:3])}: wait until it ends, or end it in Dagster"
        )
    own = {dg.AssetKey([study, name]) for name in assets}
    keys = [key for key in instance.all_asset_keys() if key in own]
    if keys:
        instance.wipe_assets(keys)
    for run in runs:
        instance.delete_run(run.run_id)
    for key in instance.get_dynamic_partitions(partitions):
        instance.delete_dynamic_partition(partitions, key)
    forget(instance, partitions)
    return len(runs)


def _is_of(run: dg.DagsterRun, study: str) -> bool:
    """Whether a run makes assets of a study, or is its refresh."""
    made = {key.path[0] for key in run.asset_selection or ()}
    return study in made or run.job_name == f"{study}_refresh"
