"""Finds MLflow experiments, also those that a person renamed or deleted."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_assets.tracking.tags import NOTE

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

__all__ = ["describe_experiments", "experiment_of"]

_TAG = "attnconn.experiment"
_KIND = "mlflow.experimentKind"
_LOG = logging.getLogger(__name__)


def experiment_of(client: "MlflowClient", artifacts: Path, name: str) -> str:
    """Return the id of an experiment; create it if needed.

    A renamed experiment is found by its tag. A deleted one is restored with its runs, which is
    logged.

    Parameters
    ----------
    client
        MLflow's client.
    artifacts
        Folder of all experiments' artifacts.
    name
        Original name of the experiment.
    """
    from mlflow.exceptions import MlflowException

    experiment = _experiment_named(client, name)
    if experiment is None:
        try:
            location = (artifacts / name).as_uri()
            # MLflow's kind for trained models, as opposed to language models.
            tags = {_KIND: "custom_model_development", _TAG: name}
            return client.create_experiment(name, location, tags)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            experiment = _experiment_named(client, name)  # another process has just created it
            if experiment is None:
                raise
    if experiment.lifecycle_stage == "deleted":
        client.restore_experiment(experiment.experiment_id)
        _LOG.warning("the MLflow experiment %r was deleted and has been restored", experiment.name)
    if experiment.tags.get(_TAG) != name:  # made by an older version
        client.set_experiment_tag(experiment.experiment_id, _TAG, name)
    return experiment.experiment_id


def describe_experiments(client: "MlflowClient", notes: Mapping[str, str]) -> None:
    """Set the descriptions of experiments that exist and have none.

    What a person wrote stays. MLflow lists the experiment that changed last first, so the last of
    `notes` stands at the top.

    Parameters
    ----------
    client
        MLflow's client.
    notes
        Original name of an experiment → what its runs are.
    """
    there = {each.tags.get(_TAG, each.name): each for each in client.search_experiments()}
    for name, note in notes.items():
        if name in there and NOTE not in there[name].tags:
            client.set_experiment_tag(there[name].experiment_id, NOTE, note)


def _experiment_named(client: "MlflowClient", name: str) -> "Experiment | None":
    from mlflow.entities import ViewType

    tagged = client.search_experiments(
        view_type=ViewType.ALL, filter_string=f"tags.`{_TAG}` = '{name}'", max_results=1
    )
    return tagged[0] if tagged else client.get_experiment_by_name(name)
