"""What is told in Dagster's pages: only what can be shown, and no more than can be read."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from attnconn_assets.building import metadata
from attnconn_assets.building.result import Result
from attnconn_assets.storage.entry import Entry, StoredFile
from attnconn_core.records import Connectivity


def test_numbers_that_do_not_exist_are_left_out():
    shown = metadata.numbers({"r2": np.float64(0.5), "n": 3, "nan": np.nan, "none": None})
    assert shown == {"r2": 0.5, "n": 3}
    assert isinstance(shown["n"], int)


@pytest.mark.parametrize(("size", "shown"), [((660, 560), (660, 560)), ((1650, 480), (1100, 320))])
def test_a_picture_is_inline_and_fits_the_window(size, shown):
    drawn = io.BytesIO()
    Image.new("RGB", size, "white").save(drawn, "png")
    before, _, encoded = metadata.picture(drawn.getvalue()).value.partition("base64,")
    assert before == "![figure](data:image/png;"
    assert Image.open(io.BytesIO(base64.b64decode(encoded.removesuffix(")")))).size == shown


def test_a_picture_is_named_above_it():
    drawn = io.BytesIO()
    Image.new("RGB", (10, 10), "white").save(drawn, "png")
    shown = metadata.pictures({"matrix": drawn.getvalue()}, "pearson sub-1_ses-test")[
        "matrix"
    ].value
    assert shown.startswith("`pearson sub-1_ses-test`\n\n![figure](data:image/png;")


def test_a_long_table_says_what_it_leaves_out():
    shown = metadata.table(pd.DataFrame({"method": ["granger"] * 70, "r2": [0.123456] * 70})).value
    assert shown.splitlines()[:3] == ["| method | r2 |", "|---|---|", "| granger | 0.1235 |"]
    assert shown.endswith("… and 10 more rows")


def test_no_text_ends_a_cell_or_a_row():
    shown = metadata.table(pd.DataFrame({"of | a": ["left|right", "two\nlines"]})).value
    assert shown.splitlines() == [r"| of \| a |", "|---|", r"| left\|right |", "| two lines |"]


def test_a_schema_has_a_column_a_column():
    table = pd.DataFrame({"frames": np.array([60], np.int32), "a": [0.5]})
    (schema,) = metadata.schema(table).values()
    assert [(c.name, c.type) for c in schema.columns] == [("frames", "int32"), ("a", "float64")]
    assert metadata.schema(b"a page") == {}


def test_a_schema_of_many_regions_is_short_and_one_of_many_scores_is_whole():
    regions = tuple(f"region {number}" for number in range(94))
    values = np.zeros((94, 94))
    matrices = {600: Connectivity(values, regions, method="pearson", directed=False)}
    (schema,) = metadata.schema(matrices).values()
    assert [column.name for column in schema.columns] == ["(frames)", "(target)", "region 0"]
    assert schema.columns[-1].description == "and 93 more such columns, to region 93"
    scores = pd.DataFrame({f"score {number}": [0.5] for number in range(30)})
    (schema,) = metadata.schema(scores).values()
    assert len(schema.columns) == 30


def test_what_nobody_can_read_is_not_shown():
    encoded = "LpQ8Wj7hTpYTTwsBgN76MWtpng8C4P1C5cOW+QKfLZxrXglgl" * 3
    facts = {
        "columns": encoded,
        "signatures": [encoded],
        "profile": {"autocorrelation": f"{encoded}=="},
        "sha256": "ab" * 32,
        "file": "/data/" + "a-long-name/" * 12,
        "why": "a sentence " * 12,
    }
    assert list(metadata.of_facts(facts)) == ["sha256", "file", "why"]


def test_a_result_shows_its_figures_tables_numbers_and_facts():
    drawn = io.BytesIO()
    Image.new("RGB", (10, 10), "white").save(drawn, "png")
    scores = pd.DataFrame({"method": ["granger"], "r2": [0.5]})
    result = Result(
        tables={"scores": scores},
        thumbnails={"figure": drawn.getvalue()},
        metrics={"pairs": 7, "absent": None},
        facts={"pairs": 7, "grouping": "lobe"},
    )
    many = {f"sub-{n:04}_ses-test": "no scan" for n in range(200)}
    read = [{"path": "/a.npy", "bytes": 3, "sha256": "ab"}]
    facts = {**result.facts, "excluded": many, "read": read, "cohort": "c0"}
    shown = metadata.of_result(result, facts)
    assert list(shown)[:2] == ["figure", "scores"]
    assert shown["pairs"] == 7
    assert shown["grouping"] == "lobe"
    assert shown["left out"] == "200 entries"  # too many to be shown
    assert "/a.npy" in shown["made from"].value
    assert not {"absent", "read", "cohort"} & set(shown)
    assert "dagster/column_schema" in shown


def test_provenance_names_every_file():
    files = {"matrix.parquet": StoredFile("p.abc.matrix.parquet", "abc", 10)}
    shown = metadata.provenance(Entry("pearson", "p", files, recipe="r"), "/store")
    assert shown["file matrix.parquet"].value == "/store/pearson/p.abc.matrix.parquet"
    assert shown["bytes"] == 10
