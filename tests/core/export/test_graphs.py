import io
import json

import networkx
import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ParameterError
from attnconn_core.export import edges, graphml
from attnconn_core.export.edge_list import edge_list_files
from attnconn_core.export.graphml import graphml_files
from attnconn_core.records import Connectivity
from tests.core.export.conftest import REGIONS, written


@pytest.fixture
def sparse() -> Connectivity:
    """An edge from V2 to V1, and one from V1 to V3."""
    values = np.array([[9.0, 2.5, 0.0], [0.0, 9.0, 0.0], [-1e-300, 0.0, 9.0]])
    return Connectivity(values, ("V1", "V2", "V3"), "granger", directed=True)


def test_networkx_reads_graphs(tmp_path, session):
    paths = written(tmp_path, graphml_files(session))
    for each, path in zip(session.matrices, paths.values(), strict=True):
        graph = networkx.read_graphml(path)
        assert tuple(graph) == REGIONS
        assert graph.is_directed() == each.connectivity.directed
        # In networkx's matrix, an edge goes from row to column.
        found = networkx.to_numpy_array(graph, REGIONS).T
        expected = each.connectivity.values.copy()
        np.fill_diagonal(expected, 0)
        np.testing.assert_array_equal(found, expected)
        assert graph.graph["label"] == each.method.label
        assert graph.graph.get("warning", "") == each.warning
        assert graph.nodes["V1 & <V2>"] == {
            "name": "V1 & <V2>",
            "network": "Vis",
            "hemisphere": "R",
        }


def test_pandas_reads_edges_from_source_to_target(tmp_path, session, series):
    paths = written(tmp_path, edge_list_files(session))
    table = pd.read_csv(
        paths["sub-01_ses-test_task-rest_seg-five_stat-granger_desc-edges_relmat.tsv"], sep="\t"
    )
    strongest = table.loc[table["weight"].idxmax()]
    assert (strongest["source"], strongest["target"]) == REGIONS[:2]  # the second follows the first
    assert len(table) == 12


def test_an_edge_list_has_its_own_sidecar(session):
    files = dict(edge_list_files(session))
    told = json.loads(
        files["sub-01_ses-test_task-rest_seg-five_stat-granger_desc-edges_relmat.json"]
    )
    assert (told["Rows"], told["Method"], told["Directed"]) == ("edge", "granger", True)
    assert told["source"]["Description"] == "Region that the target is predicted from"
    assert told["Warning"] == "don't interpret it"


def test_zero_is_no_edge_and_the_diagonal_is_left_out(sparse):
    assert edges(sparse).to_numpy().tolist() == [["V1", "V3", -1e-300], ["V2", "V1", 2.5]]


def test_undirected_pairs_occur_once(session):
    pearson = session.matrices[0].connectivity
    table = edges(pearson)
    assert len(table) == 6
    assert len({frozenset(pair) for pair in table[["source", "target"]].to_numpy().tolist()}) == 6


def test_weights_that_are_not_finite_are_refused(sparse):
    broken = Connectivity(sparse.values * np.nan, sparse.regions, "granger", directed=True)
    with pytest.raises(ParameterError, match="finite weights; 9 values of the matrix of granger"):
        edges(broken)


def test_a_graph_without_groups(sparse, parcellation):
    table = type(parcellation.regions).ungrouped(sparse.regions)
    graph = networkx.read_graphml(io.BytesIO(graphml(sparse, table)))
    assert graph.nodes["V2"] == {"name": "V2"}
    assert graph.graph["method"] == "granger"
