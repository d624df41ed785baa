"""Cases that a reader or an estimator meets: each input, and the right value or the refusal.

What whole studies come to stands in `test_studies`.
"""

import re

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from attnconn_core.connectivity import Partial, ShrinkagePartial
from attnconn_core.errors import ScanError, SeriesError, StudyError
from attnconn_core.parcellation import coverage, load_atlas, parcellate
from attnconn_core.sources import ArrayFolder, HcpTree, read_phenotypes
from attnconn_core.sources.array_files import read_array

PARCELS = "('L_a', 'L_b', 'R_a', 'R_b')"


def test_01_labels_without_vertices(made):
    case = made("01")
    for each in ("a) unused label", "b) labelled medial wall", "c) key not in the table"):
        assert case.line(each) == PARCELS
    assert case.line("d) key 0 is a region") == PARCELS


def test_02_one_vertex_that_is_no_number(made):
    case = made("02")
    (scan,) = (case.folder / "hcp" / "100002").rglob("*.dtseries.nii")
    atlas = load_atlas(case.folder / "atlas.dlabel.nii")
    series = parcellate(scan, atlas)
    grayordinates = np.asarray(nib.load(scan).dataobj)[:, :9]
    np.testing.assert_allclose(
        series.values[:, 0], np.delete(grayordinates, 3, axis=1).mean(axis=1), rtol=1e-5
    )
    np.testing.assert_allclose(coverage(scan, atlas), [8 / 9, 1, 1, 1])


def test_05_links_lead_to_the_roots_that_are_allowed(made):
    case = made("05")
    assert "link_roots" in case.line("b) linked retest")
    retest = case.folder / "HCP_Retest"
    atlas = case.folder / "atlas.dlabel.nii"
    sessions = HcpTree(case.folder / "hcp", atlas, link_roots=(retest,)).sessions()
    assert sorted(session.key for session in sessions) == [
        *("sub-100001_ses-retest", "sub-100001_ses-test"),
        *("sub-100002_ses-retest", "sub-100002_ses-test"),
    ]


def test_05_an_annexed_folder(made, tmp_path):
    scans, objects = tmp_path / "scans", tmp_path / "annex"
    scans.mkdir()
    objects.mkdir()
    for name in ("sub-01_ses-test.npy", "sub-01_ses-retest.npy"):
        np.save(objects / name, np.random.default_rng(0).normal(size=(50, 4)))
        (scans / name).symlink_to(objects / name)
    with pytest.raises(ScanError, match="link_roots"):
        ArrayFolder(scans, repetition_time=0.72).sessions()
    source = ArrayFolder(scans, repetition_time=0.72, link_roots=(objects,))
    assert [source.load(session).n_frames for session in source.sessions()] == [50, 50]


def test_06_a_link_to_nothing_and_names_that_nearly_fit(made):
    case = made("06")
    first, second = case.told.splitlines()
    assert first.startswith("7 sessions; refused: {'sub-03_ses-retest.npy'")
    assert "datalad get" in first
    for name in ("Sub-08_ses-test.csv", "sub-05_ses-test.NPY", "sub-06_ses-test.csv.gz"):
        assert f"{name}: isn't read" in second


@pytest.mark.parametrize("name", ["index", "time", "frame", "TR", "volume"])
def test_07_a_column_that_counts_frames(made, name):
    case = made("07")
    assert isinstance(case.error, ScanError)
    assert "'Unnamed: 0' is the name of an index" in str(case.error)
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(120, 5)), columns=list("abcde"))
    table.insert(0, name, np.arange(120))
    table.to_csv(case.folder / "x.csv", index=False)
    with pytest.raises(ScanError, match=re.escape(repr(name))):
        read_array(case.folder / "x.csv")


def test_08_regions_by_frames(made):
    error = made("08").error
    assert isinstance(error, ScanError)
    assert re.search(r"must be \(time, region\).* its shape is \(90, 70\)", str(error))


def test_09_a_repetition_time_in_milliseconds(made):
    error = made("09").error
    assert isinstance(error, ScanError)
    assert "got 720. Did you mean 0.72? (720 milliseconds)" in str(error)


def test_11_edges_have_no_units(made):
    lines = [line.split("lags")[1] for line in made("11").told.splitlines()]
    assert len(lines) == 7
    assert len({re.sub(r"alpha \S+", "", line) for line in lines}) == 1
    assert "test R2 0.596 largest edge 0.237" in lines[0]


def test_12_frames_of_zeros(made):
    case = made("12")
    assert case.line("clean").endswith("sound: True")
    assert isinstance(case.error, SeriesError)
    assert "12 of 300 frames have one value in all of them: 20–25" in str(case.error)


def test_15_a_target_is_a_column_letter_by_letter(made):
    case = made("15")
    assert case.line("IQ [total]") == "[99, 98, 101]"
    assert case.line("A*B") == "['A*B']"


@pytest.mark.parametrize(
    "text",
    [
        "Subject,Age,IQ\n001,24,101,\n002,30,99,\n003,28,110,\n",
        "Subject,Age,IQ\n001,24,101,\n002,30,99,\n007,28,110,\n",
        "Subject,IQ\n001,101,5\n002,99,5\n003,110,0\n",
    ],
)
def test_16_a_cell_more_than_the_header(made, text):
    case = made("16")
    assert isinstance(case.error, StudyError)
    (case.folder / "p.csv").write_text(text)
    with pytest.raises(StudyError, match=r"line 2 has \d: 001"):
        read_phenotypes(case.folder / "p.csv", "Subject")


def test_18_ids_with_underscores(made):
    case = made("18")
    tree = case.line("HCP Aging tree")
    for subject in ("HCA6000001", "HCA6000002"):
        for session in ("V1", "V2"):
            assert f"subject='{subject}', session='{session}'" in tree
    assert "NDARINV00000001" in case.told


def test_19_names_of_bids_derivatives(made):
    for line in made("19").told.splitlines():
        assert "subject='01', session='test'" in line


def test_21_partial_correlation_of_too_few_frames(made):
    case = made("21")
    agreement = {
        int(line.split()[0]): [float(each) for each in re.findall(r"truth (-?\d\.\d+)", line)]
        for line in case.told.splitlines()
    }
    assert agreement[131][0] < 0.2 < 0.6 < agreement[131][1]
    metrics = {"samples_of_inverse": 131.0, "columns_of_inverse": 130.0}
    told = Partial.inverts.caution([metrics])
    assert "131 frames of 130 regions: mostly noise" in told
    assert f"use {ShrinkagePartial.method} instead" in told


def test_24_tables_of_participants(made):
    case = made("24")
    assert [line.split()[1:] for line in case.told.splitlines()[1:5]] == [
        *(["01", "20"], ["02", "30"], ["03", "40"], ["04", "50"])
    ]
    assert "got '100307.0'" in case.told
    assert case.told.count("Error") == 1
