"""Experiments in MLflow, found whatever a person did with them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

__all__ = ["deleted_experiments", "experiment_of"]

_TAG = "attnconn.experiment"
_KIND = "mlflow.experimentKind"
_LOG = logging.getLogger(__name__)


def experiment_of(client: "MlflowClient", artifacts: Path, name: str) -> str:
    """Find the experiment that was made under a name, or make it; return its id.

    One that a person renamed is found by its tag. One that was deleted is restored, and that is
    logged: its runs come back with it.

    Parameters
    ----------
    client
        Of the database.
    artifacts
        The folder of all experiments' artifacts.
    name
        As it is made.
    """
    from mlflow.exceptions import MlflowException

    found = _found(client, name)
    if found is None:
        try:
            location = (artifacts / name).as_uri()
            # Of models that are trained, not of language models.
            tags = {_KIND: "custom_model_development", _TAG: name}
            return client.create_experiment(name, location, tags)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            found = _found(client, name)  # another process was first
            if found is None:
                raise
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
        _LOG.warning("the experiment %r of MLflow was deleted, and is restored", found.name)
    if found.tags.get(_TAG) != name:  # of an older version
        client.set_experiment_tag(found.experiment_id, _TAG, name)
    return found.experiment_id


def deleted_experiments(client: "MlflowClient", study: str) -> dict[str, str]:
    """Return the experiments that a person deleted with current runs of a study: id → name.

    Parameters
    ----------
    client
        Of the database.
    study
        Its name.
    """
    from mlflow.entities import ViewType

    wanted = f"tags.`attnconn.study` = '{study}' and tags.`attnconn.current` = 'true'"
    return {
        found.experiment_id: found.name
        for found in client.search_experiments(view_type=ViewType.DELETED_ONLY)
        if client.search_runs([found.experiment_id], wanted, ViewType.ALL, max_results=1)
    }


def _found(client: "MlflowClient", name: str) -> "Experiment | None":
    from mlflow.entities import ViewType

    tagged = client.search_experiments(
        view_type=ViewType.ALL, filter_string=f"tags.`{_TAG}` = '{name}'", max_results=1
    )
    return tagged[0] if tagged else client.get_experiment_by_name(name)
