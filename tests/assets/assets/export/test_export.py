"""The assets of exported files."""

import json

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from attnconn_assets.assets.catalogue import specs, store_of
from attnconn_assets.storage import formats
from attnconn_assets.storage.entry import WHOLE
from attnconn_assets.study.study import load_study
from attnconn_core.errors import StudyError

SESSION = "sub-1_ses-test"
INPUTS = ("time_series", "pearson", "granger")
STEM = f"{SESSION}_task-rest_seg-fourRegions_stat-"


@pytest.fixture(scope="module")
def store(line_of_cifti):
    return store_of(line_of_cifti.study)


def test_a_session_s_files_are_an_entry_with_its_lineage(store):
    entry = store.entry("export", SESSION)
    assert set(entry.files) == {
        *(f"{SESSION}_task-rest_run-{run}_seg-fourRegions_stat-mean_timeseries.{ending}"
          for run in (1, 2) for ending in ("tsv", "json", "ptseries.nii")),
        *(f"{STEM}{method}_relmat.{ending}" for method in ("pearsoncorrelation", "granger")
          for ending in ("tsv", "json", "pconn.nii")),
        *(f"{STEM}granger_desc-significance_relmat.{ending}" for ending in ("tsv", "json")),
    }  # fmt: skip
    read = {f"{asset}/{SESSION}" for asset in (*INPUTS, "significance_granger")}
    assert set(entry.inputs) == {*read, "regions/all", "cautions/all"}
    assert entry.inputs[f"granger/{SESSION}"] == store.entry("granger", SESSION).digest
    assert [each["path"].rpartition("/")[2] for each in entry.facts["read"]] == [
        "four_regions.dlabel.nii"
    ]


def test_its_matrix_is_the_stored_one(store):
    stored = formats.read_matrices(store.path(store.entry("granger", SESSION), "matrix.parquet"))[
        120
    ].values
    entry = store.entry("export", SESSION)
    table = pd.read_csv(store.path(entry, f"{STEM}granger_relmat.tsv"), sep="\t", index_col="Node")
    np.testing.assert_array_equal(table.to_numpy(), stored)
    assert table.loc["region B", "region A"] > 5 * table.loc["region A", "region B"]
    with nib.imageglobals.LoggingOutputSuppressor():
        image = nib.load(store.path(entry, f"{STEM}granger_relmat.pconn.nii"))
    np.testing.assert_allclose(image.get_fdata(), stored, rtol=1e-6)
    told = json.loads(store.path(entry, f"{STEM}granger_relmat.json").read_text())
    assert told["Parameters"]["lags"] == 1
    assert told["Parameters"]["test_fraction"] == 0.1  # logged with the stored matrix
    assert told["MadeFrom"][f"granger/{SESSION}"] == entry.inputs[f"granger/{SESSION}"]


def test_the_study_s_files_are_an_entry(store):
    entry = store.entry("export_study", WHOLE)
    assert set(entry.files) == {
        *("seg-fourRegions_dseg.tsv", "seg-fourRegions_dseg.json"),
        *("seg-fourRegions_dseg.dlabel.nii", "scores.csv", "scores.parquet", "scores.json"),
        *("contrast.tsv", "contrast.json", "contrast_edges.tsv", "contrast_edges.json"),
    }
    table = pd.read_csv(store.path(entry, "scores.csv"))
    assert {"fingerprint", "reliability"} <= set(table["score"])
    assert set(table["unit"].dropna()) == {"subjects"}
    about = json.loads(store.path(entry, "scores.json").read_text())
    assert [name for name in table if "Description" not in about[name]] == []


def test_tests_of_edges_are_the_stored_ones(store):
    name = f"{STEM}granger_desc-significance_relmat"
    entry, stored = store.entry("export", SESSION), store.entry("significance_granger", SESSION)
    table = pd.read_csv(store.path(entry, f"{name}.tsv"), sep="\t")
    pd.testing.assert_frame_equal(table, formats.read_table(store.path(stored, "edges.parquet")))
    about = json.loads(store.path(entry, f"{name}.json").read_text())
    assert about["Parameters"]["surrogates"] == 19
    assert about["MadeFrom"][f"significance_granger/{SESSION}"] == stored.digest

    entry, stored = store.entry("export_study", WHOLE), store.entry("group_contrast", WHOLE)
    for name, its_name in (("contrast", "scores"), ("contrast_edges", "components")):
        table = pd.read_csv(store.path(entry, f"{name}.tsv"), sep="\t")
        own = formats.read_table(store.path(stored, f"{its_name}.parquet"))
        pd.testing.assert_frame_equal(table, own[list(table)], check_dtype=False)
    about = json.loads(store.path(entry, "contrast.json").read_text())
    assert about["Parameters"]["column"] == "Group"
    assert about["Subjects"] == {"first": 2, "second": 2}


def test_only_tests_of_exported_methods_are_exported(write_study):
    tested = {"methods": ["pearson", "granger"], "significance": {"methods": ["granger"]}}
    for export, is_read in (
        ({"formats": ["scores"]}, True),
        ({"formats": ["scores"], "methods": ["pearson"]}, False),
        ({"formats": ["bids"]}, False),
    ):
        found = {s.name: s for s in specs(load_study(write_study(**tested, export=export)))}
        needs = found["export"].needs if "export" in found else {}
        assert ("significance_granger" in needs) == is_read


def test_nothing_is_exported_unless_the_study_asks(write_study):
    names = [spec.name for spec in specs(load_study(write_study()))]
    assert "export" not in names
    asked = {"export": {"formats": ["graphml"]}}
    assert [spec.name for spec in specs(load_study(write_study(**asked)))] == [*names, "export"]
    asked = {"export": {"formats": ["weights"]}}
    assert [s.name for s in specs(load_study(write_study(**asked)))] == [*names, "export_study"]


def test_only_methods_that_are_named_are_exported(write_study):
    asked = {"export": {"formats": ["bids"], "methods": ["granger"]}}
    (spec,) = [s for s in specs(load_study(write_study(**asked))) if s.name == "export"]
    assert set(spec.needs) == {"granger", "time_series", "regions", "cautions"}


@pytest.mark.parametrize(
    ("export", "message"),
    [
        ({"formats": ["bids", "nifti"]}, r"export.formats.*among bids, cifti, .*got .*'nifti'"),
        (
            {"formats": ["cifti"]},
            r"export\.formats: cifti needs a source with an atlas in CIFTI .*dlabel\.nii",
        ),
        ({"methods": ["partial"]}, r"export\.methods must be .*, pearson, granger; got partial"),
        ({"formats": ["weights"]}, r"export\.formats: weights .*a method must read one"),
        ({"parcellation": "--"}, r"export.parcellation.*letter or digit"),
    ],
)
def test_what_a_study_cannot_export_is_refused(write_study, export, message):
    with pytest.raises(StudyError, match=message):
        load_study(write_study(methods=["pearson", "granger"], export=export))
