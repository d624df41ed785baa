"""The store's files: what goes in comes out, whoever reads them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from attnconn_assets.storage import formats
from attnconn_core.errors import StoreError
from attnconn_core.parcellation import RegionTable
from attnconn_core.records import Connectivity, TimeSeries


def test_a_series_comes_back_with_its_runs_names_and_time(tmp_path):
    rng = np.random.default_rng(0)
    runs = tuple(rng.normal(size=(n, 2)).astype(np.float32) for n in (5, 1, 7))
    series = TimeSeries(runs, 0.72, ("left|A", "größer"))
    path = tmp_path / "series.parquet"
    formats.write_series(path, series)
    back = formats.read_series(path)
    assert back.regions == series.regions
    assert back.repetition_time == 0.72
    assert [len(run) for run in back.runs] == [5, 1, 7]
    for got, put in zip(back.runs, series.runs, strict=True):
        np.testing.assert_array_equal(got, put)


def test_matrices_come_back_by_length_with_their_metrics(tmp_path):
    rng = np.random.default_rng(1)
    matrices = {
        frames: Connectivity(rng.normal(size=(2, 2)), ("a", "b"), "granger", True, {"r2": r2})
        for frames, r2 in ((60, 0.25), (1200, 0.5))
    }
    path = tmp_path / "matrix.parquet"
    formats.write_matrices(path, matrices)
    back = formats.read_matrices(path)
    assert list(back) == [60, 1200]
    for frames, matrix in matrices.items():
        np.testing.assert_array_equal(back[frames].values, matrix.values)
        assert back[frames].metrics == matrix.metrics
        assert (back[frames].method, back[frames].directed) == ("granger", True)


def test_only_what_repeats_has_a_dictionary(tmp_path):
    path = tmp_path / "matrix.parquet"
    formats.write_matrices(path, {60: Connectivity(np.eye(2), ("a", "b"), "pearson", False)})
    columns = pq.ParquetFile(path).metadata.row_group(0)
    kept = [columns.column(number) for number in range(columns.num_columns)]
    with_dictionary = {each.path_in_schema for each in kept if each.has_dictionary_page}
    assert with_dictionary == {"(frames)", "(target)"}


@pytest.mark.parametrize("names", [("run", "frames"), ("target", "b")])
def test_a_region_may_be_called_what_others_call_a_column(tmp_path, names):
    series = TimeSeries((np.ones((3, 2), np.float32), np.zeros((4, 2), np.float32)), 0.72, names)
    formats.write_series(tmp_path / "s", series)
    back = formats.read_series(tmp_path / "s")
    assert (back.regions, [len(run) for run in back.runs]) == (names, [3, 4])
    matrices = {60: Connectivity(np.eye(2), names, "pearson", False)}
    formats.write_matrices(tmp_path / "m", matrices)
    assert formats.read_matrices(tmp_path / "m")[60].regions == names
    clash = Connectivity(np.eye(2), ("(target)", "b"), "pearson", False)
    with pytest.raises(StoreError, match=r"can't be called \(target\)"):
        formats.write_matrices(tmp_path / "m", {60: clash})


def test_others_can_read_them_without_us(tmp_path):
    path = tmp_path / "matrix.parquet"
    matrix = Connectivity(np.array([[0.0, 1.0], [2.0, 0.0]]), ("a", "b"), "granger", True)
    formats.write_matrices(path, {60: matrix})
    table = pd.read_parquet(path)
    assert table.set_index("(target)").loc["b", "a"] == 2.0  # [target, source]
    assert b"source: the region that informs it" in pq.read_schema(path).metadata[b"attnconn"]


@pytest.mark.parametrize("read", [formats.read_series, formats.read_matrices, formats.read_table])
def test_foreign_files_are_named(tmp_path, read):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(StoreError, match=r"x\.parquet: isn't a file that attnconn stored"):
        read(path)
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(StoreError, match="isn't a file that attnconn stored"):
        read(path)


def test_a_table_is_no_series(tmp_path):
    path = tmp_path / "table.parquet"
    formats.write_table(path, pd.DataFrame({"a": [1]}))
    with pytest.raises(StoreError, match="must state its repetition_time"):
        formats.read_series(path)


def test_a_replaced_file_is_the_old_one_or_the_new_one(tmp_path):
    path = tmp_path / "folder" / "report.html"
    formats.replace_file(path, b"one")
    formats.replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "regions",
    [
        RegionTable(("a", "b")),
        RegionTable(("a", "b"), groups=("Vis", "Vis"), grouping="network"),
        RegionTable(("a", "b"), ("x", "y"), hemispheres=("L", ""), grouping="lobe"),
    ],
)
def test_regions_come_back_with_all_that_is_known_of_them(tmp_path, regions):
    formats.write_regions(tmp_path / "regions.parquet", regions)
    assert formats.read_regions(tmp_path / "regions.parquet") == regions


def test_content_is_written_by_what_it_is(tmp_path):
    table = pd.DataFrame({"a": [1.5]})
    contents = {"t.parquet": table, "p.png": b"png", "f.json": {"a": 1}, "own": Path.touch}
    for name, content in contents.items():
        formats.writer_of(content)(tmp_path / name)
    assert formats.read_table(tmp_path / "t.parquet").equals(table)
    assert (tmp_path / "p.png").read_bytes() == b"png"
    assert json.loads((tmp_path / "f.json").read_text()) == {"a": 1}
    assert (tmp_path / "own").exists()
    with pytest.raises(StoreError, match="no format for a float"):
        formats.writer_of(1.5)
