"""Removes a study's runs, artifacts and registered models from MLflow."""

import shutil
import urllib.parse
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_assets.tracking.registry import MODELS, path_of, remove_model
from attnconn_assets.tracking.tracking import Tracking

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel
    from mlflow.entities.model_registry import ModelVersion

__all__ = ["Forgotten", "forget_study"]

_PAGE = 500


@dataclass(frozen=True)
class Forgotten:
    """What was removed of a study from MLflow.

    Attributes
    ----------
    n_runs
        Number of deleted runs.
    models
        Names of the registered models that were removed.
    kept
        Names of registered models that a person has renamed, copied from the study's or added
        versions to. They are kept, with their files.
    """

    n_runs: int = 0
    models: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def forget_study(tracking: Tracking, study: str) -> Forgotten:
    """Delete a study's MLflow runs, artifacts and models; keep what a person made of the models.

    MLflow keeps the rows of deleted runs, hidden, until ``mlflow gc``.
    """
    if not (Path(tracking.folder) / "mlflow.db").exists():
        return Forgotten()
    client = tracking.client()
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    wanted = f"tags.`attnconn.study` = '{study}'"
    deleted: set[str] = set()
    while runs := client.search_runs(experiments, wanted, max_results=_PAGE):
        for run in runs:
            client.delete_run(run.info.run_id)
            _remove_artifacts(Path(tracking.folder).resolve(), run.info.artifact_uri)
        deleted |= {run.info.run_id for run in runs}
    for model in list(_logged_models(client, experiments)):
        if model.source_run_id in deleted:
            client.delete_logged_model(model.model_id)
    models, kept = _forget_models(client, Path(tracking.folder).resolve() / MODELS, deleted)
    return Forgotten(len(deleted), models, kept)


def _logged_models(client: "MlflowClient", experiments: list[str]) -> Iterator["LoggedModel"]:
    """Yield the models that runs have logged, which MLflow lists beside the registered ones."""
    token = None
    while True:
        page = client.search_logged_models(experiments, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _forget_models(
    client: "MlflowClient", folder: Path, runs: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remove the models of deleted runs; return the names of those removed and of those kept."""
    versions: dict[str, list[ModelVersion]] = defaultdict(list)
    for version in client.search_model_versions():
        versions[version.name].append(version)
    kept = []
    removed: dict[str, list[ModelVersion]] = {}
    for name, every in versions.items():
        ours = [version for version in every if _is_ours(version, folder, runs)]
        if len(ours) < len(every) and any(version.run_id in runs for version in every):
            kept.append(name)
        if ours:
            removed[name] = ours
    of_others = [
        version
        for name, every in versions.items()
        for version in every
        if version not in removed.get(name, ())
    ]
    addresses = [client.get_model_version_download_uri(v.name, v.version) for v in of_others]
    files = {path_of(address).resolve() for address in addresses}
    for name, ours in removed.items():
        if name in kept:
            for version in ours:
                client.delete_model_version(name, version.version)
        else:
            client.delete_registered_model(name)
        remove_model(folder, name, spare=files)
    return tuple(sorted(removed.keys() - kept)), tuple(sorted(kept))


def _is_ours(version: "ModelVersion", folder: Path, runs: Collection[str]) -> bool:
    """Whether a version is as attnconn registered it: of a deleted run, under the model's name."""
    place = path_of(version.source).parent.resolve()
    return version.run_id in runs and place == folder / version.name


def _remove_artifacts(folder: Path, uri: str) -> None:
    """Remove a run's folder of artifacts, if it is in the study's tracking folder."""
    place = Path(urllib.parse.unquote(urllib.parse.urlsplit(uri).path)).parent
    if place.is_relative_to(folder / "artifacts") and place != folder / "artifacts":
        shutil.rmtree(place, ignore_errors=True)
