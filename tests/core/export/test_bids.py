import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from nilearn import plotting

from attnconn_core.export.bids import bids_files
from attnconn_core.records import Connectivity
from attnconn_core.sources import ArrayFolder
from tests.core.export.conftest import REGIONS, written

STEM = "sub-01_ses-test_task-rest_seg-five_stat-granger_relmat"


@pytest.fixture
def paths(tmp_path, session):
    return written(tmp_path, bids_files(session))


def test_pandas_reads_targets_as_rows_and_sources_as_columns(paths, session):
    frame = pd.read_csv(paths[f"{STEM}.tsv"], sep="\t", index_col="Node")
    assert frame.loc[REGIONS[1], REGIONS[0]] == frame.to_numpy().max()
    np.testing.assert_array_equal(frame.to_numpy(), session.matrices[1].connectivity.values)


def test_nilearn_draws_a_matrix(paths):
    frame = pd.read_csv(paths[f"{STEM}.tsv"], sep="\t", index_col="Node")
    drawn = plotting.plot_matrix(frame.to_numpy(), labels=list(frame.index))
    np.testing.assert_array_equal(drawn.get_array(), frame.to_numpy())
    plt.close("all")


def test_the_sidecar_says_what_the_matrix_is(paths):
    told = json.loads(paths[f"{STEM}.json"].read_text())
    assert (told["Rows"], told["Columns"], told["Directed"]) == ("target", "source", True)
    assert told["Method"] == "granger"
    assert told["Parameters"]["lags"] == 1
    assert told["Parameters"]["alpha"] == 0.1
    assert told["Warning"] == "don't interpret it"
    assert (told["SoftwareName"], told["SoftwareVersion"]) == ("attnconn", "9.9")
    assert told["NumberOfVolumes"] == 100
    assert told["MadeFrom"] == {"granger_order/all": "2b0d"}
    assert told["Sources"] == [
        "bids::sub-01/ses-test/func/sub-01_ses-test_task-rest_"
        f"run-{run}_seg-five_stat-mean_timeseries.tsv"
        for run in (1, 2)
    ]
    assert told["Metrics"]["r2"] < 1


def test_a_symmetric_matrix_has_no_targets(paths):
    name = "sub-01_ses-test_task-rest_seg-five_stat-pearsoncorrelation_relmat.json"
    told = json.loads(paths[name].read_text())
    assert (told["Rows"], told["Columns"], told["Directed"]) == ("region", "region", False)
    assert "the matrix is symmetric" in told["Description"]
    assert "Warning" not in told


def test_metrics_that_are_not_numbers_are_null(session):
    known = session.matrices[1]
    odd = replace(known.connectivity, metrics={"r2": float("nan")})
    files = dict(bids_files(replace(session, matrices=(replace(known, connectivity=odd),))))
    assert json.loads(files[f"{STEM}.json"])["Metrics"] == {"r2": None}


def test_our_own_source_reads_the_series(tmp_path, session, series):
    folder = tmp_path / "sub-01" / "ses-test" / "func"
    folder.mkdir(parents=True)
    written(folder, bids_files(session))
    source = ArrayFolder(tmp_path)  # seconds per frame are in the sidecars
    read = source.load(source.sessions()[0])
    assert (read.regions, read.repetition_time) == (series.regions, 0.72)
    for mine, theirs in zip(series.runs, read.runs, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_equal_records_give_equal_bytes(session):
    assert [*bids_files(session)] == [*bids_files(session)]


def test_numbers_are_read_as_they_were(session):
    values = np.array([[1 / 3, 1e-17], [np.pi * 1e9, -0.1]])
    odd = Connectivity(values, ("a", "b"), "granger", directed=True)
    only = replace(session, matrices=(replace(session.matrices[1], connectivity=odd),))
    lines = dict(bids_files(only))[f"{STEM}.tsv"].decode().splitlines()
    found = [[float(cell) for cell in line.split("\t")[1:]] for line in lines[1:]]
    assert found == values.tolist()
