"""Significance of edges and the contrast of groups, as pandas reads them."""

import json

import pandas as pd

from attnconn_core.export import files_of
from tests.core.export.conftest import REGIONS, written

STEM = "sub-01_ses-test_task-rest_seg-five_stat-granger_desc-significance_relmat"


def test_every_tested_edge_has_a_row(tmp_path, tested):
    paths = written(tmp_path, files_of(tested, ["scores"]))
    table = pd.read_csv(paths[f"{STEM}.tsv"], sep="\t")
    assert table.equals(tested.significance[0].table)
    strongest = table.loc[table["value"].idxmax()]
    assert (strongest["target"], strongest["source"]) == (REGIONS[1], REGIONS[0])
    assert strongest["p"] == 1 / 20


def test_the_sidecar_describes_every_column_of_an_edge(tmp_path, tested):
    paths = written(tmp_path, files_of(tested, ["scores"]))
    about = json.loads(paths[f"{STEM}.json"].read_text())
    table = pd.read_csv(paths[f"{STEM}.tsv"], sep="\t")
    assert [name for name in about if name in table] == list(table)
    assert about["source"]["Description"].startswith("Region that the target is predicted from")
    assert (about["Method"], about["Directed"], about["Session"]) == (
        *("granger", True, "sub-01_ses-test"),
    )
    assert about["Parameters"] == {"surrogates": 19}
    assert (about["Warning"], about["MadeFrom"]) == ("don't interpret it", {"a/b": "2b0d"})


def test_a_contrast_has_a_row_per_method_and_one_per_edge(tmp_path, contrasted):
    paths = written(tmp_path, files_of(contrasted, ["scores"]))
    methods = pd.read_csv(paths["contrast.tsv"], sep="\t")
    assert methods.equals(contrasted.contrast.methods)  # n/a is read as NaN
    assert b"granger\tn/a\t0\t0\n" in paths["contrast.tsv"].read_bytes()
    edges = pd.read_csv(paths["contrast_edges.tsv"], sep="\t")
    assert edges.equals(contrasted.contrast.edges)
    for name, table in (("contrast", methods), ("contrast_edges", edges)):
        about = json.loads(paths[f"{name}.json"].read_text())
        assert [column for column in about if column in table] == list(table)
        assert about["Parameters"]["first"] == "F"
        assert about["Subjects"] == {"first": 9, "second": 8}


def test_without_tests_there_is_no_file(session, study):
    assert [*files_of(session, ["scores"])] == []
    assert [*files_of(study, ["scores"])] == []
