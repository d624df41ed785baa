"""Cleaning: remove everything the platform wrote for a study, or for all studies."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from attnconn_assets.assets.catalogue import tracking_of
from attnconn_assets.building.partitions import session_partitions
from attnconn_assets.instance import forgetting as dagster_history
from attnconn_assets.instance.run_locks import end_orphans
from attnconn_assets.study.claim import CLAIM
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.tracking import forgetting as mlflow_runs
from attnconn_core.errors import AttnconnError, InputError

__all__ = ["Cleared", "clean", "studies_of"]


@dataclass(frozen=True)
class Cleared:
    """What was removed of a study: its runs in Dagster and in MLflow, and its store."""

    study: str
    dagster_runs: int
    mlflow_runs: int
    store: Path


def studies_of(home: Path) -> tuple[dict[Path, Study], dict[str, str]]:
    """Find every study that Dagster's home knows.

    Returns
    -------
    studies, unknown
        File → study, and name of a study → why its file can't be read.
    """
    studies: dict[Path, Study] = {}
    unknown: dict[str, str] = {}
    for note in sorted((home / "studies").glob(f"*/{CLAIM}")):
        try:
            written = json.loads(note.read_text(encoding="utf-8"))["study"]
            file = (note.parent / written).resolve()
            studies[file] = load_study(file)
        except (OSError, ValueError, KeyError, TypeError, AttnconnError) as error:
            unknown[note.parent.name] = str(error)
    return studies, unknown


def clean(study: Study, instance: dg.DagsterInstance, home: Path) -> Cleared:
    """Remove a study's store, runs, history and claim; scans and study files stay.

    Raises
    ------
    InputError
        If one of its runs is still running, or its store holds the study file, scans or other
        files that the platform didn't write.
    """
    store = study.store_folder
    _require_a_store(study)
    end_orphans(instance)
    partitions = str(session_partitions(study).name)
    ours = dagster_history.forget_study(instance, study.name, partitions)
    theirs = mlflow_runs.forget_study(tracking_of(study), study.name)
    if (store / CLAIM).is_file():  # an empty folder may be where a disk is mounted
        shutil.rmtree(store)
    shutil.rmtree(home / "studies" / study.name, ignore_errors=True)
    return Cleared(study.name, ours, theirs, store)


def _require_a_store(study: Study) -> None:
    """Refuse a folder that the platform didn't make: the key `store` can name any folder."""
    store = study.store_folder.resolve()
    if not store.exists() or (store.is_dir() and not any(store.iterdir())):
        return
    kept = (study.folder, *study.experiments, study.tracking_folder, Path.cwd(), Path.home())
    inside = [path for path in kept if path.resolve().is_relative_to(store)]
    if inside or not (store / CLAIM).is_file():
        why = f"it holds {inside[0]}" if inside else f"it has no {CLAIM}"
        raise InputError(
            f"`clean` only removes stores that attnconn made; got {store}: {why}. Remove it by hand"
        )
