"""The registry: versions of models under a name, each in a folder that MLflow itself can load.

A version's folder is a copy: the store replaces its file when a model is trained anew, and an
alias can still be moved back to what was there before.
"""

import os
import shutil
import urllib.parse
import uuid
from collections.abc import Mapping
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
    "place_of",
    "register_model",
    "registered_name",
    "remove_model",
]

#: The tag of a version whose files are gone.
GONE = "attnconn.gone"
#: The tag of a model, with an alias behind it, for the version that the alias was given here.
OURS = "attnconn.alias."
#: Likewise, for the version that it would point to now, but for a person.
CHOSEN = "attnconn.chosen."
#: The folder of registered models beside MLflow's database.
MODELS = "models"
#: What a version's folder holds: the model, and what it is for MLflow.
MODEL_FILE, _DESCRIBED = "forecaster.safetensors", "MLmodel"

_LOADER = "attnconn_core.forecasting.pyfunc"


@dataclass(frozen=True)
class Registered:
    """A version, and where its alias points.

    Attributes
    ----------
    version
        Of the model.
    moved_to
        The version to which a person has moved the alias, which is left there; None if the
        alias points to `version`.
    """

    version: str
    moved_to: str | None = None

    def in_words(self, alias: str) -> str:
        """Say that a person has moved the alias, which stays there; empty if nobody has."""
        if self.moved_to is None:
            return ""
        return (
            f"the alias {alias} stays at version {self.moved_to}, to which it was moved by hand; "
            f"the study's own choice is version {self.version}. Delete the alias, and the next "
            "run sets it again"
        )


def is_moved(now: str | None, ours: str | None, version: str) -> bool:
    """Whether a person has moved an alias: neither to a version nor to where it was left here."""
    return now is not None and ours is not None and now not in (ours, version)


def place_of(folder: Path, name: str, sha256: str) -> Path:
    """Return where a registered model's version lies in the folder of all of them."""
    return folder / name / sha256[:16]


def is_whole(place: Path) -> bool:
    """Whether a version's folder has all its files."""
    return all((place / name).is_file() for name in (MODEL_FILE, _DESCRIBED))


def registered_name(study: str, name: str) -> str:
    """Return what a study's model is called in the registry."""
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
    """Give a stored model a version and an alias; the file is copied.

    A file that is registered already, told by its tag ``sha256``, keeps its version. An alias
    that points elsewhere than this function has left it was moved by a person, and stays; once
    it is deleted, it is set again.

    Parameters
    ----------
    client
        Of the registry.
    folder
        Where registered models are kept.
    name
        Of the model in the registry.
    model
        A forecaster's file.
    run_id
        The run in MLflow that trained it.
    tags
        Of the version; ``sha256`` among them.
    alias
        Under which this version is to be asked for.
    """
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    place = place_of(folder, name, tags["sha256"])
    if not is_whole(place):
        _keep(model, place)
    versions = client.search_model_versions(f"name = '{name}'")
    for each in versions:
        if not path_of(
            each.source
        ).exists():  # earlier versions of the platform pointed into the store
            mark_gone(client, each)
    version = next((each.version for each in versions if path_of(each.source) == place), None)
    if version is None:
        made = client.create_model_version(name, place.as_uri(), run_id=run_id, tags=dict(tags))
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
        return {}  # a person has deleted it
    found = {}
    for alias, now in known.aliases.items():
        chosen = known.tags.get(f"{CHOSEN}{alias}", str(now))
        if str(now) != chosen:
            found[alias] = Registered(chosen, str(now))
    return found


def remove_model(folder: Path, name: str) -> None:
    """Remove the copies of a registered model's versions."""
    place = folder / name
    if place.parent == folder and name not in ("", ".", ".."):
        shutil.rmtree(place, ignore_errors=True)


def _pointed(client: "MlflowClient", name: str, alias: str, version: str) -> Registered:
    """Let the alias point to a version, unless a person has moved it."""
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
    """Copy a model into a folder of its own, which appears whole or not at all."""
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
    """Return the folder that a version's source names."""
    return Path(urllib.parse.unquote(urllib.parse.urlsplit(source or "").path))


def mark_gone(client: "MlflowClient", version: "ModelVersion") -> None:
    """Tag a version whose files are gone, unless it is tagged already."""
    if GONE not in version.tags:
        client.set_model_version_tag(version.name, version.version, GONE, "true")
