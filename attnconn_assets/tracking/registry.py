"""The registry: versions of models, each in a folder that MLflow can load.

The folder is a copy, because the store replaces a model's file when it is trained again. An alias
can thus be moved back to an earlier version.
"""

import contextlib
import os
import shutil
import urllib.parse
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from attnconn_core.forecasting import load_forecaster

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

__all__ = [
    "CHOSEN",
    "GONE",
    "MODELS",
    "MODEL_FILE",
    "OURS",
    "Registered",
    "is_moved",
    "is_whole",
    "mark_gone",
    "moved_aliases",
    "path_of",
    "register_model",
    "registered_name",
    "remove_model",
    "version_folder",
]

#: Tag of a version whose files are missing.
GONE = "attnconn.gone"
#: Prefix of a model's tag per alias: the version to which attnconn last set the alias.
OURS = "attnconn.alias."
#: Prefix of a model's tag per alias: the version that attnconn would choose now.
CHOSEN = "attnconn.chosen."
#: The folder of registered models beside MLflow's database.
MODELS = "models"
#: Files in a version's folder: the model, and its description for MLflow.
MODEL_FILE, _DESCRIBED = "forecaster.safetensors", "MLmodel"

_ALIASES = (
    "The cohort's forecasters. The alias **champion** names the configuration with the highest R² "
    "on validation frames. A cross-fitted configuration has several models, each trained on a part "
    "of the subjects and read only on the others: champion is the first (fold-1), "
    "**champion-fold-2** the second, and so on. An alias that you move stays where you moved it."
)
_LOADER = "attnconn_core.forecasting.pyfunc"


@dataclass(frozen=True)
class Registered:
    """A version, and where its alias points.

    Attributes
    ----------
    version
        Version of the model.
    moved_to
        The version to which a person has moved the alias; None if it points to `version`.
    """

    version: str
    moved_to: str | None = None

    def in_words(self, alias: str) -> str:
        """Return a message if a person has moved the alias; otherwise empty."""
        if self.moved_to is None:
            return ""
        return (
            f"the alias {alias} was moved by hand to version {self.moved_to} and stays there; "
            f"the study's own choice is version {self.version}. To use that, delete the alias: "
            "the next run sets it again"
        )


def is_moved(now: str | None, ours: str | None, version: str) -> bool:
    """Whether a person has moved an alias.

    It then points neither to the version that attnconn would choose now nor to the one that
    attnconn chose last.

    Parameters
    ----------
    now
        The version that the alias points to; None if there is no such alias.
    ours
        The version to which attnconn last set it; None if it never did.
    version
        The version that attnconn would choose now.
    """
    return now is not None and ours is not None and now not in (ours, version)


def version_folder(folder: Path, name: str, sha256: str) -> Path:
    """Return the folder of a registered model's version."""
    return folder / name / sha256[:16]


def is_whole(place: Path) -> bool:
    """Whether a version's folder has all files."""
    return all((place / name).is_file() for name in (MODEL_FILE, _DESCRIBED))


def registered_name(study: str, name: str) -> str:
    """Return the name of a study's model in the registry."""
    return f"{study}_{name}"


def register_model(
    client: "MlflowClient",
    folder: Path,
    name: str,
    model: Path,
    run_id: str,
    tags: Mapping[str, str],
    alias: str,
) -> Registered:
    """Register a copy of a stored model as a version, and set its alias.

    A model file whose ``sha256`` is registered already keeps its version. An alias that a person
    has moved isn't changed; one that a person has deleted is set again.

    Parameters
    ----------
    client
        MLflow's client.
    folder
        Folder of registered models.
    name
        Name of the registered model.
    model
        File of the forecaster.
    run_id
        The MLflow run that trained it.
    tags
        Tags of the version, including ``sha256``.
    alias
        Alias of the version.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name, description=_ALIASES)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    place = version_folder(folder, name, tags["sha256"])
    if not is_whole(place):
        _keep(model, place)
    versions = client.search_model_versions(f"name = '{name}'")
    for existing in versions:
        if not path_of(
            existing.source
        ).exists():  # earlier versions of the platform pointed into the store
            mark_gone(client, existing)
    version = next(
        (existing.version for existing in versions if path_of(existing.source) == place), None
    )
    if version is None:
        what = ", ".join(f"{tag} {tags[tag]}" for tag in ("configuration", "fold") if tag in tags)
        made = client.create_model_version(
            name, place.as_uri(), run_id=run_id, tags=dict(tags), description=what
        )
        version = made.version
    return _pointed(client, name, alias, str(version))


def moved_aliases(client: "MlflowClient", name: str) -> dict[str, Registered]:
    """Return the aliases of a registered model that a person has moved, as they are now."""
    from mlflow.exceptions import MlflowException

    try:
        known = client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return {}  # it was deleted
    moved = {}
    for alias, now in known.aliases.items():
        chosen = known.tags.get(f"{CHOSEN}{alias}", str(now))
        if str(now) != chosen:
            moved[alias] = Registered(chosen, str(now))
    return moved


def remove_model(folder: Path, name: str, spare: Collection[Path] = ()) -> None:
    """Remove the copies of a registered model's versions, except folders that others use."""
    place = folder / name
    if place.parent != folder or name in ("", ".", ".."):
        return
    for version in place.glob("*"):
        if version not in spare:
            shutil.rmtree(version, ignore_errors=True)
    with contextlib.suppress(OSError):  # of a spared version
        place.rmdir()


def _pointed(client: "MlflowClient", name: str, alias: str, version: str) -> Registered:
    """Set the alias to a version, unless a person has moved it."""
    known = client.get_registered_model(name)
    client.set_registered_model_tag(name, f"{CHOSEN}{alias}", version)
    pointed, ours = known.aliases.get(alias), known.tags.get(f"{OURS}{alias}")
    now = None if pointed is None else str(pointed)
    if is_moved(now, ours, version):
        return Registered(version, now)
    client.set_registered_model_alias(name, alias, version)
    client.set_registered_model_tag(name, f"{OURS}{alias}", version)
    return Registered(version)


def _keep(model: Path, place: Path) -> None:
    """Copy a model into its own folder, atomically."""
    from mlflow.models import Model, ModelSignature
    from mlflow.types.schema import Schema, TensorSpec
    from numpy import dtype

    forecaster, _, _ = load_forecaster(model)
    regions, config = forecaster.regions, forecaster.config
    number = dtype("float32")
    signature = ModelSignature(
        inputs=Schema([TensorSpec(number, (-1, regions, config.input_window))]),
        outputs=Schema([TensorSpec(number, (-1, regions, config.output_window))]),
    )
    described = Model(signature=signature)
    described.add_flavor("python_function", loader_module=_LOADER, data=MODEL_FILE)
    partial = place.with_name(f".{place.name}.{uuid.uuid4().hex}.partial")
    partial.mkdir(parents=True)
    try:
        shutil.copyfile(model, partial / MODEL_FILE)
        described.save(str(partial / _DESCRIBED))
        if place.exists():
            shutil.rmtree(place)
        os.replace(partial, place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def path_of(source: str | None) -> Path:
    """Return the folder in a version's source."""
    return Path(urllib.parse.unquote(urllib.parse.urlsplit(source or "").path))


def mark_gone(client: "MlflowClient", version: "ModelVersion") -> None:
    """Tag a version whose files are missing, unless it is already tagged or not ours."""
    is_file = urllib.parse.urlsplit(version.source or "").scheme in ("file", "")
    if is_file and GONE not in version.tags:
        client.set_model_version_tag(version.name, version.version, GONE, "true")
