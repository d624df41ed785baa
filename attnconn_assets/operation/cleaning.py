"""Cleaning: remove everything the platform wrote for a study, or for all studies."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from attnconn_assets.assets.catalogue import specs, store_of, tracking_of
from attnconn_assets.assets.report.specs import report_path
from attnconn_assets.building.partitions import session_partitions
from attnconn_assets.instance import forgetting as dagster_history
from attnconn_assets.instance.run_locks import commands_going_on, end_orphans
from attnconn_assets.storage.foreign import foreign_files, remove_ours
from attnconn_assets.study.claim import CLAIM
from attnconn_assets.study.study import Study, load_study
from attnconn_assets.tracking import forgetting as mlflow_runs
from attnconn_assets.tracking.forgetting import Forgotten
from attnconn_core.errors import AttnconnError, InputError
from attnconn_core.wording import few_and_more

__all__ = ["Cleared", "clean", "foreign_in_store", "studies_of"]

_SHOWN = 5


@dataclass(frozen=True)
class Cleared:
    """What was removed of a study: its Dagster runs, what MLflow had of it, and its store."""

    study: str
    dagster_runs: int
    mlflow: Forgotten
    store: Path
    foreign: tuple[Path, ...] = ()

    def lines(self) -> list[str]:
        """Return what was removed, and what was kept, in words."""
        lines = [
            f"{self.study}: removed {self.store}, {self.dagster_runs} Dagster runs and "
            f"{self.mlflow.n_runs} MLflow runs"
        ]
        if self.mlflow.models:
            lines[0] += f", and the registered models {', '.join(self.mlflow.models)}"
        if self.foreign:
            names = few_and_more([path.relative_to(self.store) for path in self.foreign], _SHOWN)
            lines.append(f"  Kept in {self.store}, because attnconn didn't write it: {names}")
        if self.mlflow.kept:
            lines.append(
                "  Kept in MLflow, because they were renamed, copied or added by hand: the "
                f"registered models {', '.join(self.mlflow.kept)}"
            )
        return lines


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
    if n := commands_going_on(instance, study.name):
        raise InputError(
            f"a study can only be removed while nothing makes its results; {n} `attnconn run` of "
            f"{study.name} {'is' if n == 1 else 'are'} going on: wait until it ends, or end it"
        )
    partitions = str(session_partitions(study).name)
    names = {spec.name for spec in specs(study)}.union(store_of(study).assets())
    ours = dagster_history.forget_study(instance, study.name, partitions, names)
    theirs = mlflow_runs.forget_study(tracking_of(study), study.name)
    foreign = foreign_in_store(study)
    if foreign:
        remove_ours(store, foreign, stays=store / CLAIM)  # so that the study can be run again
    elif (store / CLAIM).is_file():  # an empty folder may be where a disk is mounted
        shutil.rmtree(store)
    shutil.rmtree(home / "studies" / study.name, ignore_errors=True)
    return Cleared(study.name, ours, theirs, store, tuple(foreign))


def foreign_in_store(study: Study) -> list[Path]:
    """Return the files in a study's store that attnconn didn't write."""
    known = {CLAIM, report_path(study).name}
    return foreign_files(study.store_folder, known) if study.store_folder.is_dir() else []


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
