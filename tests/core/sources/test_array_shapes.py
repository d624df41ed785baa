import numpy as np
import pandas as pd
import pytest

from attnconn_core.errors import ScanError
from attnconn_core.sources.array_files import read_array
from attnconn_core.sources.array_shapes import shape_of_array

INDICES = {
    "frames": np.arange(120),
    "times": (0.735 * np.arange(120)).round(2) + 11,
    "kept frames": np.sort(np.random.default_rng(0).choice(1000, 120, replace=False)),
}


def write(folder, values, ending):
    path = folder / f"a.{ending}"
    table = pd.DataFrame(values, columns=[f"r{n}" for n in range(values.shape[1])])
    match ending:
        case "npy":
            np.save(path, values)
        case "parquet":
            table.to_parquet(path)
        case _:
            table.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
    return path


def signal(n_frames=120):
    return np.random.default_rng(1).normal(size=(n_frames, 3)).cumsum(axis=0)


@pytest.mark.parametrize("ending", ["npy", "csv", "tsv", "parquet"])
@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("place", [0, 2, 3])
def test_an_index_is_found_wherever_it_stands_and_said_as_a_run_does(
    tmp_path, ending, index, place
):
    path = write(tmp_path, np.insert(signal(), place, INDICES[index], axis=1), ending)
    with pytest.raises(ScanError, match=rf"column ('r{place}'|number {place + 1}) rises") as early:
        shape_of_array(path)
    with pytest.raises(ScanError) as late:
        read_array(path)
    assert str(early.value) == str(late.value)


@pytest.mark.parametrize("name", ["frame", "index", "time"])
def test_an_index_that_pandas_keeps_is_no_column(tmp_path, name):
    path = tmp_path / "a.parquet"
    table = pd.DataFrame(signal(), columns=["x", "y", "z"])
    table.rename_axis(name).set_index(pd.Index(2 * np.arange(120), name=name)).to_parquet(path)
    assert shape_of_array(path).names == ("x", "y", "z")
    assert read_array(path).regions == ("x", "y", "z")


@pytest.mark.parametrize("row", ["1,2,3,4,5,6", "1,2,3,", "1,2"])
def test_rows_of_another_length_are_found_as_a_run_does(tmp_path, row):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["x,y,z", *[row] * 90]))
    with pytest.raises(ScanError, match="line 2 has") as early:
        shape_of_array(path)
    with pytest.raises(ScanError) as late:
        read_array(path)
    assert str(early.value) == str(late.value)


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("place", [0, 3])
def test_a_parcel_that_counts_is_found_as_a_run_does(tmp_path, ptseries, index, place):
    path = tmp_path / "a.ptseries.nii"
    values = np.insert(signal(), place, INDICES[index], axis=1)
    ptseries(path, values, ["x", "y", "z", "w"], 0.72)
    with pytest.raises(ScanError, match=f"column '{'xyzw'[place]}' rises") as early:
        shape_of_array(path)
    with pytest.raises(ScanError) as late:
        read_array(path)
    assert str(early.value) == str(late.value)
    ptseries(path, signal(), ["x", "y", "z"], 0.72)
    assert shape_of_array(path).names == ("x", "y", "z")


@pytest.mark.parametrize("ending", ["npy", "csv", "parquet"])
def test_what_looks_like_an_index_at_first_alone_is_a_region(tmp_path, ending):
    values = np.insert(signal(300), 1, np.r_[np.arange(70), np.zeros(230)], axis=1)
    shape = shape_of_array(write(tmp_path, values, ending))
    assert (shape.runs, shape.regions) == ((300,), 4)


@pytest.mark.parametrize("ending", ["npy", "csv", "parquet"])
def test_a_series_of_few_frames_has_a_shape(tmp_path, ending):
    assert shape_of_array(write(tmp_path, signal(4), ending)).runs == (4,)
