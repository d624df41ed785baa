import base64
import html
import json

import numpy as np
import pytest

from attnconn_assets.assets.report.viewer import viewer
from attnconn_core.connectivity import METHODS
from attnconn_core.figures import Styles
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity

REGIONS = ("V1", "M1", "V2", "</script>")


@pytest.fixture
def means():
    values = np.arange(16.0).reshape(4, 4)
    return [
        Connectivity(values, REGIONS, "granger", True),
        Connectivity(values + values.T, REGIONS, "pearson", False),
    ]


@pytest.fixture
def show(means):
    table = RegionTable(REGIONS, ("visual", "motor", "visual", "motor"), grouping="network")
    methods = [METHODS["granger"], METHODS["pearson"]]
    return lambda: viewer(means, methods, table, "mean over 7 subjects", Styles(methods))


def test_matrices_are_in_the_order_of_the_groups(show, means):
    shown = show()
    assert shown["labels"] == ["Granger (ridge)", "Pearson"]
    data = json.loads(str(shown["data"]))
    order = [REGIONS.index(name) for name in data["regions"]]
    assert data["groups"] in (
        ["visual", "visual", "motor", "motor"],
        ["motor", "motor", "visual", "visual"],
    )
    assert data["borders"] == [2]
    for method, mean in zip(data["methods"], means, strict=True):
        values = np.frombuffer(base64.b64decode(method["values"]), "<f4").reshape(4, 4)
        np.testing.assert_array_equal(values, mean.values[np.ix_(order, order)])
    assert [method["directed"] for method in data["methods"]] == [True, False]
    assert [method["signed"] for method in data["methods"]] == [False, True]


def test_names_cannot_end_the_script(show):
    text = str(show()["data"])
    assert "<" not in text
    assert html.unescape(text) == text
    assert "</script>" in json.loads(text)["regions"]


def test_what_has_no_room_is_named(show, monkeypatch):
    monkeypatch.setattr("attnconn_assets.assets.report.viewer._MOST_BYTES", 100)
    shown = show()
    assert (shown["labels"], shown["left_out"]) == (["Granger (ridge)"], ["Pearson"])


def test_without_matrices_there_is_no_viewer():
    table = RegionTable.ungrouped(("a", "b"))
    assert viewer([], [], table, "", Styles([])) is None
