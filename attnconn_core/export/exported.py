"""Records of what is exported: one session, and the study as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from attnconn_core.connectivity.method import Method
from attnconn_core.parcellation.atlas import Atlas
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity, Session, TimeSeries

__all__ = [
    "ExportedContrast",
    "ExportedMatrix",
    "ExportedSession",
    "ExportedStudy",
    "ExportedTest",
    "Parcellation",
    "Software",
]


@dataclass(frozen=True)
class Software:
    """The program that made the results.

    Attributes
    ----------
    version
        Version of attnconn.
    name, url
        Its name, and where it is found.
    """

    version: str
    name: str = "attnconn"
    url: str = ""


@dataclass(frozen=True, eq=False)
class Parcellation:
    """The regions of a study, and their atlas if it is a CIFTI file.

    Attributes
    ----------
    name
        Name of the parcellation in file names, after ``seg-``; letters and digits.
    regions
        Regions of the series and matrices, in order.
    atlas
        Vertices of the regions; None if the study has no CIFTI atlas.
    colours
        Region → red, green, blue and opacity from 0 to 1; empty if not known.
    """

    name: str
    regions: RegionTable
    atlas: Atlas | None = None
    colours: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ExportedMatrix:
    """A method's matrix of a whole session, with what a reader must know beside it.

    Attributes
    ----------
    connectivity
        The matrix, [target, source].
    method
        The method and its parameters.
    frames
        Number of frames that the matrix was estimated from.
    settings
        Further values that determine the matrix, such as lags that were chosen on the cohort.
    warning
        Why the matrices of the method must not be interpreted; empty if there is no reason.
    made_from
        Results that the matrix was made from, such as ``"granger_order/all"`` → hash.
    """

    connectivity: Connectivity
    method: Method
    frames: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    warning: str = ""
    made_from: Mapping[str, str] = field(default_factory=dict)

    def notes(self, session: Session, software: Software) -> dict[str, str]:
        """Return what a file that has no sidecar says of the matrix, by name."""
        notes = {
            "method": self.method.name,
            "label": self.method.label,
            "session": session.key,
            "software": f"{software.name} {software.version}",
        }
        return notes | ({"warning": self.warning} if self.warning else {})


@dataclass(frozen=True, eq=False)
class ExportedTest:
    """A session's edges by one method, tested against surrogates of the scan.

    Attributes
    ----------
    method
        The method.
    table
        One row per edge: ``target``, ``source``, ``value``, ``p`` and ``q``.
    settings
        Settings of the test, such as the number of surrogates.
    warning
        Why the matrices of the method must not be interpreted; empty if there is no reason.
    made_from
        Results that the table was made from → hash.
    """

    method: Method
    table: pd.DataFrame
    settings: Mapping[str, Any] = field(default_factory=dict)
    warning: str = ""
    made_from: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ExportedContrast:
    """The edges in which two groups of subjects differ; see `attnconn_core.scoring`.

    Attributes
    ----------
    methods
        One row per method: ``method``, ``p``, ``components`` and ``edges``.
    edges
        One row per edge of a component: ``method``, ``component``, ``p``, ``size``, ``target``,
        ``source`` and ``t``.
    settings
        Column, values of the groups, and settings of the test.
    subjects
        Group, ``first`` or ``second`` → number of subjects.
    made_from
        Results that the tables were made from → hash.
    """

    methods: pd.DataFrame
    edges: pd.DataFrame
    settings: Mapping[str, Any] = field(default_factory=dict)
    subjects: Mapping[str, int] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ExportedSession:
    """What is exported of one session.

    Attributes
    ----------
    session
        Subject and session.
    parcellation
        The regions.
    software
        What made the results.
    series
        Its series; None if it isn't exported.
    matrices
        Its matrices, in the order of the study's methods.
    significance
        Its edges, tested against surrogates, for the methods for which the study asks this.
    """

    session: Session
    parcellation: Parcellation
    software: Software
    series: TimeSeries | None = None
    matrices: tuple[ExportedMatrix, ...] = ()
    significance: tuple[ExportedTest, ...] = ()


@dataclass(frozen=True, eq=False)
class ExportedStudy:
    """What is exported of a study as a whole.

    Attributes
    ----------
    title
        Name of the dataset.
    sessions
        All sessions.
    methods
        All methods.
    parcellation
        The regions.
    software
        What made the results.
    scores
        One row per score, measure and method; None if they aren't exported.
    contrast
        The contrast of two groups; None if the study has none, or it isn't exported.
    models
        Name of the exported file, without ending → stored forecaster (``.safetensors``).
    warnings
        Method → why its matrices must not be interpreted.
    sources
        Addresses (URLs) of the datasets that the scans are from.
    excluded
        Exported sessions that the study's group results leave out → why.
    """

    title: str
    sessions: tuple[Session, ...]
    methods: tuple[Method, ...]
    parcellation: Parcellation
    software: Software
    scores: pd.DataFrame | None = None
    contrast: ExportedContrast | None = None
    models: Mapping[str, Path] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
