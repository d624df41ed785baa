"""Writes stored results into a folder, session by session."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from attnconn_assets.assets.catalogue import store_of
from attnconn_assets.assets.export.reading import (
    read_contrast,
    read_excluded,
    read_models,
    read_parcellation,
    read_scores,
    read_session,
    read_significance,
    read_warnings,
    session_of,
)
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.assets.scores.significance import significance_of
from attnconn_assets.building.causes import named
from attnconn_assets.operation.export.folder import ExportFolder
from attnconn_assets.operation.export.request import Request
from attnconn_assets.operation.export.state import State, state_of
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.storage.store import Store
from attnconn_assets.study.study import Study
from attnconn_core import __version__
from attnconn_core.errors import AttnconnError, StoreError
from attnconn_core.export import (
    FORMATS,
    ExportedStudy,
    Parcellation,
    Software,
    dataset_files,
    files_of,
    folder_of,
)
from attnconn_core.sources import cifti_atlas

__all__ = ["Exported", "export_study"]


@dataclass
class Exported:
    """The outcome of an export.

    Attributes
    ----------
    state
        Which results were missing or stale.
    folder
        The folder, with the names of what was written and removed.
    sessions
        Keys of the exported sessions.
    refused
        Results that are stored and couldn't be exported → why.
    """

    state: State
    folder: ExportFolder
    sessions: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def export_study(
    study: Study, request: Request, path: Path, exported: Callable[[], Any] = lambda: None
) -> Exported:
    """Write stored results into a folder.

    Parameters
    ----------
    study
        The study.
    request
        What is to be exported.
    path
        The folder.
    exported
        Called after each session.

    Raises
    ------
    InputError
        If the folder holds other things.
    StoreError
        If the regions aren't stored.
    AtlasError
        If an atlas is needed and can't be read, or lacks a region.
    """
    folder = ExportFolder(path, study.name, (study.store_folder, study.tracking_folder))
    outcome = Exported(state_of(study, request), folder)
    store = store_of(study)
    shared = _Shared(
        store,
        _parcellation(study, request, store),
        Software(__version__),
        read_warnings(store) if outcome.state.has(CAUTIONS, WHOLE) else {},
    )
    with folder:
        for key in request.sessions:
            if outcome.state.has("time_series", key):
                _export_session(outcome, request, shared, key)
            exported()
        dataset = ExportedStudy(
            study.title,
            tuple(session_of(key) for key in outcome.sessions),
            request.methods,
            shared.parcellation,
            shared.software,
            warnings=shared.warnings,
            sources=_sources(study),
            excluded=_excluded(outcome, store),
            **_scores_and_models(outcome, request, store),
        )
        for name, content in (*dataset_files(dataset), *files_of(dataset, request.formats)):
            folder.write(name, content)
    return outcome


class _Shared(NamedTuple):
    """What all sessions share."""

    store: Store
    parcellation: Parcellation
    software: Software
    warnings: Mapping[str, str]


def _export_session(outcome: Exported, request: Request, shared: _Shared, key: str) -> None:
    methods = [method for method in request.methods if outcome.state.has(method.name, key)]
    tested = [
        method for method in request.tested if outcome.state.has(significance_of(method), key)
    ]
    try:
        session = read_session(
            shared.store, key, methods, shared.parcellation, shared.software, shared.warnings
        )
        significance = read_significance(shared.store, key, tested, shared.warnings)
    except StoreError as error:  # a damaged file, which is noticed when it is read
        outcome.refused[key] = str(error)
        return
    session = dataclasses.replace(session, significance=significance)
    for name, content in files_of(session, request.formats):
        outcome.folder.write(f"{folder_of(session.session)}/{name}", content)
    outcome.sessions.append(key)


def _parcellation(study: Study, request: Request, store: Store) -> Parcellation:
    reads_atlas = any(FORMATS[name].needs_atlas for name in request.formats)
    atlas = cifti_atlas(study.make_source()) if reads_atlas else None
    return read_parcellation(store, request.parcellation, atlas)


def _scores_and_models(outcome: Exported, request: Request, store: Store) -> dict[str, Any]:
    """Return the parts of the study's record that are stored; note those that can't be read."""
    parts: dict[str, Any] = {"models": {}}
    if "scores" in request.formats and outcome.state.has("comparison", WHOLE):
        try:
            parts["scores"] = read_scores(store, request.methods)
        except AttnconnError as error:
            outcome.refused["comparison"] = str(error)
    contrast = request.contrast
    if contrast is not None and outcome.state.has(contrast.name, WHOLE):
        try:
            parts["contrast"] = read_contrast(store, contrast)
        except AttnconnError as error:
            outcome.refused[contrast.name] = str(error)
    for asset, partition in request.models:
        if outcome.state.has(asset, partition):
            try:
                parts["models"] |= read_models(store, asset, partition)
            except AttnconnError as error:
                outcome.refused[named(asset, partition)] = str(error)
    return parts


def _excluded(outcome: Exported, store: Store) -> Mapping[str, str]:
    """Return the exported sessions that group results leave out; empty if that isn't known."""
    try:
        excluded = read_excluded(store)
    except StoreError:
        return {}
    return {key: why for key, why in excluded.items() if key in outcome.sessions}


def _sources(study: Study) -> tuple[str, ...]:
    """Return the address of the folder of scans, if the study has one."""
    root = getattr(study, "root", None)
    return (root.resolve().as_uri(),) if isinstance(root, Path) else ()
