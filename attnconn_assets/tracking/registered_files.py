"""Checks the files of registered models."""

import shutil
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from attnconn_assets.storage.user_files import sha256_of
from attnconn_assets.storage.verification import Finding
from attnconn_assets.tracking.registry import GONE, MODEL_FILE, is_whole, mark_gone, path_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

__all__ = ["verify_versions"]


def verify_versions(
    client: "MlflowClient", name: str, stored: Collection[str], *, repair: bool = False
) -> Iterator[Finding]:
    """Yield versions of a registered model with damaged files; those tagged as gone are skipped.

    Parameters
    ----------
    client
        MLflow's client.
    name
        Name of the registered model.
    stored
        SHA-256 of the models in the store, which the next run can copy again.
    repair
        Whether to remove the folders of versions that can be copied again, and to tag the others
        as gone.
    """
    for version in client.search_model_versions(f"name = '{name}'"):
        why = "" if GONE in version.tags else _why_not_whole(version)
        if not why:
            continue
        if version.tags.get("sha256") in stored:
            why += "; the next run copies it from the store"
            if repair:
                shutil.rmtree(path_of(version.source), ignore_errors=True)
        else:
            why += "; the store no longer has this version's model"
            if repair:
                mark_gone(client, version)
        yield Finding("damaged", f"models:/{name}/{version.version}", why, repaired=repair)


def _why_not_whole(version: "ModelVersion") -> str:
    """Return what is wrong with a version's files; empty if nothing, or if it isn't ours."""
    place, sha256 = path_of(version.source), version.tags.get("sha256")
    if sha256 is None or place.is_file():  # earlier versions of the platform named the store's file
        return ""
    if not is_whole(place):
        return f"{place}: {'files are missing' if place.exists() else 'missing'}"
    if sha256_of(place / MODEL_FILE) != sha256:
        return f"{place / MODEL_FILE}: not what was registered (another SHA-256)"
    return ""
