"""GraphML files, for networkx, igraph, Gephi and Cytoscape.

An edge goes **from source to target**: from the region that informs to the region that is
predicted. The attribute ``weight`` is the matrix's value [target, source].
"""

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from attnconn_core.export.edge_list import edges
from attnconn_core.export.exported import ExportedSession
from attnconn_core.export.names import file_name, method_label
from attnconn_core.parcellation.regions import RegionTable
from attnconn_core.records import Connectivity

__all__ = ["graphml", "graphml_files"]

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"


def graphml(
    matrix: Connectivity, regions: RegionTable, notes: Mapping[str, str] | None = None
) -> bytes:
    """Return a matrix as a graph in GraphML.

    Parameters
    ----------
    matrix
        Connectivity, [target, source].
    regions
        Network or lobe and hemisphere of the regions: attributes of the nodes, if known.
    notes
        Attributes of the graph; by default the name of the method.

    Returns
    -------
    content
        The file. A node has the name of its region; the graph is directed if the matrix is. Its
        edges are those of `edges`.

    Raises
    ------
    ParameterError
        If a value isn't finite.

    Examples
    --------
    >>> import numpy as np
    >>> matrix = Connectivity(np.array([[0, 2.0], [0, 0]]), ("V1", "V2"), "granger", True)
    >>> text = graphml(matrix, RegionTable.from_names(matrix.regions)).decode()
    >>> [line.strip() for line in text.splitlines() if "<edge" in line]
    ['<edge source="V2" target="V1">']
    """
    root = ElementTree.Element("graphml", xmlns=_NAMESPACE)
    columns = {"name": regions.regions}
    columns |= {} if regions.groups is None else {str(regions.grouping): regions.groups}
    columns |= {} if regions.hemispheres is None else {"hemisphere": regions.hemispheres}
    for name in columns:
        _key(root, name, "node", "string")
    _key(root, "weight", "edge", "double")
    notes = notes or {"method": matrix.method}
    for name in notes:
        _key(root, name, "graph", "string")
    kind = "directed" if matrix.directed else "undirected"
    graph = ElementTree.SubElement(root, "graph", id=matrix.method, edgedefault=kind)
    for name, text in notes.items():
        _data(graph, name, text)
    row = {name: place for place, name in enumerate(regions.regions)}
    for region in matrix.regions:
        node = ElementTree.SubElement(graph, "node", id=region)
        for name, column in columns.items():
            _data(node, name, column[row[region]])
    for source, target, weight in edges(matrix).itertuples(index=False):
        edge = ElementTree.SubElement(graph, "edge", source=source, target=target)
        _data(edge, "weight", repr(float(weight)))
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def graphml_files(session: ExportedSession) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a graph for each of a session's matrices."""
    parcellation = session.parcellation
    for matrix in session.matrices:
        stat = method_label(matrix.method.name)
        name = file_name(session.session, parcellation.name, stat, "relmat.graphml")
        notes = matrix.notes(session.session, session.software)
        yield name, graphml(matrix.connectivity, parcellation.regions, notes)


def _key(root: ElementTree.Element, name: str, of: str, kind: str) -> None:
    described = {"id": name, "for": of, "attr.name": name, "attr.type": kind}
    ElementTree.SubElement(root, "key", described)


def _data(parent: ElementTree.Element, key: str, value: str) -> None:
    ElementTree.SubElement(parent, "data", key=key).text = value
