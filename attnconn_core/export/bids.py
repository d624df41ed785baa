"""BIDS tables of one session: series and matrices as text, each with a JSON sidecar.

BIDS has no rules for matrices yet. Names and tables are XCP-D's, and keys of sidecars are those of
the extension proposal 17 (BEP017) where it has one. In a ``relmat.tsv``, **rows are targets and
columns are sources**; the first column, ``Node``, names the target, and the header the sources.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from attnconn_core.export.exported import ExportedMatrix, ExportedSession
from attnconn_core.export.names import TASK, file_name, folder_of, method_label, sidecar_name
from attnconn_core.export.writing import json_bytes, tsv_bytes
from attnconn_core.records import Connectivity

__all__ = ["about_matrix", "about_session", "bids_files", "relmat", "relmat_sidecar", "timeseries"]

_MEAN = "mean"
_NODE = "Node"


def relmat(matrix: Connectivity) -> bytes:
    r"""Return a matrix as a table: one row per target, one column per source.

    Parameters
    ----------
    matrix
        Connectivity, [target, source].

    Examples
    --------
    >>> matrix = Connectivity(np.array([[0, 2.0], [0.5, 0]]), ("V1", "V2"), "granger", True)
    >>> relmat(matrix)
    b'Node\tV1\tV2\nV1\t0.0\t2.0\nV2\t0.5\t0.0\n'
    """
    frame = pd.DataFrame(matrix.values, list(matrix.regions), list(matrix.regions))
    return tsv_bytes(frame, index_label=_NODE)


def relmat_sidecar(matrix: ExportedMatrix, session: ExportedSession) -> dict[str, Any]:
    """Return the sidecar of a matrix: axes, method, parameters, sources and software."""
    directed, values = matrix.connectivity.directed, matrix.connectivity.values
    axes = (
        "Rows are targets, the regions that are predicted; columns are sources, the regions that "
        "they are predicted from"
        if directed
        else "Rows and columns are regions; the matrix is symmetric"
    )
    return {
        "Description": f"{matrix.method.label}: {matrix.method.description}. {axes}",
        "Rows": "target" if directed else "region",
        "Columns": "source" if directed else "region",
        "Weighted": True,
        "NonNegative": bool((values >= 0).all()),
        "StorageFormat": "Full",
        **about_matrix(matrix, session),
    }


def about_matrix(matrix: ExportedMatrix, session: ExportedSession) -> dict[str, Any]:
    """Return what sidecars say of a matrix, in whatever form it is written."""
    method, connectivity = matrix.method, matrix.connectivity
    settings = method.settings()
    described = {
        "RelationshipMeasure": method.label,
        "Directed": connectivity.directed,
        "Method": method.name,
        "MethodFamily": method.family,
        "Citation": method.citation,
        "Configuration": settings["configuration"],
        "Parameters": {**settings["parameters"], **matrix.settings},
        "NumberOfVolumes": matrix.frames,
        "CohortInformed": bool(method.cohort_informed),
        "Metrics": {name: _finite(value) for name, value in connectivity.metrics.items()},
        "Warning": matrix.warning,
        **about_session(session),
        "Sources": [_address(session, name) for name in _series_names(session)],
        "MadeFrom": dict(matrix.made_from),
    }
    return {key: value for key, value in described.items() if value not in (None, "", [], {})}


def timeseries(frames: np.ndarray, regions: tuple[str, ...]) -> bytes:
    r"""Return one run as a table: one row per frame, one column per region.

    Parameters
    ----------
    frames
        (time, region).
    regions
        Names of the regions.

    Examples
    --------
    >>> timeseries(np.array([[0.1, 2.0]], dtype=np.float32), ("V1", "V2"))
    b'V1\tV2\n0.1\t2.0\n'
    """
    return tsv_bytes(pd.DataFrame(frames, columns=list(regions)))


def bids_files(session: ExportedSession) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a session's tables and their sidecars."""
    for number, name in enumerate(_series_names(session)):
        assert session.series is not None  # noqa: S101  (for mypy)
        yield name, timeseries(session.series.runs[number], session.series.regions)
        yield sidecar_name(name), json_bytes(_timeseries_sidecar(session))
    for matrix in session.matrices:
        stat = method_label(matrix.method.name)
        name = file_name(session.session, session.parcellation.name, stat, "relmat.tsv")
        yield name, relmat(matrix.connectivity)
        yield sidecar_name(name), json_bytes(relmat_sidecar(matrix, session))


def _timeseries_sidecar(session: ExportedSession) -> dict[str, Any]:
    assert session.series is not None  # noqa: S101  (for mypy)
    repetition_time = session.series.repetition_time
    return {
        "Description": "Mean signal of every region. One row per frame, one column per region",
        "Rows": "time",
        "Columns": "region",
        "RepetitionTime": repetition_time,
        "SamplingFrequency": 1 / repetition_time,
        "TaskName": TASK,
        **about_session(session),
    }


def _series_names(session: ExportedSession) -> list[str]:
    """Return the names of the tables with the session's runs; empty without a series."""
    n_runs = 0 if session.series is None else len(session.series.runs)
    numbers = [None] if n_runs == 1 else range(1, n_runs + 1)
    seg = session.parcellation.name
    return [file_name(session.session, seg, _MEAN, "timeseries.tsv", run) for run in numbers]


def about_session(session: ExportedSession) -> Mapping[str, Any]:
    """Return what every sidecar of a session's files says: session, regions and software."""
    software = session.software
    return {
        "Session": session.session.key,
        "Parcellation": session.parcellation.name,
        "SoftwareName": software.name,
        "SoftwareVersion": software.version,
    }


def _address(session: ExportedSession, name: str) -> str:
    """Return a file of this dataset as a URI of BIDS."""
    return f"bids::{folder_of(session.session)}/{name}"


def _finite(value: float) -> float | None:
    """Return a number; None, JSON's null, if it isn't finite."""
    return float(value) if np.isfinite(value) else None
