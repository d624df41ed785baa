"""Tests of single edges as tables: significance of a session's edges, contrast of two groups.

Each is a table with one row per edge, and a sidecar that describes its columns. ``target`` is the
region that is predicted, ``source`` the region that it is predicted from.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from attnconn_core.export.bids import about_session
from attnconn_core.export.exported import ExportedSession, ExportedStudy, ExportedTest
from attnconn_core.export.names import file_name, method_label, sidecar_name
from attnconn_core.export.writing import described, json_bytes, tsv_bytes

__all__ = ["contrast_files", "significance_files"]

_TARGET = "Region that is predicted"
_SOURCE = "Region that the target is predicted from"
_SYMMETRIC = "; in an undirected matrix, both are the regions of a pair, which has one row"

_SIGNIFICANCE = {
    "target": _TARGET,
    "source": f"{_SOURCE}{_SYMMETRIC}",
    "value": "Value of the matrix [target, source]",
    "p": "Share of surrogates, the scan itself included, whose absolute value is as large",
    "q": "q of Benjamini and Hochberg (1995) over all edges of the session and method",
}
_CONTRAST = {
    "method": "Name of the method, as in the names of matrices",
    "p": "Smallest p of a component; n/a if no edge reaches the threshold",
    "components": "Number of connected components of edges that reach the threshold",
    "edges": "Number of edges in these components",
}
_COMPONENTS = {
    "method": "Name of the method, as in contrast.tsv",
    "component": "Number of the component, from 1 for each method",
    "p": "p of the component, corrected for the number of components (network-based statistic)",
    "size": "Size of the component: edges, or the sum by which they exceed the threshold",
    "target": _TARGET,
    "source": f"{_SOURCE}{_SYMMETRIC}",
    "t": "t of the edge; positive where the first group has the larger values",
}


def significance_files(session: ExportedSession) -> Iterator[tuple[str, bytes]]:
    """Yield a table of p and q for each method whose edges were tested, with its sidecar."""
    for test in session.significance:
        stat = f"{method_label(test.method.name)}_desc-significance"
        name = file_name(session.session, session.parcellation.name, stat, "relmat.tsv")
        yield name, tsv_bytes(_columns(test.table, _SIGNIFICANCE))
        yield sidecar_name(name), json_bytes(_about_significance(test, session))


def contrast_files(study: ExportedStudy) -> Iterator[tuple[str, bytes]]:
    """Yield ``contrast.tsv`` and ``contrast_edges.tsv`` with sidecars, if groups are compared.

    The first has one row per method, the second one row per edge of a component.
    """
    contrast = study.contrast
    if contrast is None:
        return
    about = {
        "Parameters": dict(contrast.settings),
        "Subjects": dict(contrast.subjects),
        "SoftwareName": study.software.name,
        "SoftwareVersion": study.software.version,
        "MadeFrom": dict(contrast.made_from),
    }
    for name, table, columns, what in (
        ("contrast", contrast.methods, _CONTRAST, "one row per method"),
        ("contrast_edges", contrast.edges, _COMPONENTS, "one row per edge of a component"),
    ):
        description = f"Edges in which two groups of subjects differ, {what}"
        yield f"{name}.tsv", tsv_bytes(_columns(table, columns))
        yield (
            f"{name}.json",
            json_bytes({"Description": description, **described(columns), **about}),
        )


def _about_significance(test: ExportedTest, session: ExportedSession) -> dict[str, Any]:
    method = test.method
    about = {
        "Description": f"{method.label}: edges tested against surrogates of the scan in which "
        "regions are independent. One row per edge",
        "Rows": "edge",
        "Columns": "attributes of edges",
        **described(_SIGNIFICANCE),
        "Directed": bool(method.directed),
        "Method": method.name,
        "Parameters": dict(test.settings),
        **({"Warning": test.warning} if test.warning else {}),
    }
    return {**about, **about_session(session), "MadeFrom": dict(test.made_from)}


def _columns(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    return table[list(columns)]
