"""Removes a study's runs, artifacts and registered models from MLflow."""

import shutil
import urllib.parse
from pathlib import Path

from attnconn_assets.tracking.registry import MODELS, remove_model
from attnconn_assets.tracking.tracking import Tracking

__all__ = ["forget_study"]

_PAGE = 500


def forget_study(tracking: Tracking, study: str) -> int:
    """Delete a study's MLflow runs, artifacts and models; return the number of runs.

    MLflow keeps the rows of deleted runs, hidden, until ``mlflow gc``.
    """
    if not (Path(tracking.folder) / "mlflow.db").exists():
        return 0
    client = tracking.client()
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    wanted = f"tags.`attnconn.study` = '{study}'"
    forgotten: set[str] = set()
    while runs := client.search_runs(experiments, wanted, max_results=_PAGE):
        for run in runs:
            client.delete_run(run.info.run_id)
            _remove_artifacts(Path(tracking.folder).resolve(), run.info.artifact_uri)
        forgotten |= {run.info.run_id for run in runs}
    # The study's models are those with versions from its runs.
    versions = client.search_model_versions()
    for name in {version.name for version in versions if version.run_id in forgotten}:
        client.delete_registered_model(name)
        remove_model(Path(tracking.folder).resolve() / MODELS, name)
    return len(forgotten)


def _remove_artifacts(folder: Path, uri: str) -> None:
    """Remove a run's folder of artifacts, if it is in the study's tracking folder."""
    place = Path(urllib.parse.unquote(urllib.parse.urlsplit(uri).path)).parent
    if place.is_relative_to(folder / "artifacts") and place != folder / "artifacts":
        shutil.rmtree(place, ignore_errors=True)
