"""Exported files of a session, and of the study as a whole."""

import contextlib
import dataclasses
from collections.abc import Iterable
from pathlib import Path

from attnconn_assets.assets.export.reading import (
    read_contrast,
    read_models,
    read_parcellation,
    read_scores,
    read_session,
    read_significance,
    read_warnings,
)
from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.assets.scores.significance import significance_of
from attnconn_assets.building.causes import named
from attnconn_assets.building.result import Result
from attnconn_assets.building.work import Work
from attnconn_assets.storage.entry import WHOLE
from attnconn_core.export.exported import (
    ExportedContrast,
    ExportedStudy,
    Parcellation,
    Software,
)
from attnconn_core.export.registry import files_of

__all__ = ["make_export", "make_study_export"]


def make_export(work: Work) -> Result:
    """Write a session's series and matrices in the formats of the study.

    Methods without a matrix of the session are left out.
    """
    settings = work.settings
    methods = [m for m in settings["methods"] if named(m.name, work.partition) not in work.lacks]
    warnings = {} if CAUTIONS in work.lacks else read_warnings(work)
    session = read_session(
        work, work.partition, methods, _parcellation(work), _software(work), warnings
    )
    tested = [
        method
        for method in settings["tested"]
        if named(significance_of(method), work.partition) not in work.lacks
    ]
    significance = read_significance(work, work.partition, tested, warnings)
    session = dataclasses.replace(session, significance=significance)
    own_warnings = {
        method.name: warnings[method.name] for method in methods if method.name in warnings
    }
    return _result(files_of(session, settings["formats"]), own_warnings)


def make_study_export(work: Work) -> Result:
    """Write the study's scores, models and atlas in the formats of the study."""
    settings = work.settings
    formats = settings["formats"]
    models: dict[str, Path] = {}
    for configuration in settings["models"] if "weights" in formats else ():
        models |= read_models(work, "group_forecaster", configuration)
    study = ExportedStudy(
        settings["title"],
        (),
        settings["methods"],
        _parcellation(work),
        _software(work),
        scores=read_scores(work, settings["methods"]) if "scores" in formats else None,
        contrast=_contrast(work),
        models=models,
    )
    return _result(files_of(study, formats), {})


def _contrast(work: Work) -> ExportedContrast | None:
    contrast = work.settings["contrast"]
    is_there = contrast is not None and named(contrast.name, WHOLE) not in work.lacks
    return read_contrast(work, contrast) if is_there else None


def _parcellation(work: Work) -> Parcellation:
    atlas = work.settings["atlas"]
    with work.reading(atlas) if atlas else contextlib.nullcontext():
        return read_parcellation(work, work.settings["parcellation"], atlas)


def _software(work: Work) -> Software:
    return Software(work.settings["version"])


def _result(files: Iterable[tuple[str, bytes]], warnings: dict[str, str]) -> Result:
    # The store has no folders inside an entry.
    contents = {name.rpartition("/")[2]: content for name, content in files}
    size = sum(map(len, contents.values()))
    return Result(
        files=contents,
        metrics={"files": len(contents), "bytes": size},
        facts={"exported": list(contents)},
        warnings=warnings,
    )
