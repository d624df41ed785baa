import re

import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources.array_files import read_array

VALUES = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.mark.parametrize("ending", ["npy", "csv", "parquet", "ptseries.nii"])
def test_every_format_holds_the_same(tmp_path, ptseries, ending):
    path = tmp_path / f"a.{ending}"
    table = pd.DataFrame(VALUES, columns=["x", "y"])
    match ending:
        case "npy":
            np.save(path, VALUES)
        case "csv":
            table.to_csv(path, index=False)
        case "parquet":
            table.to_parquet(path)
        case _:
            ptseries(path, VALUES, ["x", "y"], 0.72)
    file = read_array(path)
    np.testing.assert_array_equal(file.values, VALUES)
    assert file.regions == (None if ending == "npy" else ("x", "y"))
    assert file.repetition_time == (0.72 if ending == "ptseries.nii" else None)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (np.array([[1, "a"]], dtype=object), "without objects"),
        (np.array([["a", "b"]]), "real numbers; got dtype <U1"),
        (np.ones((2, 2), dtype=complex), "real numbers; got dtype complex128"),
        (np.ones((2, 2), dtype=bool), "real numbers; got dtype bool"),
        (np.ones(3), r"shape \(time, region\), .*got \(3,\)"),
        (np.ones((2, 3, 4)), r"got \(2, 3, 4\)"),
        (np.ones((0, 3)), r"got \(0, 3\)"),
    ],
)
def test_arrays_that_are_no_series(tmp_path, values, complaint):
    path = tmp_path / "a.npy"
    np.save(path, values, allow_pickle=True)
    with pytest.raises(ScanError, match=rf"a\.npy: .*{complaint}"):
        read_array(path)


@pytest.mark.parametrize("keep", [0, 5, 60, 130])
def test_npy_that_is_cut(tmp_path, keep):
    path = tmp_path / "a.npy"
    np.save(path, VALUES)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ScanError, match=r"a\.npy: must be a whole NumPy file"):
        read_array(path)


def test_npy_that_is_something_else(tmp_path):
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        np.savez(file, VALUES)
    with pytest.raises(ScanError, match=r"a\.npy: must hold one array"):
        read_array(path)
    path.write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(ScanError, match=r"a\.npy: must be a whole NumPy file"):
        read_array(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b\n1,2\n3,x\n", "every column must hold numbers; 'b' holds 'x' in row 2"),
        ("1,2\n3,4\n", "first line must name the regions; it holds numbers: 1, 2"),
        ("100.0,100.0\n99,98\n", "first line must name the regions; it holds numbers: 100.0"),
        ("a,a\n1,2\n", "more than once: a"),
        ("a,\n1,2\n", "has no name"),
        ("a,b\n", "must be a table of separated values; No columns"),
        ("", "has no name"),
        ("a,b\n1,2\n1,2,3\n", "which has 2 (a,b); line 3 has 3: 1,2,3"),
        ("a,b\n1,2,3\n1,2,3\n", "line 2 has 3"),
        ("a,b\n1,2,\n1,2,\n", "line 2 has 3: 1,2,. Remove the separator at the end"),
        ("a,b\n1,2\n3\n", "line 3 has 1: 3. Keep the separators"),
    ],
)
def test_bad_csv(tmp_path, text, complaint):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ScanError, match=rf"a\.csv: .*{re.escape(complaint)}"):
        read_array(path)


def test_a_blank_cell_is_not_a_number(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n,3\n")
    assert np.isnan(read_array(path).values[1, 0])


def test_missing_values_of_pandas_are_not_numbers(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"x": pd.array([1, None], dtype="Int64")}).to_parquet(path)
    assert np.isnan(read_array(path).values[1, 0])


def test_parquet_that_is_cut_or_foreign(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame(VALUES, columns=["x", "y"]).to_parquet(path)
    whole = path.read_bytes()
    for content in (whole[:-10], whole[:3], b"no parquet at all"):
        path.write_bytes(content)
        with pytest.raises(ScanError, match=r"a\.parquet: must be a complete Parquet table"):
            read_array(path)
    pd.DataFrame({"x": ["a"]}).to_parquet(path)
    with pytest.raises(ScanError, match=r"a\.parquet: every column must hold numbers; 'x'"):
        read_array(path)


def test_other_endings(tmp_path):
    with pytest.raises(ScanError, match=r"must end in \.npy, \.csv, .*; got 'a\.mat'"):
        read_array(tmp_path / "a.mat")
