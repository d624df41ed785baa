"""Stored results as the records that are exported.

The assets and the command ``attnconn export`` read them in the same way: through `Work`, which
records what was read, or through the store.
"""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from attnconn_assets.assets.scores.cautions import CAUTIONS
from attnconn_assets.assets.scores.significance import significance_of
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import WHOLE, Entry
from attnconn_core.connectivity.method import Method
from attnconn_core.export.exported import (
    ExportedContrast,
    ExportedMatrix,
    ExportedSession,
    ExportedTest,
    Parcellation,
    Software,
)
from attnconn_core.export.scores import tidy_scores
from attnconn_core.parcellation.atlas import load_atlas
from attnconn_core.parcellation.colours import read_colours
from attnconn_core.records import Session, subject_of
from attnconn_core.scoring import GroupContrast

__all__ = [
    "Reads",
    "read_contrast",
    "read_excluded",
    "read_models",
    "read_parcellation",
    "read_scores",
    "read_session",
    "read_significance",
    "read_warnings",
    "session_of",
]

# Logged parameters that aren't the method's own.
_NOT_ITS_OWN = frozenset({"method", "scan_lengths"})


class Reads(Protocol):
    """What reads stored results: a `Work`, or a `Store`."""

    def entry(self, asset: str, partition: str, /) -> Entry:
        """Return an entry."""
        ...

    def path(self, entry: Entry, name: str, /) -> Path:
        """Return the path of an entry's file, after checking its hash."""
        ...


def read_parcellation(reads: Reads, name: str | None, atlas: Path | None) -> Parcellation:
    """Return the study's regions, and their vertices and colours.

    Parameters
    ----------
    reads
        What reads stored results.
    name
        Name of the parcellation; None for the number of regions.
    atlas
        The atlas (``dlabel.nii``); None if vertices and colours aren't exported.

    Raises
    ------
    AtlasError
        If the atlas can't be read.
    """
    entry = reads.entry("regions", WHOLE)
    regions = formats.read_regions(reads.path(entry, "regions.parquet"))
    label = name or f"{len(regions.regions)}regions"
    if atlas is None:
        return Parcellation(label, regions)
    return Parcellation(label, regions, load_atlas(atlas), read_colours(atlas))


def read_session(
    reads: Reads,
    key: str,
    methods: Sequence[Method],
    parcellation: Parcellation,
    software: Software,
    warnings: Mapping[str, str],
) -> ExportedSession:
    """Return what is exported of a session: its series, and its matrices by some methods.

    Parameters
    ----------
    reads
        Reader of stored results.
    key
        Key of the session.
    methods
        Methods whose matrices are stored for the session.
    parcellation, software
        Stated in the session's record as they are.
    warnings
        Method → why its matrices must not be interpreted.
    """
    series = formats.read_series(reads.path(reads.entry("time_series", key), "series.parquet"))
    return ExportedSession(
        session_of(key),
        parcellation,
        software,
        series,
        tuple(_read_matrix(reads, key, method, warnings) for method in methods),
    )


def read_warnings(reads: Reads) -> Mapping[str, str]:
    """Return method → why its matrices must not be interpreted."""
    warnings: Mapping[str, str] = reads.entry(CAUTIONS, WHOLE).facts["by method"]
    return warnings


def read_excluded(reads: Reads) -> Mapping[str, str]:
    """Return session → why the study's group results leave it out."""
    table = formats.read_table(reads.path(reads.entry("cohort", WHOLE), "sessions.parquet"))
    out = table[table["left out"] != ""]
    return dict(zip(out["session"], out["left out"], strict=True))


def read_scores(reads: Reads, methods: Iterable[Method]) -> pd.DataFrame:
    """Return all compared scores, one row per score, measure and method."""
    entry = reads.entry("comparison", WHOLE)
    scores, verdicts = (
        formats.read_table(reads.path(entry, f"{name}.parquet")) for name in ("scores", "verdicts")
    )
    return tidy_scores(scores, verdicts, methods)


def read_significance(
    reads: Reads, key: str, methods: Iterable[Method], warnings: Mapping[str, str]
) -> tuple[ExportedTest, ...]:
    """Return a session's edges, tested against surrogates, for methods that were tested.

    Parameters
    ----------
    reads
        What reads stored results.
    key
        Key of the session.
    methods
        Methods for which the significance of the session's edges is stored.
    warnings
        Method → why its matrices must not be interpreted.
    """
    return tuple(_read_test(reads, key, method, warnings) for method in methods)


def read_contrast(reads: Reads, contrast: GroupContrast) -> ExportedContrast:
    """Return the edges in which two groups of subjects differ.

    Parameters
    ----------
    reads
        What reads stored results.
    contrast
        The contrast of the study, for its settings.
    """
    entry = reads.entry(contrast.name, WHOLE)
    methods, edges = (
        formats.read_table(reads.path(entry, f"{name}.parquet"))
        for name in ("scores", "components")
    )
    return ExportedContrast(
        methods,
        edges,
        dataclasses.asdict(contrast),
        {group: entry.facts[f"subjects of {group}"] for group in ("first", "second")},
        {f"{contrast.name}/{WHOLE}": entry.digest},
    )


def read_models(reads: Reads, asset: str, partition: str) -> dict[str, Path]:
    """Return name of the exported file → stored forecaster, for every model of a partition."""
    entry = reads.entry(asset, partition)
    names = [name for name in entry.files if name.endswith(".safetensors")]
    own = {name: f"_{name.removesuffix('.safetensors')}" for name in names if len(names) > 1}
    return {f"{asset}_{partition}{own.get(name, '')}": reads.path(entry, name) for name in names}


def session_of(key: str) -> Session:
    """Return the session of a partition key."""
    return Session(subject_of(key), key.partition("_ses-")[2])


def _read_matrix(
    reads: Reads, key: str, method: Method, warnings: Mapping[str, str]
) -> ExportedMatrix:
    entry = reads.entry(method.name, key)
    matrices = formats.read_matrices(reads.path(entry, "matrix.parquet"))
    frames = max(matrices)
    return ExportedMatrix(
        matrices[frames],
        method,
        frames,
        settings=_logged(entry),
        warning=warnings.get(method.name, ""),
        made_from={f"{method.name}/{key}": entry.digest, **entry.inputs},
    )


def _read_test(reads: Reads, key: str, method: Method, warnings: Mapping[str, str]) -> ExportedTest:
    asset = significance_of(method)
    entry = reads.entry(asset, key)
    return ExportedTest(
        method,
        formats.read_table(reads.path(entry, "edges.parquet")),
        _logged(entry),
        warnings.get(method.name, ""),
        {f"{asset}/{key}": entry.digest, **entry.inputs},
    )


def _logged(entry: Entry) -> dict[str, Any]:
    """Return the parameters that were logged with a matrix, among them those chosen from data."""
    logged: Mapping[str, str] = entry.tracked[0]["parameters"] if entry.tracked else {}
    return {name: _value(text) for name, text in logged.items() if name not in _NOT_ITS_OWN}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
