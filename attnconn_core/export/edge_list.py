"""Edge lists: one row per edge, for pandas, networkx, igraph and spreadsheets.

The columns are ``source``, ``target`` and ``weight``: an edge goes **from source to target**, from
the region that informs to the region that is predicted.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from attnconn_core.errors import ParameterError
from attnconn_core.export.bids import about_matrix
from attnconn_core.export.exported import ExportedMatrix, ExportedSession
from attnconn_core.export.names import file_name, method_label, sidecar_name
from attnconn_core.export.writing import json_bytes, tsv_bytes
from attnconn_core.records import Connectivity

__all__ = ["edge_list_files", "edges"]


def edges(matrix: Connectivity) -> pd.DataFrame:
    """Return the edges of a matrix.

    A value of exactly 0 is no edge. The diagonal, a region's own past, is left out. Undirected
    matrices give each pair once.

    Parameters
    ----------
    matrix
        Connectivity, [target, source].

    Returns
    -------
    edges
        One row per edge: ``source``, ``target``, and ``weight``, the value [target, source].

    Raises
    ------
    ParameterError
        If a value isn't finite.

    Examples
    --------
    >>> matrix = Connectivity(np.array([[0, 2.0], [0, 0]]), ("V1", "V2"), "granger", True)
    >>> edges(matrix).to_dict("records")
    [{'source': 'V2', 'target': 'V1', 'weight': 2.0}]
    """
    if not np.isfinite(matrix.values).all():
        raise ParameterError(
            f"a graph needs finite weights; {(~np.isfinite(matrix.values)).sum()} values of the "
            f"matrix of {matrix.method} aren't"
        )
    wanted = matrix.values != 0
    np.fill_diagonal(wanted, False)
    if not matrix.directed:
        wanted = np.tril(wanted)
    # Sorted by source, then target.
    source, target = np.nonzero(wanted.T)
    names = np.array(matrix.regions, dtype=object)
    return pd.DataFrame(
        {
            "source": names[source],
            "target": names[target],
            "weight": matrix.values[target, source],
        }
    )


def edge_list_files(session: ExportedSession) -> Iterator[tuple[str, bytes]]:
    """Yield an edge list for each of a session's matrices, with its sidecar."""
    for matrix in session.matrices:
        stat = f"{method_label(matrix.method.name)}_desc-edges"
        name = file_name(session.session, session.parcellation.name, stat, "relmat.tsv")
        yield name, tsv_bytes(edges(matrix.connectivity))
        yield sidecar_name(name), json_bytes(_sidecar(matrix, session))


def _sidecar(matrix: ExportedMatrix, session: ExportedSession) -> dict[str, Any]:
    return {
        "Description": f"{matrix.method.label}: {matrix.method.description}. One row per edge",
        "Rows": "edge",
        "Columns": "attributes of edges",
        "source": {"Description": "Region that the target is predicted from"},
        "target": {"Description": "Region that is predicted"},
        "weight": {"Description": "Value of the matrix [target, source]"},
        **about_matrix(matrix, session),
    }
