"""Registered models whose files are no longer what was registered."""

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
    """Hash the files of a registered model's versions; those that are tagged as gone are known.

    Parameters
    ----------
    client
        Of the registry.
    name
        Of the model there.
    stored
        The SHA-256 of the models that the store holds, of which the next run copies files anew.
    repair
        Whether the rest of such a folder is removed, and a version that nothing can be copied for
        tagged as gone.
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
            why += "; the store has no model of this version any more"
            if repair:
                mark_gone(client, version)
        yield Finding("damaged", f"models:/{name}/{version.version}", why, repaired=repair)


def _why_not_whole(version: "ModelVersion") -> str:
    """Say what is wrong with a version's files; empty for one that was registered by others."""
    place, sha256 = path_of(version.source), version.tags.get("sha256")
    if sha256 is None or place.is_file():  # earlier versions of the platform named the store's file
        return ""
    if not is_whole(place):
        return f"{place}: {'files are missing' if place.exists() else 'missing'}"
    if sha256_of(place / MODEL_FILE) != sha256:
        return f"{place / MODEL_FILE}: not what was registered (another SHA-256)"
    return ""
